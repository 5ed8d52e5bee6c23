// Runs the inventory commands of a plan: a few at a time, each bounded in time and output, while files stream.
// stdout alone is the content; stderr goes into the finding. A program that is not installed is no finding.

import type { CommandItem } from '../catalogue/types.ts';
import type { Finding } from '../findings.ts';
import type { RunResult } from '../host/programs.ts';
import type { CollectionContext } from './context.ts';

const maxOutputBytes = 32 * 1024 * 1024;

/** What a command item, or one name of an `each` item, comes down to. */
export interface PlannedCommand extends Pick<
  CommandItem,
  'argv' | 'output' | 'timeoutSeconds' | 'acceptExitCodes' | 'onFailure'
> {
  areaId: string;
}

export interface CommandOutcome {
  /** undefined: nothing to save. */
  content: Buffer | undefined;
  findings: readonly Finding[];
}

export interface StartedCommands {
  /** In the order of the commands; each settles when its command is done. None rejects. */
  outcomes: Promise<CommandOutcome>[];
  /** Programs that gave no answer so far: a finding tells of each. */
  hung: ReadonlySet<string>;
  /** Ends those that still run, and waits until they are gone. Nothing happens when all are done. */
  stop(): Promise<void>;
}

export function startCommands(
  context: CollectionContext,
  commands: readonly PlannedCommand[],
): StartedCommands {
  const slots = createSlots(context.plan.values.COMMAND_CONCURRENCY);
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const hung = new Set<string>();
  // The others of a program wait for its first: one that hangs costs its time once, not once for each slot.
  const firsts = new Map<string, Promise<CommandOutcome>>();
  const runInTurn = async (command: PlannedCommand, first: Promise<CommandOutcome> | undefined) => {
    await first;
    const release = await slots();
    try {
      return await runUnlessHung(context, command, { signal, hung });
    } finally {
      release();
    }
  };
  const outcomes = commands.map((command) => {
    const [program] = command.argv;
    const outcome = runInTurn(command, firsts.get(program));
    if (!firsts.has(program)) firsts.set(program, outcome);
    return outcome;
  });
  const stop = async () => {
    stopping.abort();
    await Promise.allSettled(outcomes);
  };
  return { outcomes, hung, stop };
}

/** Hands out at most `count` places at a time, in order. */
function createSlots(count: number): () => Promise<() => void> {
  let free = Math.max(1, count);
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return release;
  };
}

interface CommandRun {
  signal: AbortSignal;
  /** Programs that gave no answer once: asking them again would cost the same time each. */
  hung: Set<string>;
}

/** A program that hung is not started again: one finding tells of it, and the run's time stays bounded. */
async function runUnlessHung(
  context: CollectionContext,
  command: PlannedCommand,
  { signal, hung }: CommandRun,
): Promise<CommandOutcome> {
  const [program] = command.argv;
  if (hung.has(program)) return { content: undefined, findings: [skippedFinding(command)] };
  const outcome = await runOne(context, command, signal);
  if (outcome.findings.some((finding) => finding.code === 'command-timeout')) hung.add(program);
  return outcome;
}

function skippedFinding(command: PlannedCommand): Finding {
  const commandLine = command.argv.join(' ');
  return {
    severity: 'info',
    code: 'command-not-asked',
    area: command.areaId,
    path: commandLine,
    message: `\`${commandLine}\` was not run, because ${command.argv[0]} gave no answer before`,
  };
}

async function runOne(
  context: CollectionContext,
  item: PlannedCommand,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const timeoutSeconds = timeoutOf(context, item);
  const result = await context.host.commands.run({
    argv: item.argv,
    // 0 in the configuration: no limit of its own. A day still bounds it.
    timeoutMs: (timeoutSeconds === 0 ? 86_400 : timeoutSeconds) * 1000,
    maxOutputBytes,
    signal,
  });
  const isUsable =
    result.status === 'ok' ||
    (result.status === 'failed' && (item.acceptExitCodes ?? []).some((code) => code === result.exitCode));
  if (isUsable) return { content: result.stdout, findings: [] };
  if (result.status === 'missing' || result.status === 'aborted') return { content: undefined, findings: [] };
  return { content: undefined, findings: [failureFinding(item, result, timeoutSeconds)] };
}

function timeoutOf(context: CollectionContext, item: PlannedCommand): number {
  return item.timeoutSeconds ?? context.plan.values[timeoutOptionOf(item)];
}

function timeoutOptionOf({ argv }: PlannedCommand): 'PVESH_TIMEOUT' | 'COMMAND_TIMEOUT' {
  return argv[0] === 'pvesh' ? 'PVESH_TIMEOUT' : 'COMMAND_TIMEOUT';
}

function failureFinding(item: PlannedCommand, result: RunResult, timeoutSeconds: number): Finding {
  const commandLine = item.argv.join(' ');
  const timedOut = result.status === 'timeout';
  return {
    // Hanging or flooding is wrong for any command; plain failure may be normal for hardware tools.
    severity: result.status === 'failed' ? (item.onFailure ?? 'warning') : 'warning',
    code: `command-${result.status}`,
    area: item.areaId,
    path: commandLine,
    message: `\`${commandLine}\` ${describeFailure(result, timeoutSeconds)}; its output is not in the archive`,
    ...(timedOut ? { hint: `a dead network mount or a busy service often is the cause${knob(item)}` } : {}),
  };
}

/** The key that gives it more time, where one does. */
function knob(item: PlannedCommand): string {
  return item.timeoutSeconds === undefined ? `; ${timeoutOptionOf(item)} gives it more time` : '';
}

function describeFailure(result: RunResult, timeoutSeconds: number): string {
  const lastLine = result.stderr.trim().split('\n').at(-1) ?? '';
  const said = lastLine === '' ? '' : `: ${lastLine.slice(0, 300)}`;
  if (result.status === 'timeout') return `gave no answer within ${timeoutSeconds} s and was stopped${said}`;
  if (result.status === 'flooded')
    return `printed more than ${maxOutputBytes / 1024 / 1024} MiB and was stopped`;
  if (result.killedBy !== null) return `was killed by ${result.killedBy}${said}`;
  return result.exitCode === null
    ? `could not be started${said}`
    : `failed with exit code ${result.exitCode}${said}`;
}
