// Brings back what was there before, for every step that may have been begun; the others are not touched. Each finds out
// what is there first, so an undo that was killed can be done again.

import { describeSystemError, isSystemError } from '../../errors.ts';
import { joinReal, type Host } from '../../host/host.ts';
import { BlockedPathError, withHeldPlace } from '../../host/safe-tree.ts';
import { setExactTime } from '../../host/set-exact-time.ts';
import { printable } from '../../util/printable.ts';
import { readLiveState } from '../live-state.ts';
import type { TreeState } from '../plan/restore-plan.ts';
import { checkSteps } from './check-steps.ts';
import {
  copyFile,
  finishDirectory,
  placeDirectory,
  placeSavedFile,
  placeSymlink,
  removePlaced,
  removeTemporary,
  syncParent,
  type Place,
} from './place.ts';
import type { RestoreDirectory } from './restore-directory.ts';
import {
  contentName,
  deepestFirst,
  matchesState,
  temporaryName,
  type RestoreStep,
  type StepList,
} from './steps.ts';

export interface UndoOutcome {
  /** Paths that may have been changed, and are now as before. */
  restored: number;
  /** What was done differently from a plain way back, for people. */
  notes: string[];
  /** Paths that could not be brought back. Empty: all is as it was. */
  problems: string[];
}

interface Undoing {
  host: Host;
  directory: RestoreDirectory;
  list: StepList;
  outcome: UndoOutcome;
  /** Paths that stay as they are on purpose; each has its note. */
  left: Set<string>;
}

export async function undoSteps(
  host: Host,
  directory: RestoreDirectory,
  list: StepList,
  begunSteps: number,
): Promise<UndoOutcome> {
  const steps = list.steps.slice(0, begunSteps);
  const outcome: UndoOutcome = { restored: steps.length, notes: [], problems: [] };
  if (steps.length === 0) return outcome;
  const undoing: Undoing = { host, directory, list, outcome, left: new Set() };
  for (const [index, step] of [...steps.entries()].reverse()) {
    await attempt(undoing, step.path, () => undoStep(undoing, step, index));
  }
  await finishDirectories(undoing, steps);
  if (outcome.problems.length === 0) {
    const expected = steps.filter(({ path }) => !undoing.left.has(path));
    outcome.problems = checkSteps(host, { ...list, steps: expected }, 'before');
  }
  return outcome;
}

/** One path that cannot be brought back does not keep the others from it. */
async function attempt(
  { outcome }: Undoing,
  path: string,
  action: () => void | Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    const isExpected = isSystemError(error) || error instanceof BlockedPathError;
    if (!isExpected) throw error;
    outcome.problems.push(`/${printable(path)}: ${describeSystemError(error)}`);
  }
}

async function undoStep(undoing: Undoing, step: RestoreStep, index: number): Promise<void> {
  const { host, directory, list } = undoing;
  const { path, before } = step;
  const live = readLiveState(host, path, {
    digest: (size) => size === before?.size || size === step.after.size,
  });
  if ('blocked' in live) {
    if (before !== null) throw live.blocked;
    noteUnreachable(undoing, step, live.blocked);
    return;
  }
  const place: Place = { path, temporary: temporaryName(directory.id, index), owners: list.keepsOwners };
  removeTemporary(host, place);
  if (isAsBefore(undoing, step, index, live.state)) return;
  keepLaterChange(undoing, { step, index, state: live.state });
  if (before === null) removeNew(undoing, step);
  else if (before.kind === 'directory') placeDirectory(host, path);
  else if (before.kind === 'symlink') await placeSymlink(host, place, before);
  else await placeSavedFile(host, place, before, joinReal(directory.before, contentName(index)));
  syncParent(host, path);
}

/** New paths whose parent is as it was before are gone with it; a parent that somebody else swapped is to be told. */
function noteUnreachable(
  { list, outcome }: Undoing,
  { path }: RestoreStep,
  { parent, kind }: BlockedPathError,
): void {
  if (kind === 'absent' || list.steps.some((step) => step.path === parent && step.before !== null)) return;
  outcome.notes.push(
    `/${printable(parent)} has become a ${kind}; wherever the directory is now, /${printable(path)} may still be in it`,
  );
}

/** Whether the very file that was saved is (still, or again) in its place; undefined where a copy was saved. */
function isSavedFile({ host, directory }: Undoing, step: RestoreStep, index: number): boolean | undefined {
  if (step.saved !== 'link' || step.before?.kind !== 'file') return undefined;
  const kept = host.fs.lstatIfExists(joinReal(directory.before, contentName(index)));
  const here = withHeldPlace(host, step.path, ({ at }) => host.fs.lstatIfExists(at));
  return here !== undefined && kept?.inode === here.inode && kept.device === here.device;
}

/** True when nothing is to be done. */
function isAsBefore(undoing: Undoing, step: RestoreStep, index: number, state: TreeState | null): boolean {
  const isSaved = isSavedFile(undoing, step, index);
  const looksSame = matchesState(state, step.before, { owners: undoing.list.keepsOwners, times: true });
  // A second name of another file may look the same.
  if (looksSame) return isSaved !== false;
  if (isSaved !== true) return false;
  undoing.left.add(step.path);
  undoing.outcome.notes.push(`/${printable(step.path)} was changed in place by somebody else, and stays so`);
  return true;
}

/** Neither as before nor as restored: somebody has worked on it since. That work is kept aside. */
function keepLaterChange(
  { host, directory, list, outcome }: Undoing,
  { step, index, state }: { step: RestoreStep; index: number; state: TreeState | null },
): void {
  if (state?.kind !== 'file') return;
  const options = { owners: list.keepsOwners, times: false };
  if (matchesState(state, step.after, options) || matchesState(state, step.before, options)) return;
  const kept = joinReal(directory.since, contentName(index));
  if (host.fs.lstatIfExists(directory.since) === undefined) host.fs.makeOneDirectory(directory.since, 0o700);
  if (host.fs.lstatIfExists(kept) !== undefined) host.fs.unlink(kept);
  withHeldPlace(host, step.path, ({ at }) => copyFile(host, at, kept));
  outcome.notes.push(
    `/${printable(step.path)} was changed after the restore; that version is kept as ${kept}`,
  );
}

function removeNew({ host, outcome, left }: Undoing, { path }: RestoreStep): void {
  try {
    removePlaced(host, path);
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST')) throw error;
    left.add(path);
    outcome.notes.push(`/${printable(path)} stays: something else is in the directory by now`);
  }
}

async function finishDirectories(undoing: Undoing, steps: readonly RestoreStep[]): Promise<void> {
  const { host, list } = undoing;
  const directories = steps.flatMap(({ path, before }) =>
    before?.kind === 'directory' ? [{ path, before }] : [],
  );
  for (const { path, before } of directories.sort((a, b) => deepestFirst(a.path, b.path))) {
    await attempt(undoing, path, () => finishDirectory(host, path, before, list.keepsOwners));
  }
  const changed = new Set(steps.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
  for (const { path, mtimeNs } of list.touched.filter((one) => changed.has(one.path))) {
    await attempt(undoing, path, () => setExactTime(host, path, BigInt(mtimeNs)));
  }
}
