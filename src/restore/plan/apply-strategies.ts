// Lets the strategies decide over merges and staged sets: the plan then holds the digest of what would be written. The same
// call makes the content again when it is staged.

import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { decodeBytePath, encodeBytePath } from '../../util/byte-path.ts';
import { readLiveFile } from '../live-state.ts';
import type { MergeKind, StageKind } from '../../catalogue/types.ts';
import type { RestoreStrategies, StagedText, StrategyContext } from '../strategies.ts';
import { maxTextBytes } from './candidates.ts';
import { withoutStates, type PlanEntry, type TreeState } from './restore-plan.ts';

export interface StrategyInput extends Omit<StrategyContext, 'path' | 'liveFiles'> {
  host: Host;
  strategies: RestoreStrategies;
  /** Of what is written now: merged files are new files. */
  mtimeNs: string;
}

export interface StrategyOutcome {
  entry: PlanEntry;
  /** What is to be written; absent: nothing. */
  content?: Buffer;
  /** Paths of the host. */
  directories?: readonly string[];
}

type FullInput = StrategyInput & { liveFiles: ReadonlyMap<string, string> };

/** @param entries the `merge` and `stage` entries that a strategy decides on */
export function decideByStrategies(input: StrategyInput, entries: readonly PlanEntry[]): StrategyOutcome[] {
  const liveFiles = readLiveTexts(input);
  const full = { ...input, liveFiles };
  const kinds = new Set(
    entries.filter(({ action }) => action === 'stage').map(({ strategy }) => strategy ?? ''),
  );
  return [
    ...entries.filter(({ action }) => action === 'merge').map((entry) => decideMerge(full, entry)),
    ...[...kinds].flatMap((kind) =>
      decideStage(
        full,
        kind as StageKind,
        entries.filter((entry) => entry.action === 'stage' && entry.strategy === kind),
      ),
    ),
  ];
}

function readLiveTexts({ host, archived }: StrategyInput): Map<string, string> {
  const texts = new Map<string, string>();
  for (const path of archived.keys()) {
    const bytes = readLiveFile(host, path, maxTextBytes);
    if (bytes !== undefined) texts.set(path, decodeBytePath(bytes));
  }
  return texts;
}

function contextOf(input: FullInput): Omit<StrategyContext, 'path'> {
  const { live, backup, request, archived, liveFiles } = input;
  return { live, backup, request, archived, liveFiles };
}

function decideMerge(input: FullInput, entry: PlanEntry): StrategyOutcome {
  const strategy = input.strategies.merge[entry.strategy as MergeKind];
  const archivedText = input.archived.get(entry.path);
  if (strategy === undefined || archivedText === undefined) return { entry: leftAlone(entry, tooLarge) };
  try {
    const context = { ...contextOf(input), path: `/${entry.path}` };
    const {
      text,
      notes,
      directories = [],
    } = strategy(input.liveFiles.get(entry.path), archivedText, context);
    return { ...written(input, { ...entry, notes: [...entry.notes, ...notes] }, text), directories };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { entry: leftAlone(entry, describeRefusal(error)) };
  }
}

const tooLarge = 'it is too large to be merged';

function decideStage(input: FullInput, kind: StageKind, entries: readonly PlanEntry[]): StrategyOutcome[] {
  const strategy = input.strategies.stage[kind];
  const files = entries.flatMap(({ path }): StagedText[] => {
    const archivedText = input.archived.get(path);
    return archivedText === undefined ? [] : [{ path, archivedText, liveText: input.liveFiles.get(path) }];
  });
  try {
    const decisions = new Map(strategy?.(files, contextOf(input)).map((one) => [one.path, one]));
    return entries.map((entry) => {
      const decision = decisions.get(entry.path);
      if (decision === undefined) return { entry: leftAlone(entry, 'nothing was decided for it') };
      const { action, text, reason } = decision;
      if (action === 'write' && text !== undefined) return written(input, { ...entry, reason }, text);
      return { entry: action === 'export' ? handedOut(entry, reason) : leftAlone(entry, reason) };
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return entries.map((entry) => ({ entry: handedOut(entry, describeRefusal(error)) }));
  }
}

function leftAlone(entry: PlanEntry, reason: string): PlanEntry {
  return { ...withoutStates(entry), action: 'skip', reason };
}

function handedOut(entry: PlanEntry, reason: string): PlanEntry {
  const rest = withoutStates(entry);
  return { ...rest, ...(entry.after === undefined ? {} : { after: entry.after }), action: 'export', reason };
}

/**
 * A file that exists keeps its mode and owner: a merge is about content. But what comes back exactly as it was saved comes
 * back whole, with mode, owner and time.
 */
function written(input: StrategyInput, entry: PlanEntry, text: string): StrategyOutcome {
  const { before, after } = entry;
  if (after === undefined) return { entry };
  const content = encodeBytePath(text);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const live = readLiveFile(input.host, entry.path, maxTextBytes);
  const isAsSaved = sha256 === entry.archivedSha256;
  const isSame = live?.equals(content) === true;
  if (isSame && (!isAsSaved || !hasOtherRights(input.host, before, after)))
    return {
      entry: {
        ...leftAlone(entry, entry.reason),
        action: 'same',
        reason: 'nothing of the backup is missing in it',
      },
    };
  if (isAsSaved) return { entry: { ...entry, after: { ...after, size: content.length, sha256 } }, content };
  const { mode, uid, gid } = before ?? after;
  const state = { ...after, mode, uid, gid, size: content.length, sha256, mtimeNs: input.mtimeNs };
  return { entry: { ...entry, after: state }, content };
}

/** Nobody but root can give files away, so without root owners do not count. */
function hasOtherRights(
  { process: { uid } }: Host,
  before: TreeState | null | undefined,
  after: TreeState,
): boolean {
  if (before === null || before === undefined) return true;
  const isOthers = uid === 0 && (before.uid !== after.uid || before.gid !== after.gid);
  return isOthers || before.mode !== after.mode;
}

/** Why a strategy would not have the archived text. */
function describeRefusal(error: AppError): string {
  return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
}
