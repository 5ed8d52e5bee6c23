// Applies a prepared restore, checks it on disk, and undoes it by itself when that fails. Also what `resume` does.

import {
  AppError,
  describeSystemError,
  InterruptedError,
  RestoreBrokenError,
  RestoreUndoneError,
  UsageError,
  VerificationError,
} from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { formatCount } from '../../util/format.ts';
import { parsePlan } from '../plan/restore-plan.ts';
import type { RestoreSource } from '../source.ts';
import { applySteps } from './apply-steps.ts';
import { checkSteps } from './check-steps.ts';
import { removeNeedless } from './keep-few.ts';
import { readJournal, writeJournal, type JournalState } from './journal.ts';
import { fillRestoreDirectory, type PrepareOptions } from './prepare-restore.ts';
import { existingRestore, type RestoreDirectory } from './restore-directory.ts';
import { readSteps, type StepList } from './steps.ts';
import { undoRestore } from './undo-restore.ts';

export interface AppliedRestore {
  id: string;
  /** Paths that were put back, each read back from disk. */
  applied: readonly { path: string; change: 'created' | 'replaced' }[];
}

/**
 * @throws RestoreUndoneError when it failed and everything is as before, RestoreBrokenError when it is not,
 *   InterruptedError when a signal ended it (everything is as before then), UsageError when there is nothing to apply
 */
export async function applyRestore(
  host: Host,
  state: RealPath,
  id: string,
  signal: AbortSignal = host.signal,
): Promise<AppliedRestore> {
  const directory = existingRestore(host, state, id);
  const { begunSteps } = requireApplicable(host, directory);
  const list = readSteps(host, directory);
  const applying = { host, directory, list, signal, begunSteps };
  try {
    await applySteps(applying);
    requireAsPlanned(host, list);
    writeJournal(host, directory, { event: 'applied' });
  } catch (error) {
    throw await undoFailed(host, state, { directory, error, begunSteps: applying.begunSteps });
  }
  // Holds what is in its place now; secrets are not left lying about.
  removeNeedless(host, directory, 'applied');
  return describeApplied(id, list);
}

function describeApplied(id: string, { steps }: StepList): AppliedRestore {
  const applied = steps.map(({ path, before }) => {
    return { path, change: before === null ? ('created' as const) : ('replaced' as const) };
  });
  return { id, applied };
}

function requireApplicable(host: Host, directory: RestoreDirectory): JournalState {
  const { id } = directory;
  const journal = readJournal(host, directory);
  const { status } = journal;
  if (status === 'prepared' || status === 'applying') return journal;
  throw new UsageError(`restore ${id} cannot be applied: it is ${describeStatus[status]}`, {
    hint:
      status === 'undoing'
        ? `Bring the undo to its end: proxsave undo ${id}`
        : 'proxsave undo --list shows all.',
  });
}

const describeStatus = {
  preparing: 'not completely prepared',
  prepared: 'prepared',
  applying: 'under way',
  applied: 'applied already',
  finished: 'finished already',
  undoing: 'half undone',
  undone: 'undone already',
} as const;

function requireAsPlanned(host: Host, list: StepList): void {
  const problems = checkSteps(host, list, 'after');
  if (problems.length === 0) return;
  const more = problems.length > 3 ? ` and ${formatCount(problems.length - 3, 'more')}` : '';
  throw new VerificationError(`read back from disk, ${problems.slice(0, 3).join('; ')}${more}`);
}

interface Failure {
  directory: RestoreDirectory;
  error: unknown;
  begunSteps: number;
}

/** The error to throw after the automatic undo. */
async function undoFailed(host: Host, state: RealPath, failure: Failure): Promise<AppError> {
  const { directory, error } = failure;
  const { id } = directory;
  const message = error instanceof AppError ? error.message : describeSystemError(error);
  try {
    noteFailure(host, failure, message);
    const { notes } = await undoRestore(host, state, id);
    const told = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
    if (error instanceof InterruptedError) {
      return new InterruptedError(`interrupted; everything is as it was before the restore${told}`, {
        cause: error,
      });
    }
    return new RestoreUndoneError(`the restore failed and was undone: ${message}${told}`, {
      hint:
        error instanceof AppError && error.hint !== undefined
          ? error.hint
          : 'Nothing has changed. Remove the cause, then restore again.',
      cause: error,
    });
  } catch (undoError) {
    const why = undoError instanceof Error ? undoError.message : String(undoError);
    return new RestoreBrokenError(`the restore failed: ${message}. Undoing it failed too: ${why}`, {
      hint: `Remove the cause, then: proxsave undo ${id}. What was there before is in ${directory.before}.`,
      cause: error,
    });
  }
}

/** A full disk must not keep the undo from starting. */
function noteFailure(host: Host, { directory, begunSteps }: Failure, message: string): void {
  try {
    writeJournal(host, directory, { event: 'failed', message, begunSteps });
  } catch {
    // The journal says `applying`, which is enough to undo; the message is in the error.
  }
}

export interface ResumeOptions extends PrepareOptions {
  /** Needed only when the preparation was cut off. */
  source?: RestoreSource;
}

/** Brings a restore that was cut off to its end. @throws as applyRestore, and as prepareRestore */
export async function resumeRestore(host: Host, id: string, options: ResumeOptions): Promise<AppliedRestore> {
  const directory = existingRestore(host, options.state, id);
  const { status } = readJournal(host, directory);
  if (status === 'applied' || status === 'finished') return describeApplied(id, readSteps(host, directory));
  if (status === 'preparing') {
    if (options.source === undefined) {
      throw new UsageError(
        `restore ${id} was cut off before anything was changed; its archive is needed to go on`,
        {
          hint: 'Name the archive (--from), or start anew.',
        },
      );
    }
    const plan = parsePlan(host.fs.readText(directory.plan), directory.plan);
    await fillRestoreDirectory(host, options.source, plan, { ...options, directory });
  }
  return applyRestore(host, options.state, id, options.signal ?? host.signal);
}
