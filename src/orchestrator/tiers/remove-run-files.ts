// Logs and records go with their archive; those of runs without one have a limit of their own.

import type { LoadedConfig } from '../../config/load-config.ts';
import { describeSystemError, isSystemError } from '../../errors.ts';
import { joinReal } from '../../host/host.ts';
import { planRunFiles, stampOfArchiveName } from '../../storage/retention/plan-run-files.ts';
import type { Run } from '../run-state.ts';
import { installedAt } from '../install-id.ts';
import type { TierPlan } from './plan-tier.ts';

export interface RunFilesJob {
  config: LoadedConfig;
  hostname: string;
}

/** `run`: also a `prune` by hand, which has no files of its own. */
export function removeRunFiles(
  run: Pick<Run, 'host' | 'report' | 'stamp' | 'startedAt'>,
  { config, hostname }: RunFilesJob,
  { plan, removed }: { plan: TierPlan; removed: readonly string[] },
): void {
  const { fs } = run.host;
  const directory = config.values.LOG_PATH;
  const gone = new Set(removed);
  const stampsOf = (names: readonly string[]) =>
    new Set(names.flatMap((name) => stampOfArchiveName(name) ?? []));
  const standing = plan.archives.map(({ name }) => name).filter((name) => !gone.has(name));
  try {
    const names = planRunFiles({
      names: fs.readDirectory(directory),
      hostname,
      standingStamps: new Set([...stampsOf(standing), run.stamp]),
      droppedStamps: stampsOf(removed),
      maxFailedLogs: config.values.MAX_FAILED_LOGS,
      since: installedAt(run.host, config.places.state) ?? run.startedAt,
    });
    for (const name of names) fs.unlink(joinReal(directory, name));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    run.report({
      severity: 'warning',
      code: 'logs-not-removed',
      path: directory,
      message: `old logs could not be removed from ${directory}: ${describeSystemError(error)}`,
    });
  }
}
