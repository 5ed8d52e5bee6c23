// Bare `proxsave` on a terminal: how things stand, as far as this machine alone can tell, and what to type.

import type { ExitCode } from '../errors.ts';
import { AppError } from '../errors.ts';
import { findNextRun, type NextRun } from '../orchestrator/next-run.ts';
import { enabledTiers, placeOfTier } from '../orchestrator/tiers/open-tiers.ts';
import { readHistory, type HistoryRun } from '../report/history.ts';
import { findPastRun, isFromFuture, type PastRun } from '../report/past-runs.ts';
import { formatAge, formatLocalTime } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';
import type { CommandContext } from './command.ts';
import { describeRun, nextRunText } from './status-screen.ts';

export async function showOverview(context: CommandContext): Promise<ExitCode> {
  const { style } = context;
  const state = await stateOf(context);
  if (context.global.isJson) {
    context.printJson(toJson(state));
    return 0;
  }
  context.print(
    [
      ...stateLines(context, state),
      '',
      'Useful commands:',
      `  ${style.bold('proxsave backup')}              save this host now`,
      `  ${style.bold('proxsave backup --dry-run')}    what would be saved`,
      `  ${style.bold('proxsave status')}              how things stand on every tier`,
      `  ${style.bold('proxsave list')}                archives there are`,
      `  ${style.bold('proxsave show latest')}         what the newest one holds`,
      `  ${style.bold('proxsave verify latest')}       is it still good?`,
      `  ${style.bold('proxsave --help')}              everything else`,
    ].join('\n'),
  );
  return 0;
}

/** The last copy that arrived on a tier, as the run records have it: no tier is asked. */
interface LastCopy {
  tier: string;
  location: string;
  at?: Date;
}

type State =
  | { problem: string }
  | {
      problem?: undefined;
      file: string | undefined;
      location: string;
      lastRun: PastRun | undefined;
      copies: readonly LastCopy[];
      nextRun: NextRun | undefined;
    };

/** Runs that are looked at for the last good copy. */
const recentRuns = 60;

async function stateOf({ config, host }: CommandContext): Promise<State> {
  try {
    const loaded = config.load();
    const { values, file } = loaded;
    const { runs: all } = readHistory(host, values.LOG_PATH, { limit: recentRuns });
    const runs = all.filter((run) => !isFromFuture(run, host.clock.now()));
    const copies = enabledTiers(loaded).map((tier) => {
      const at = lastCopyOn(runs, tier);
      return { tier, location: placeOfTier(loaded, tier), ...(at === undefined ? {} : { at }) };
    });
    return {
      file,
      location: values.BACKUP_PATH,
      lastRun: findPastRun(host, values.LOG_PATH, () => true),
      copies,
      nextRun: await findNextRun(host),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { problem: error.message };
  }
}

function lastCopyOn(runs: readonly HistoryRun[], name: string): Date | undefined {
  const run = runs.find(({ tiers, archivePath }) => {
    // The records of the existing edition say nothing of tiers: theirs was the primary one.
    if (tiers.length === 0) return name === 'primary' && archivePath !== '';
    return tiers.some(({ tier, status }) => tier === name && status === 'ok');
  });
  return run?.startedAt;
}

function toJson(state: State): object {
  if (state.problem !== undefined) return { problem: state.problem };
  const { file, location, lastRun, copies, nextRun } = state;
  return {
    configFile: file,
    location,
    lastRun,
    copies: copies.map(({ at, ...copy }) => ({ ...copy, lastAt: at?.toISOString() })),
    nextRun: nextRun === undefined ? undefined : { ...nextRun, at: nextRun.at?.toISOString() },
  };
}

const row = (label: string, text: string) => `${label.padEnd(14)} ${text}`;

function stateLines(context: CommandContext, state: State): string[] {
  if (state.problem !== undefined) {
    return [row('configuration', `${context.style.red('cannot be used')}: ${printableLines(state.problem)}`)];
  }
  const { file, lastRun, copies, nextRun } = state;
  const now = context.host.clock.now();
  return [
    row('configuration', file === undefined ? 'built-in defaults (no backup.env)' : printable(file)),
    row('last run', lastRun === undefined ? 'none yet' : describeRun(lastRun, now)),
    ...copies.map(({ tier, location, at }) => {
      const when =
        at === undefined
          ? 'no copy yet'
          : `newest copy ${formatAge(at, now)}, ${formatLocalTime(at).slice(0, -3)}`;
      return row(tier, `${when}, ${printable(location)}`);
    }),
    row('next run', nextRunText(nextRun)),
  ];
}
