// The table of `proxsave list`. Pure. Readable at 80 columns: what is long stands last, or on a line of its own.

import { parseArchiveName } from '../archiver/archive-name.ts';
import type { ListedArchive } from '../orchestrator/list-archives.ts';
import type { Style } from '../ui/style.ts';
import { formatBytes, formatLocalTime, formatShortAge } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';

export interface TableOptions {
  now: Date;
  style: Style;
  columns: number;
}

/** `archives` in their order; the first line is the heading. */
export function renderArchiveTable(archives: readonly ListedArchive[], options: TableOptions): string[] {
  const { style, columns, now } = options;
  const rows = archives.map((archive) => cellsOf(archive, now));
  const [heading = '', ...heads] = alignColumns([['made', 'age', 'size', 'state'], ...rows]);
  const isNarrow = archives.some(
    ({ name }, index) => (heads[index] ?? '').length + printable(name).length > columns,
  );
  return [
    style.bold(`${heading}name`),
    ...archives.flatMap((archive, index) => {
      const name = printable(isNarrow ? withoutEnding(archive.name) : archive.name);
      const line = `${heads[index] ?? ''}${name}`;
      // Long texts would break the table.
      if (archive.problem === undefined) return [line];
      return [line, `    ${style.red(printableLines(archive.problem, '    '))}`];
    }),
  ];
}

type Cells = readonly [made: string, age: string, size: string, state: string];

function cellsOf(archive: ListedArchive, now: Date): Cells {
  return [
    formatLocalTime(archive.createdAt).slice(0, -3),
    formatShortAge(archive.createdAt, now),
    formatBytes(archive.sizeBytes),
    stateOf(archive),
  ];
}

/** As wide as what stands in them; two spaces behind each. */
function alignColumns(rows: readonly Cells[]): string[] {
  const width = (column: 0 | 1 | 2 | 3) => Math.max(...rows.map((cells) => cells[column].length));
  const widths = [width(0), width(1), width(2), width(3)] as const;
  return rows.map(([made, age, size, state]) =>
    [
      made.padEnd(widths[0]),
      age.padStart(widths[1]),
      size.padStart(widths[2]),
      state.padEnd(widths[3]),
      '',
    ].join('  '),
  );
}

/** `pve1-backup-20260724-020000`: a beginning of the name that means this archive alone, as a rule. */
function withoutEnding(name: string): string {
  return parseArchiveName(name)?.isLegacy === false ? name.replace(/(?<=-\d{8}-\d{6})\.tar.*$/s, '') : name;
}

function stateOf({ archive, problem }: ListedArchive): string {
  if (archive === undefined || problem !== undefined) return 'damaged';
  if (archive.manifest.status === 'partial') return 'incomplete';
  if (archive.unverified.length > 0) return 'unverified';
  return archive.manifest.verified_at === undefined ? 'not checked' : 'verified';
}
