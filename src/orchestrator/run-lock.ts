// Runs work while holding the one lock of this host's backups.

import type { LoadedConfig } from '../config/load-config.ts';
import { AppError, asStorageError, describeSystemError, EnvironmentError, SkippedError } from '../errors.ts';
import { acquireFileLock, type LockResult } from '../host/file-lock.ts';
import type { ReportFinding } from '../findings.ts';
import { joinReal, type Host } from '../host/host.ts';
import { guardState, listGuards } from '../restore/network/guard.ts';

/** Name of the existing edition, so that the two respect each other where they share LOCK_PATH. */
export const lockName = '.backup.lock';

/** Who holds the lock: a run, or a short command that changes what runs rely on (retention.json, files on a tier). */
export interface LockTaker {
  readonly host: Host;
  report: ReportFinding;
}

/**
 * `isGuardIgnored`: by those who end a guarded change.
 * @throws SkippedError when another run holds the lock, or a change of the host waits to be confirmed
 */
export async function withRunLock<Result>(
  taker: LockTaker,
  config: LoadedConfig,
  hostname: string,
  work: () => Promise<Result>,
  { isGuardIgnored = false }: { isGuardIgnored?: boolean } = {},
): Promise<Result> {
  if (!isGuardIgnored) await refuseWhileGuarded(taker.host);
  const result = takeLock(taker, config, hostname);
  if ('heldBy' in result) {
    const holder = result.heldBy;
    const who =
      holder === undefined ? 'another run' : `another run (process ${holder.pid} since ${holder.since})`;
    throw new SkippedError(`${who} is at work`, {
      hint: 'nothing was done; it can be run again when that one has ended',
      needsAttention: holder !== undefined && isOld(taker, holder.since),
    });
  }
  const { lock } = result;
  try {
    return await work();
  } finally {
    lock.release();
    // Only now: the run's log is opened by its work.
    if (lock.notDescribed !== undefined) reportNotDescribed(taker, config, lock.notDescribed);
  }
}

/** A host whose network may go back any moment is neither saved nor restored to. */
async function refuseWhileGuarded(host: Host): Promise<void> {
  for (const id of listGuards(host)) {
    const state = await guardState(host, id);
    if (state !== 'armed' && state !== 'reverting') continue;
    throw new SkippedError(`a change of this host (restore ${id}) waits to be confirmed`, {
      hint: `keep it: proxsave confirm ${id}\ntake it back: proxsave undo ${id}`,
    });
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

function takeLock({ host }: LockTaker, { values }: LoadedConfig, hostname: string): LockResult {
  const directory = values.LOCK_PATH;
  try {
    host.fs.makeDirectory(directory, 0o700);
    return acquireFileLock(host, joinReal(directory, lockName), hostname);
  } catch (error) {
    const failure = asStorageError(error, `cannot take the lock in ${directory}`);
    if (!(failure instanceof AppError)) throw failure;
    throw new EnvironmentError(failure.message, {
      hint: 'set LOCK_PATH to a directory that this user may write to',
      cause: error,
    });
  }
}
