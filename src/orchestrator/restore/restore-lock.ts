// While a restore changes the host, or a change waits to be confirmed, backups and retention hold still.

import type { LoadedConfig } from '../../config/load-config.ts';
import { SkippedError } from '../../errors.ts';
import { listGuards } from '../../restore/network/guard.ts';
import { withRunLock, type LockTaker } from '../run-lock.ts';

/** @throws SkippedError when a run holds the lock */
export function withRestoreLock<Result>(
  taker: LockTaker,
  config: LoadedConfig,
  hostname: string,
  work: () => Promise<Result>,
): Promise<Result> {
  return withRunLock(taker, config, hostname, work);
}

/**
 * An undo that a guard starts must not wait for the restore that waits for the confirmation: that one only waits.
 * @throws SkippedError when another run holds the lock and no guard of this restore is there
 */
export async function withUndoLock<Result>(
  taker: LockTaker,
  { config, hostname, id }: { config: LoadedConfig; hostname: string; id: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const begun = { isSo: false };
  const begin = () => {
    begun.isSo = true;
    return work();
  };
  try {
    return await withRunLock(taker, config, hostname, begin, { isGuardIgnored: true });
  } catch (error) {
    if (begun.isSo || !(error instanceof SkippedError) || !listGuards(taker.host).includes(id)) throw error;
    return work();
  }
}
