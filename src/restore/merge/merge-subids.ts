// subuid and subgid: ranges of numbers that a user may use in containers. What belongs to somebody here is not given to
// another; root's ranges come back as they were, because configurations of containers name the very numbers.

import { parseId, withAppendedEntry, type Row } from './account-files.ts';
import type { AccountReport } from './account-merge.ts';

interface Range {
  owner: string;
  start: number;
  count: number;
}

export interface SubidsInput {
  file: 'subuid' | 'subgid';
  live: readonly Row[];
  archived: readonly Row[];
  users: ReadonlySet<string>;
  /** Users of the backup by their number there, for lines that name the number. */
  nameOfArchivedUid: ReadonlyMap<number, string>;
}

const firstSubid = 100_000;
const lastSubid = 4_294_967_294;

export function mergeSubids(input: SubidsInput, report: AccountReport): Row[] {
  let rows = [...input.live];
  const ranges = rangesOf(input.live, new Map());
  for (const archived of rangesOf(input.archived, input.nameOfArchivedUid)) {
    if (!input.users.has(archived.owner) || ranges.some((range) => covers(range, archived))) continue;
    const others = ranges.filter((range) => range.owner !== archived.owner && overlaps(range, archived));
    // Whoever has ranges here already got other numbers for this one in an earlier restore.
    if (
      others.length > 0 &&
      archived.owner !== 'root' &&
      ranges.some(({ owner }) => owner === archived.owner)
    )
      continue;
    const range = others.length === 0 || archived.owner === 'root' ? archived : moved(archived, ranges);
    if (range === undefined) continue;
    ranges.push(range);
    rows = withAppendedEntry(rows, [range.owner, String(range.start), String(range.count)]);
    noteRange(input.file, archived, range, others, report);
  }
  return rows;
}

function noteRange(
  file: 'subuid' | 'subgid',
  archived: Range,
  range: Range,
  others: readonly Range[],
  { notes }: AccountReport,
): void {
  const owners = others.map(({ owner }) => owner).join(', ');
  const where = `${archived.start}-${archived.start + archived.count - 1}`;
  if (range.start !== archived.start)
    notes.push({
      severity: 'warning',
      file,
      what: `${range.owner} gets the numbers from ${range.start} on: ${where} belong to ${owners} here; containers of ${range.owner} need a chown`,
    });
  else if (others.length > 0)
    notes.push({ severity: 'warning', file, what: `${range.owner} shares ${where} with ${owners}` });
  else notes.push({ severity: 'info', file, what: `${range.owner} gets ${where} back` });
}

function rangesOf(rows: readonly Row[], nameOfUid: ReadonlyMap<number, string>): Range[] {
  return rows.flatMap(({ fields }) => {
    const [owner, startText, countText] = fields ?? [];
    const start = parseId(startText);
    const count = parseId(countText?.trim());
    if (owner === undefined || start === undefined || count === undefined || count === 0) return [];
    return [{ owner: nameOfUid.get(parseId(owner) ?? -1) ?? owner, start, count }];
  });
}

function covers(range: Range, other: Range): boolean {
  return (
    range.owner === other.owner &&
    range.start <= other.start &&
    range.start + range.count >= other.start + other.count
  );
}

function overlaps(range: Range, other: Range): boolean {
  return range.start < other.start + other.count && other.start < range.start + range.count;
}

/** Behind everything that is in use; undefined when there is no room. */
function moved(range: Range, ranges: readonly Range[]): Range | undefined {
  const start = Math.max(firstSubid, ...ranges.map((other) => other.start + other.count));
  return start + range.count - 1 > lastSubid ? undefined : { ...range, start };
}
