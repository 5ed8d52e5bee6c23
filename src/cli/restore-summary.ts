// One screen at the end of a restore: what is on disk now, what was left alone, what is handed out, what is still to do as
// commands, and how to take it all back.

import type { Chore } from '../orchestrator/restore/afterwards.ts';
import type { RestoredPath, RestoreRecord } from '../orchestrator/restore/restore-record.ts';
import type { Style } from '../ui/style.ts';
import { formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';

export interface SummaryScreen {
  record: RestoreRecord;
  recordPath: string | undefined;
  /** Every path; else as many as fit a screen. */
  withFiles: boolean;
  program: string;
  style: Style;
}

export function renderRestoreSummary(screen: SummaryScreen): string {
  const { record, style, program, recordPath } = screen;
  const id = record.restore_id ?? '';
  const hasWarnings = record.findings.some(({ severity }) => severity !== 'info');
  const headline = `Restored: ${formatCount(record.applied, 'path')}, each read back from disk`;
  return [
    '',
    hasWarnings
      ? style.yellow(style.bold(`${headline}; with warnings.`))
      : style.green(style.bold(`${headline}.`)),
    ...pathLines(screen),
    ...exportLines(record),
    '',
    ...choreLines(record.chores, style),
    `${style.bold('Take it all back')}\n  ${program} undo ${id}`,
    ...(record.log_path === '' ? [] : [`  log     ${printable(record.log_path)}`]),
    ...(recordPath === undefined ? [] : [`  record  ${printable(recordPath)}`]),
    '',
  ].join('\n');
}

const shownPaths = 25;

function kindOf({ action, change }: RestoredPath): string {
  if (change !== undefined && action === 'merge') return 'merged';
  return change ?? (action === 'skip' ? 'left alone' : 'handed out');
}

/** What was changed comes path by path, what was not only as a number, unless all is asked for. */
function pathLines({ record, withFiles, style }: SummaryScreen): string[] {
  const row = (one: RestoredPath) => {
    const why =
      one.change === undefined || one.action === 'merge'
        ? `  ${style.dim(printable([one.reason, ...one.notes].join('; ')))}`
        : '';
    return `  ${kindOf(one).padEnd(10)} /${printable(one.path)}${why}`;
  };
  if (withFiles) return record.paths.map(row);
  const changed = record.paths.filter(({ change }) => change !== undefined);
  const more = changed.length - shownPaths;
  const leftAlone = record.paths.filter((one) => kindOf(one) === 'left alone').length;
  return [
    ...changed.slice(0, shownPaths).map(row),
    ...(more > 0 ? [`  and ${formatCount(more, 'more path')} (--files shows all, and so does the log)`] : []),
    ...(leftAlone > 0
      ? [`  ${formatCount(leftAlone, 'path')} of the backup left alone; the log says why`]
      : []),
  ];
}

function exportLines({ paths, export_directory: directory }: RestoreRecord): string[] {
  const count = paths.filter((one) => kindOf(one) === 'handed out').length;
  if (count === 0 || directory === undefined) return [];
  return [`  ${formatCount(count, 'path')} handed out below ${printable(directory)}`];
}

export function choreLines(chores: readonly Chore[], style: Style): string[] {
  if (chores.length === 0) return [];
  const rows = chores.flatMap(({ what, commands }) => [
    `  # ${printable(what)}`,
    ...commands.map((command) => `  ${printable(command)}`),
  ]);
  return [style.bold('Still to do'), ...rows, ''];
}
