// Does the steps of a restore, or what is left of them: each finds out what is there first, so a step that was done, or
// half done when the power failed, can be done again.

import { InterruptedError, RunFailedError, SecurityError } from '../../errors.ts';
import { joinReal, type Host } from '../../host/host.ts';
import { BlockedPathError } from '../../host/safe-tree.ts';
import { setExactTime } from '../../host/set-exact-time.ts';
import { printable } from '../../util/printable.ts';
import { readLiveState } from '../live-state.ts';
import { writeJournal } from './journal.ts';
import {
  finishDirectory,
  placeDirectory,
  placeFile,
  placeHardlink,
  placeSymlink,
  syncParent,
} from './place.ts';
import {
  contentName,
  deepestFirst,
  matchesState,
  temporaryName,
  type RestoreStep,
  type StepList,
} from './steps.ts';
import type { RestoreDirectory } from './restore-directory.ts';

/** Steps that one line of the journal announces: an fsync for each would cost more than the steps. */
export const stepsPerLine = 16;

export interface Applying {
  host: Host;
  directory: RestoreDirectory;
  list: StepList;
  signal: AbortSignal;
  /** How many steps may have changed something: those of earlier runs, then counted on. */
  begunSteps: number;
}

/** @throws SecurityError, RunFailedError when the host changed meanwhile, InterruptedError, the system's errors */
export async function applySteps(applying: Applying): Promise<void> {
  const { host, directory, list, signal } = applying;
  const { steps, keepsOwners } = list;
  for (let from = 0; from < steps.length; from += stepsPerLine) {
    if (signal.aborted) throw new InterruptedError();
    const group = steps.slice(from, from + stepsPerLine);
    writeJournal(host, directory, { event: 'applying', below: from + group.length });
    for (const [offset, step] of group.entries()) await applyStep(applying, step, from + offset);
    for (const path of onePathPerParent(group)) syncParent(host, path);
  }
  const directories = steps.filter(({ kind }) => kind === 'directory');
  for (const { path, after } of directories.sort((a, b) => deepestFirst(a.path, b.path))) {
    await finishDirectory(host, path, after, keepsOwners);
  }
  for (const { path, afterNs } of list.touched) {
    if (afterNs !== undefined) await setExactTime(host, path, BigInt(afterNs));
  }
}

function onePathPerParent(steps: readonly RestoreStep[]): string[] {
  return [...new Map(steps.map(({ path }) => [path.slice(0, path.lastIndexOf('/') + 1), path])).values()];
}

async function applyStep(applying: Applying, step: RestoreStep, index: number): Promise<void> {
  const { host, directory, list } = applying;
  const { path, after, hardlinkTo } = step;
  try {
    // Throws when somebody else has changed it: then this step is not ours to undo.
    const isAtEnd = isDone(host, step, list.keepsOwners);
    applying.begunSteps = Math.max(applying.begunSteps, index + 1);
    if (isAtEnd) return;
    const place = { path, temporary: temporaryName(directory.id, index), owners: list.keepsOwners };
    if (step.kind === 'directory') placeDirectory(host, path);
    else if (step.kind === 'symlink') await placeSymlink(host, place, after);
    else if (hardlinkTo !== undefined) placeHardlink(host, place, hardlinkTo);
    else await placeFile(host, place, after, joinReal(directory.new, contentName(index)));
  } catch (error) {
    throw error instanceof BlockedPathError ? blockedError(path, error) : error;
  }
}

/** Told apart from what is there: done, still to do, or changed by somebody since the plan was made (an error). */
function isDone(host: Host, { path, kind, before, after }: RestoreStep, owners: boolean): boolean {
  const live = readLiveState(host, path, { digest: () => false });
  if ('blocked' in live) throw live.blocked;
  const { state } = live;
  if (kind === 'directory' && state?.kind === 'directory') return true;
  const options = { owners, times: true };
  // The old one first: both may look the same but for their content.
  if (matchesState(state, before, options)) return false;
  if (matchesState(state, after, options)) return true;
  // Between the removal of something else and the directory in its place.
  if (state === null && before !== null && before.kind !== after.kind) return false;
  throw new RunFailedError(`/${printable(path)} has changed since the plan was made`, {
    hint: 'Somebody or something works on this host. Make the plan again.',
  });
}

export function blockedError(path: string, { parent, kind }: BlockedPathError): SecurityError {
  const what = kind === 'absent' ? 'is gone' : `has become a ${kind}`;
  return new SecurityError(
    `/${printable(path)}: its parent /${printable(parent)} ${what} while the restore was running`,
    { hint: 'Find out what changes directories on this host, then make the plan again.' },
  );
}
