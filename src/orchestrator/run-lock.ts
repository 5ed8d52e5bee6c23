// Runs work while holding the one lock of this host's backups.

import type { LoadedConfig } from '../config/load-config.ts';
import { AppError, asStorageError, describeSystemError, EnvironmentError, SkippedError } from '../errors.ts';
import { acquireFileLock, type LockResult } from '../host/file-lock.ts';
import { joinReal } from '../host/host.ts';
import type { Run } from './run-state.ts';

/** Name of the existing edition, so that the two respect each other where they share LOCK_PATH. */
export const lockName = '.backup.lock';

/** @throws SkippedError when another run holds the lock */
export async function withRunLock(
  run: Run,
  config: LoadedConfig,
  hostname: string,
  work: () => Promise<void>,
): Promise<void> {
  const result = takeLock(run, config, hostname);
  if ('heldBy' in result) {
    const holder = result.heldBy;
    const who =
      holder === undefined ? 'another run' : `another run (process ${holder.pid} since ${holder.since})`;
    throw new SkippedError(`${who} is at work`, {
      hint: 'nothing was done; it can be run again when that one has ended',
      needsAttention: holder !== undefined && isOld(run, holder.since),
    });
  }
  const { lock } = result;
  try {
    await work();
  } finally {
    lock.release();
    // Only now: the run's log is opened by its work.
    if (lock.notDescribed !== undefined) reportNotDescribed(run, config, lock.notDescribed);
  }
}

/** No backup takes a day: that one hangs. */
const oldLockMs = 24 * 3_600_000;

function isOld(run: Run, since: string): boolean {
  const begun = new Date(since).getTime();
  return !Number.isNaN(begun) && run.host.clock.now().getTime() - begun > oldLockMs;
}

function reportNotDescribed(run: Run, { values }: LoadedConfig, error: Error): void {
  run.report({
    severity: 'info',
    code: 'lock-not-described',
    path: values.LOCK_PATH,
    message: `the lock in ${values.LOCK_PATH} was taken but did not name its holder: ${describeSystemError(error)}`,
    hint: 'make room there; runs still exclude each other',
  });
}

function takeLock(run: Run, { values }: LoadedConfig, hostname: string): LockResult {
  const directory = values.LOCK_PATH;
  try {
    run.host.fs.makeDirectory(directory, 0o700);
    return acquireFileLock(run.host, joinReal(directory, lockName), hostname);
  } catch (error) {
    const failure = asStorageError(error, `cannot take the lock in ${directory}`);
    if (!(failure instanceof AppError)) throw failure;
    throw new EnvironmentError(failure.message, {
      hint: 'set LOCK_PATH to a directory that this user may write to',
      cause: error,
    });
  }
}
