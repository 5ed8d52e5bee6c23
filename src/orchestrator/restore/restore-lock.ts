// While a restore changes the host, or a change waits to be confirmed, backups and retention hold still.

import type { LoadedConfig } from '../../config/load-config.ts';
import { SkippedError } from '../../errors.ts';
import { isWorkOfGuard } from '../../restore/network/guard.ts';
import { withRunLock, type LockTaker } from '../run-lock.ts';

/** `id`: of a restore that was cut off and is brought to its end now. @throws as withRunLock */
export function withRestoreLock<Result>(
  taker: LockTaker,
  { config, hostname, id }: { config: LoadedConfig; hostname: string; id?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const ended = id === undefined ? {} : { restoreEnded: id };
  return withRunLock(taker, config, hostname, work, { work: 'a restore', ...ended });
}

/**
 * An undo that a guard starts must not wait for the restore that waits for the confirmation: that one only waits.
 * @throws as withRunLock
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
    return await withRunLock(taker, config, hostname, begin, {
      restoreEnded: id,
      work: `the undo of restore ${id}`,
    });
  } catch (error) {
    if (begun.isSo || !(error instanceof SkippedError) || !isWorkOfGuard(taker.host, id)) throw error;
    return work();
  }
}
