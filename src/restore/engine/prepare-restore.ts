// Everything that can fail before the host is touched: contents put aside, snapshot taken, both on disk. What it leaves can
// be applied, resumed or thrown away.

import { AppError, asStorageError, UsageError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { BlockedPathError } from '../../host/safe-tree.ts';
import { renderPlan, type RestorePlan } from '../plan/restore-plan.ts';
import type { RestoreSource } from '../source.ts';
import { blockedError } from './apply-steps.ts';
import { writeJournal } from './journal.ts';
import { tidyRestores } from './keep-few.ts';
import { createRestoreDirectory, emptyContents, type RestoreDirectory } from './restore-directory.ts';
import { stageContents, type StagingOptions } from './stage-contents.ts';
import { stepsOf, writeSteps } from './steps.ts';
import { requireSpace, requireUnchanged, takeSnapshot } from './take-snapshot.ts';

export interface PrepareOptions extends StagingOptions {
  /** ProxSave's state directory (Places.state). */
  state: RealPath;
}

export interface PreparedRestore {
  id: string;
  /** How many paths will change. */
  steps: number;
  /** Files handed out, when there are any. */
  exportDirectory: RealPath;
  /** Files of sets that somebody else applies (pmxcfs), by their archive paths below it. */
  stagedDirectory: RealPath;
}

/**
 * Nothing of the host but ProxSave's own state directory is changed.
 * @throws RunFailedError when the host changed since the plan, DiskSpaceError, VerificationError, SecurityError,
 *   InterruptedError, StorageError and PermissionError of the state directory; UsageError for a plan of another root
 */
export async function prepareRestore(
  host: Host,
  source: RestoreSource,
  plan: RestorePlan,
  options: PrepareOptions,
): Promise<PreparedRestore> {
  requireSameRoot(host, plan);
  requireUnchanged(host, stepsOf(plan), plan.keepsOwners);
  try {
    const directory = createRestoreDirectory(host, options.state);
    host.fs.writeFileAtomic(directory.plan, renderPlan(plan));
    writeJournal(host, directory, { event: 'begun' });
    return await fillRestoreDirectory(host, source, plan, { ...options, directory });
  } catch (error) {
    if (error instanceof BlockedPathError) throw blockedError(error.parent, error);
    throw error instanceof AppError
      ? error
      : asStorageError(error, `preparing the restore in ${options.state}`);
  }
}

/** Also the second half of a resume whose preparation was cut off. */
export async function fillRestoreDirectory(
  host: Host,
  source: RestoreSource,
  plan: RestorePlan,
  options: PrepareOptions & { directory: RestoreDirectory },
): Promise<PreparedRestore> {
  const { directory } = options;
  const steps = stepsOf(plan);
  emptyContents(host, directory);
  requireSpace(host, directory, plan, steps);
  await stageContents({ ...options, host, source, plan, steps });
  writeSteps(host, directory, takeSnapshot(host, directory, steps, plan));
  writeJournal(host, directory, { event: 'prepared' });
  tidyRestores(host, options.state);
  return {
    id: directory.id,
    steps: steps.length,
    exportDirectory: directory.export,
    stagedDirectory: directory.staged,
  };
}

function requireSameRoot(host: Host, plan: RestorePlan): void {
  if (plan.host.root !== host.root) {
    throw new UsageError(`the plan is for the root ${plan.host.root}, not for ${host.root}`, {
      hint: `Use the same --root as for the plan, or make the plan again.`,
    });
  }
  if (plan.keepsOwners !== (host.process.uid === 0)) {
    throw new UsageError('the plan was made by another user, so it says other things about owners', {
      hint: 'Make the plan again as the user who restores; that is root for a whole host.',
    });
  }
}
