// Runs work while holding the one lock of this host's backups.

import type { LoadedConfig } from '../config/load-config.ts';
import {
  AppError,
  asStorageError,
  describeSystemError,
  EnvironmentError,
  isSystemError,
  SkippedError,
} from '../errors.ts';
import { acquireFileLock, type LockResult } from '../host/file-lock.ts';
import type { ReportFinding } from '../findings.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { listHalfDone } from '../restore/engine/undo-restore.ts';
import { restoreDirectory } from '../restore/engine/restore-directory.ts';
import { guardState, listGuards } from '../restore/network/guard.ts';
import { printable } from '../util/printable.ts';

/** Name of the existing edition, so that the two respect each other where they share LOCK_PATH. */
export const lockName = '.backup.lock';

/** Who holds the lock: a run, or a short command that changes what runs rely on (retention.json, files on a tier). */
export interface LockTaker {
  readonly host: Host;
  report: ReportFinding;
}

export interface LockOptions {
  /** Id of the restore (and of its guarded change) that this one brings to its end. */
  restoreEnded?: string;
  /** What the others are told who find the lock held, as `a restore`. */
  work?: string;
}

/**
 * @throws SkippedError when another run holds the lock, a change of the host waits to be confirmed, or a restore was cut
 *   off half-way
 */
export async function withRunLock<Result>(
  taker: LockTaker,
  config: LoadedConfig,
  hostname: string,
  work: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  await refuseWhileGuarded(taker.host, options.restoreEnded);
  const result = takeLock(taker, config, hostname, options.work);
  if ('heldBy' in result) {
    const holder = result.heldBy;
    const what = printable(holder?.work ?? 'another run');
    const who = holder === undefined ? what : `${what} (process ${holder.pid} since ${holder.since})`;
    throw new SkippedError(`${who} is at work`, {
      hint: 'nothing was done; it can be run again when that one has ended',
      needsAttention: holder !== undefined && isOld(taker, holder.since),
    });
  }
  const { lock } = result;
  try {
    // Only with the lock in hand: else the restore is under way, not cut off.
    refuseWhileHalfRestored(taker.host, config.places.state, options.restoreEnded);
    return await work();
  } finally {
    lock.release();
    // Only now: the run's log is opened by its work.
    if (lock.notDescribed !== undefined) reportNotDescribed(taker, config, lock.notDescribed);
  }
}

/** A host whose network may go back any moment is neither saved nor restored to. */
async function refuseWhileGuarded(host: Host, restoreEnded: string | undefined): Promise<void> {
  for (const id of listGuards(host).filter((guard) => guard !== restoreEnded)) {
    const state = await guardState(host, id);
    if (state !== 'armed' && state !== 'reverting') continue;
    throw new SkippedError(`a change of this host (restore ${id}) waits to be confirmed`, {
      hint: `keep it: proxsave confirm ${id}\ntake it back: proxsave undo ${id}`,
    });
  }
}

/**
 * A host of which half is restored is a state that nobody wants to keep, and retention would drop good archives for it. The
 * admin is told each time.
 */
function refuseWhileHalfRestored(host: Host, state: RealPath, restoreEnded: string | undefined): void {
  const halfDone = halfDoneRestores(host, state).find((id) => id !== restoreEnded);
  if (halfDone === undefined) return;
  throw new SkippedError(
    `restore ${halfDone} was cut off half-way, so this host is neither as before nor as saved`,
    {
      hint:
        `bring it to its end: proxsave restore --resume ${halfDone}\ntake it back: proxsave undo ${halfDone}\n` +
        `if neither can be done, put its directory elsewhere: ${restoreDirectory(state, halfDone).path}`,
      needsAttention: true,
    },
  );
}

function halfDoneRestores(host: Host, state: RealPath): string[] {
  try {
    return listHalfDone(host, state);
  } catch (error) {
    // Whoever may not look into the state directory restores nothing either.
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** No backup takes a day: that one hangs. */
const oldLockMs = 24 * 3_600_000;

function isOld({ host }: LockTaker, since: string): boolean {
  const begun = new Date(since).getTime();
  return !Number.isNaN(begun) && host.clock.now().getTime() - begun > oldLockMs;
}

function reportNotDescribed(taker: LockTaker, { values }: LoadedConfig, error: Error): void {
  taker.report({
    severity: 'info',
    code: 'lock-not-described',
    path: values.LOCK_PATH,
    message: `the lock in ${values.LOCK_PATH} was taken but did not name its holder: ${describeSystemError(error)}`,
    hint: 'make room there; runs still exclude each other',
  });
}

function takeLock(
  { host }: LockTaker,
  { values }: LoadedConfig,
  hostname: string,
  work: string | undefined,
): LockResult {
  const directory = values.LOCK_PATH;
  try {
    host.fs.makeDirectory(directory, 0o700);
    return acquireFileLock(host, joinReal(directory, lockName), hostname, work);
  } catch (error) {
    const failure = asStorageError(error, `cannot take the lock in ${directory}`, {
      EHOSTDOWN: 'LOCK_PATH lies on a share that gives no answer: set it to a directory of this machine',
    });
    if (!(failure instanceof AppError)) throw failure;
    throw new EnvironmentError(failure.message, {
      hint: failure.hint ?? 'set LOCK_PATH to a directory that this user may write to',
      cause: error,
    });
  }
}
