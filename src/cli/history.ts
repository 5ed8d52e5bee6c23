// proxsave history: what the runs of this host came to.

import { exitCodeOf, UsageError } from '../errors.ts';
import { detectHostname } from '../host/detect-hostname.ts';
import type { RealPath } from '../host/host.ts';
import { readHistory, usualRecords, type History, type HistoryRun } from '../report/history.ts';
import { formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { renderHistoryTable, renderSparklines } from './history-table.ts';

const defaultRows = 20;

export const historyCommand: Command = {
  name: 'history',
  summary: 'Show the runs of this host, newest first',
  description:
    'Every run keeps a record in LOG_PATH, whatever its outcome. Findings: 1E 2W means one error and two warnings. The ' +
    'bars below the table are size and duration of the runs that made a whole archive, oldest first.',
  arguments: [],
  options: [
    { flags: '--limit <count>', description: `how many runs; all: every one (default: ${defaultRows})` },
    { flags: '--host <name>', description: 'runs of this host; all: of every host in LOG_PATH' },
  ],
  examples: [
    { what: 'The last runs', command: 'proxsave history' },
    { what: 'All of them, for a script', command: 'proxsave history --limit all --json' },
  ],
  exits: ['warnings', 'permission'],
  run: async (context, input) => {
    const limit = parseLimit(input.text('limit'));
    const { LOG_PATH } = context.config.load().values;
    const hostname = await wantedHost(context, input);
    const history = readHistory(context.host, LOG_PATH, {
      ...(hostname === undefined ? {} : { hostname }),
      // As many as are asked for are looked at, whatever the usual bound.
      ...(limit > defaultRows ? { limit: Math.max(limit, usualRecords) } : {}),
    });
    const runs = history.runs.slice(0, limit);
    if (context.global.isJson) printJson(context, history, runs);
    else if (runs.length > 0) printTable(context, history, runs);
    else noteNothing(context, LOG_PATH, hostname);
    for (const { path, problem } of history.damaged) context.warn(`${printable(path)} ${problem}`);
    return exitCodeOf(history.damaged.length > 0 ? 'warnings' : 'ok');
  },
};

function parseLimit(text: string | undefined): number {
  if (text === undefined) return defaultRows;
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--limit ${text} is no number of runs`, {
    hint: 'for example: --limit 50, --limit all',
  });
}

/** undefined: every host. */
export async function wantedHost(context: CommandContext, input: CommandInput): Promise<string | undefined> {
  const named = input.text('host');
  return named === 'all' ? undefined : (named ?? (await detectHostname(context.host)));
}

function noteNothing(context: CommandContext, directory: RealPath, hostname: string | undefined): void {
  const others = new Set(readHistory(context.host, directory).runs.map((run) => printable(run.hostname)));
  if (hostname === undefined || others.size === 0) {
    context.note(`There is no record of a run in ${directory}. Make one: proxsave backup`);
    return;
  }
  context.note(`There is no run of ${hostname} in ${directory}, but of: ${[...others].join(', ')}`);
}

function printTable(context: CommandContext, history: History, runs: readonly HistoryRun[]): void {
  const { stdout } = context.terminal;
  const lines = renderHistoryTable(runs, {
    style: context.style,
    ...(stdout.isTerminal ? { columns: stdout.columns } : {}),
  });
  const bars = renderSparklines(runs, stdout.columns);
  context.print([...lines, ...(bars.length === 0 ? [] : ['', ...bars])].join('\n'));
  const total = history.runs.length;
  const older = history.notRead === 0 ? '' : `; ${formatCount(history.notRead, 'older record')} not read`;
  context.note(
    runs.length === total
      ? `${formatCount(total, 'run')}${older}`
      : `${runs.length} of ${formatCount(total, 'run')}; --limit all shows all of them${older}`,
  );
}

function printJson(context: CommandContext, history: History, runs: readonly HistoryRun[]): void {
  context.printJson({
    runs: runs.map(({ startedAt, endedAt, ...run }) => ({
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      ...run,
    })),
    total: history.runs.length,
    notRead: history.notRead,
    damaged: history.damaged,
  });
}
