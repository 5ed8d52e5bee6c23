// A copy of the run's log on each tier that has a place for logs, where old copies go with their archives. The log is closed by
// then.

import { basename } from 'node:path';
import { AppError } from '../../errors.ts';
import { asRealPath } from '../../host/host.ts';
import type { Store, TierName } from '../../storage/store.ts';
import type { Run } from '../run-state.ts';
import { removeLogCopies, type RunFilesJob, type TierArchives } from './remove-run-files.ts';
import type { ServedTier } from './serve-tiers.ts';

export interface LogCopies extends RunFilesJob {
  tiers: readonly ServedTier[];
  /** Of tiers on which retention could act; the logs of the others stay. */
  archives: ReadonlyMap<TierName, TierArchives>;
}

/** Only where the copy of the archive arrived: a dead share is not waited for twice. */
export async function copyLogs(run: Run, { tiers, archives, ...job }: LogCopies): Promise<void> {
  if (run.log.path === '') return;
  for (const { tier, result } of tiers) {
    if (tier === undefined || result.status !== 'ok') continue;
    try {
      const logs = await tier.openLogStore();
      if (logs === undefined) continue;
      await copyLog(run, logs);
      const onTier = archives.get(tier.name);
      if (onTier !== undefined) await removeLogCopies(run, job, { logs, archives: onTier });
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

async function copyLog({ host, log }: Run, logs: Store): Promise<void> {
  const source = asRealPath(log.path);
  const { signal } = host;
  await logs.prepare(signal);
  await logs.sweep(signal);
  await logs.put({ source, name: basename(source), sizeBytes: host.fs.stat(source).size, signal });
}
