// Undo, list and finish: what can be done with a restore when it is over, or was cut off.

import { RestoreBrokenError, RunFailedError, UsageError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { formatCount } from '../../util/format.ts';
import { parsePlan } from '../plan/restore-plan.ts';
import { readJournal, writeJournal, type RestoreStatus } from './journal.ts';
import { removeNeedless } from './keep-few.ts';
import { existingRestore, restoreDirectory, restoreIds, type RestoreDirectory } from './restore-directory.ts';
import { readSteps } from './steps.ts';
import { undoSteps, type UndoOutcome } from './undo-steps.ts';

export type UndoneRestore = Pick<UndoOutcome, 'restored' | 'notes'> & { id: string };

/**
 * Brings back what was there before the restore; what was killed half-way included. May be called again until it succeeds.
 * It does not stop for signals: half an undo helps nobody.
 * @throws RestoreBrokenError naming what could not be brought back, UsageError when it is undone already
 */
export async function undoRestore(host: Host, state: RealPath, id: string): Promise<UndoneRestore> {
  const directory = existingRestore(host, state, id);
  const { status, begunSteps } = readJournal(host, directory);
  if (status === 'undone') {
    throw new UsageError(`restore ${id} is undone already`, { hint: 'proxsave undo --list shows all.' });
  }
  const isUntouched = begunSteps === 0;
  const outcome = isUntouched
    ? { restored: 0, notes: [], problems: [] }
    : await undoBegun(host, directory, begunSteps);
  writeJournal(host, directory, { event: 'undone' });
  removeNeedless(host, directory, 'undone');
  return { id, restored: outcome.restored, notes: outcome.notes };
}

async function undoBegun(host: Host, directory: RestoreDirectory, begunSteps: number): Promise<UndoOutcome> {
  const list = readSteps(host, directory);
  try {
    writeJournal(host, directory, { event: 'undoing' });
  } catch {
    // On a full disk the undo itself makes room. Without the line it is begun anew if it is cut off, which is the same.
  }
  const outcome = await undoSteps(host, directory, list, begunSteps);
  const { problems } = outcome;
  if (problems.length === 0) return outcome;
  const more = problems.length > 3 ? ` and ${formatCount(problems.length - 3, 'more')}` : '';
  throw new RestoreBrokenError(
    `not everything could be brought back: ${problems.slice(0, 3).join('; ')}${more}`,
    {
      hint: `Remove the cause, then again: proxsave undo ${directory.id}. What was there is in ${directory.before}.`,
    },
  );
}

/** Everything that belonged to the restore is done: staged secrets go, the snapshot stays for `undo`. */
export function finishRestore(host: Host, state: RealPath, id: string): void {
  const directory = existingRestore(host, state, id);
  const { status } = readJournal(host, directory);
  if (status === 'finished') return;
  if (status !== 'applied') {
    throw new RunFailedError(`restore ${id} is not applied, so it cannot be finished`, {
      hint: `Go on with it (proxsave restore --resume ${id}) or undo it (proxsave undo ${id}).`,
    });
  }
  writeJournal(host, directory, { event: 'finished' });
  removeNeedless(host, directory, 'finished');
}

export interface ListedRestore {
  id: string;
  status: RestoreStatus;
  /** May be undone. */
  isUndoable: boolean;
  /** Absent when its plan cannot be read. */
  archive?: { location: string; hostname: string; createdAt: string };
  /** Paths that may have changed. */
  steps: number;
  failure?: string;
}

/** Ids of restores that were cut off while they changed the host, or took the change back; or are at it now. */
export function listHalfDone(host: Host, state: RealPath): string[] {
  return restoreIds(host, state).filter((id) => {
    const { status } = readJournal(host, restoreDirectory(state, id));
    return status === 'applying' || status === 'undoing';
  });
}

/** Newest first. */
export function listRestores(host: Host, state: RealPath): ListedRestore[] {
  return restoreIds(host, state)
    .reverse()
    .map((id) => {
      const directory = restoreDirectory(state, id);
      const { status, begunSteps, failure } = readJournal(host, directory);
      const archive = archiveOf(host, directory);
      return {
        id,
        status,
        isUndoable: status !== 'undone',
        steps: begunSteps,
        ...(archive === undefined ? {} : { archive }),
        ...(failure === undefined ? {} : { failure }),
      };
    });
}

function archiveOf(host: Host, { plan }: RestoreDirectory): ListedRestore['archive'] | undefined {
  try {
    return parsePlan(host.fs.readText(plan), plan).archive;
  } catch {
    // Cut off before the plan was written, or damaged: the list goes on, and says so by leaving it out.
    return undefined;
  }
}
