// A copy of the run's log on each tier that has a place for logs. The log is closed by then.

import { basename } from 'node:path';
import { AppError } from '../../errors.ts';
import { asRealPath } from '../../host/host.ts';
import type { Run } from '../run-state.ts';
import type { ServedTier } from './serve-tiers.ts';

/** Only where the copy of the archive arrived: a dead share is not waited for twice. */
export async function copyLogs(run: Run, tiers: readonly ServedTier[]): Promise<void> {
  if (run.log.path === '') return;
  for (const { tier, result } of tiers) {
    if (tier === undefined || result.status !== 'ok') continue;
    try {
      const store = await tier.openLogStore();
      if (store === undefined) continue;
      const path = asRealPath(run.log.path);
      await store.prepare(run.host.signal);
      await store.put({
        source: path,
        name: basename(path),
        sizeBytes: run.host.fs.stat(path).size,
        signal: run.host.signal,
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      run.report({
        severity: 'warning',
        code: 'log-not-copied',
        message: `the log of this run could not be copied to the ${result.tier} tier: ${error.message}`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
  }
}
