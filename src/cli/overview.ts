// Bare `proxsave` on a terminal: how things stand, and what to type.

import type { ExitCode } from '../errors.ts';
import { AppError } from '../errors.ts';
import { findPastRun, type PastRun } from '../report/past-runs.ts';
import { formatAge, formatBytes, formatCount } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';
import type { CommandContext } from './command.ts';

export function showOverview(context: CommandContext): Promise<ExitCode> {
  const { style } = context;
  if (context.global.isJson) {
    context.printJson(stateOf(context));
    return Promise.resolve(0);
  }
  context.print(
    [
      ...stateLines(context),
      '',
      'Useful commands:',
      `  ${style.bold('proxsave backup')}              save this host now`,
      `  ${style.bold('proxsave backup --dry-run')}    what would be saved`,
      `  ${style.bold('proxsave list')}                archives there are`,
      `  ${style.bold('proxsave show latest')}         what the newest one holds`,
      `  ${style.bold('proxsave verify latest')}       is it still good?`,
      `  ${style.bold('proxsave --help')}              everything else`,
    ].join('\n'),
  );
  return Promise.resolve(0);
}

function stateOf(context: CommandContext): object {
  try {
    const { values, file } = context.config.load();
    const lastRun = findPastRun(context.host, values.LOG_PATH, () => true);
    return { configFile: file, location: values.BACKUP_PATH, lastRun };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { problem: error.message };
  }
}

function stateLines(context: CommandContext): string[] {
  try {
    const { values, file } = context.config.load();
    const last = findPastRun(context.host, values.LOG_PATH, () => true);
    return [
      `configuration  ${file === undefined ? 'built-in defaults (no backup.env)' : printable(file)}`,
      `archives       ${printable(values.BACKUP_PATH)}`,
      `last run       ${last === undefined ? 'none yet' : describeRun(last, context.host.clock.now())}`,
    ];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [`configuration  ${context.style.red('cannot be used')}: ${printableLines(error.message)}`];
  }
}

function describeRun(run: PastRun, now: Date): string {
  const when = formatAge(new Date(run.start_time), now);
  if (run.archive_size === 0)
    return `${when}: ${run.status ?? 'unknown'}${run.error === undefined ? '' : ` (${printable(run.error)})`}`;
  return `${when}: ${run.status ?? 'success'}, ${formatCount(run.files_collected, 'file')}, ${formatBytes(run.archive_size)}`;
}
