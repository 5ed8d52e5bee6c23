// The table of `proxsave history`. Pure.

import type { HistoryRun } from '../report/history.ts';
import type { Style } from '../ui/style.ts';
import { formatBytes, formatDuration, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { sparkline } from '../util/sparkline.ts';

const headings = ['when', 'outcome', 'duration', 'size', 'files', 'tiers', 'findings'] as const;
const rightAligned: ReadonlySet<number> = new Set([2, 3, 4]);

/** Columns that a narrow terminal does without, the first one first: when, outcome and findings always stand. */
const leftOutFirst: readonly number[] = [4, 2, 3, 5];
const gap = '  ';

export interface HistoryTableOptions {
  style: Style;
  /** Width of the terminal; absent: none, and every column is there. */
  columns?: number;
}

/** Newest first, as they come; the first line is the heading. */
export function renderHistoryTable(
  runs: readonly HistoryRun[],
  { style, columns = Number.POSITIVE_INFINITY }: HistoryTableOptions,
): string[] {
  const rows = runs.map(cellsOf);
  const widths = headings.map((heading, column) =>
    rows.reduce((widest, cells) => Math.max(widest, (cells[column] ?? '').length), heading.length),
  );
  const shown = columnsThatFit(widths, columns);
  const line = (cells: readonly string[], dress = (text: string) => text) =>
    shown
      .map((column) => {
        const [cell, width] = [cells[column] ?? '', widths[column] ?? 0];
        const padded = rightAligned.has(column) ? cell.padStart(width) : cell.padEnd(width);
        return column === 1 ? dress(padded) : padded;
      })
      .join(gap)
      .trimEnd();
  return [
    style.bold(line(headings)),
    ...runs.map((run, index) => line(rows[index] ?? [], colourOf(run, style))),
  ];
}

function columnsThatFit(widths: readonly number[], columns: number): number[] {
  let shown = widths.map((_, column) => column);
  const width = () =>
    shown.reduce((sum, column) => sum + (widths[column] ?? 0), (shown.length - 1) * gap.length);
  for (const column of leftOutFirst) {
    if (width() <= columns) break;
    shown = shown.filter((other) => other !== column);
  }
  return shown;
}

function cellsOf(run: HistoryRun): string[] {
  const hasArchive = run.archiveBytes > 0;
  return [
    formatLocalTime(run.startedAt).slice(0, -3),
    run.status,
    formatDuration(run.durationSeconds * 1000),
    hasArchive ? formatBytes(run.archiveBytes) : '-',
    hasArchive ? run.files.toLocaleString('en-US') : '-',
    tiersText(run),
    findingsText(run),
  ];
}

function colourOf({ status }: HistoryRun, style: Style): (text: string) => string {
  if (status === 'success') return style.green;
  if (status === 'warning') return style.yellow;
  return status === 'skipped' ? style.dim : style.red;
}

/** `2 ok`, or what failed: `cloud failed`. */
export function tiersText({ tiers }: HistoryRun): string {
  const failed = tiers.filter(({ status }) => status === 'failed').map(({ tier }) => printable(tier));
  if (failed.length > 0) return `${failed.join(', ')} failed`;
  const good = tiers.filter(({ status }) => status === 'ok').length;
  return good === 0 ? '-' : `${good} ok`;
}

function findingsText({ findings, findingsOmitted }: HistoryRun): string {
  const of = (severity: string) => {
    const codes = new Set(
      findings.filter((finding) => finding.severity === severity).map(({ code }) => code),
    );
    const omitted = [...codes].reduce((sum, code) => sum + (findingsOmitted[code] ?? 0), 0);
    return findings.filter((finding) => finding.severity === severity).length + omitted;
  };
  const [errors, warnings] = [of('error'), of('warning')];
  const parts = [...(errors > 0 ? [`${errors}E`] : []), ...(warnings > 0 ? [`${warnings}W`] : [])];
  return parts.length === 0 ? '-' : parts.join(' ');
}

/** Size and duration of the last runs that made a whole archive, oldest first; no lines below two of them. */
export function renderSparklines(runs: readonly HistoryRun[], columns: number): string[] {
  const measured = runs.filter(({ archiveBytes, isPartial }) => archiveBytes > 0 && !isPartial);
  if (measured.length < 2) return [];
  const room = Math.max(6, columns - 40);
  const shown = measured.slice(0, room).reverse();
  const line = (label: string, numbers: number[], format: (value: number) => string) => {
    const [lowest, highest] = [Math.min(...numbers), Math.max(...numbers)];
    return `${label.padEnd(8)}  ${sparkline(numbers)}  ${format(lowest)} to ${format(highest)}`;
  };
  return [
    line(
      'size',
      shown.map(({ archiveBytes }) => archiveBytes),
      formatBytes,
    ),
    line(
      'duration',
      shown.map(({ durationSeconds }) => durationSeconds * 1000),
      formatDuration,
    ),
  ];
}
