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
  const undoing: Undoing = { host, directory, list, outcome };
  for (const [index, step] of [...steps.entries()].reverse()) {
    await attempt(undoing, step.path, () => undoStep(undoing, step, index));
  }
  await finishDirectories(undoing, steps);
  if (outcome.problems.length === 0)
    outcome.problems = checkSteps(host, { ...list, steps }, 'before').filter(isNotKept(outcome));
  return outcome;
}

/** Directories that others have begun to use stay: that is a note, no failure. */
function isNotKept({ notes }: UndoOutcome): (problem: string) => boolean {
  return (problem) => !notes.some((note) => note.startsWith(problem.replace(/ is still there$/u, ' stays:')));
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
  if (
    matchesState(live.state, before, { owners: place.owners, times: true }) &&
    !isUnlinked(undoing, step, index)
  )
    return;
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

/** A hard link in the way has the same looks as the file that was there, but is another file. */
function isUnlinked(
  { host, directory }: Undoing,
  { path, before, saved }: RestoreStep,
  index: number,
): boolean {
  if (saved !== 'link' || before?.kind !== 'file') return false;
  const kept = host.fs.lstatIfExists(joinReal(directory.before, contentName(index)));
  const here = withHeldPlace(host, path, ({ at }) => host.fs.lstat(at));
  return kept !== undefined && (kept.inode !== here.inode || kept.device !== here.device);
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

function removeNew({ host, outcome }: Undoing, { path }: RestoreStep): void {
  try {
    removePlaced(host, path);
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST')) throw error;
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
