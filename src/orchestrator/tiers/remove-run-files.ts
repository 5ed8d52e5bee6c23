// Logs go with their archive, on each tier that has some; those of runs without one, and all records, have a limit of their own.

import type { LoadedConfig } from '../../config/load-config.ts';
import { AppError, describeSystemError, isSystemError } from '../../errors.ts';
import { joinReal } from '../../host/host.ts';
import { planRunFiles, stampOfArchiveName } from '../../storage/retention/plan-run-files.ts';
import type { Store } from '../../storage/store.ts';
import type { Run } from '../run-state.ts';
import { installedAt } from '../install-id.ts';

export interface RunFilesJob {
  config: LoadedConfig;
  hostname: string;
}

/** Names of archives after retention has acted on a tier. */
export interface TierArchives {
  /** Foreign and unreadable ones included. */
  standing: readonly string[];
  removed: readonly string[];
}

export function archivesAfter(all: readonly { name: string }[], removed: readonly string[]): TierArchives {
  const gone = new Set(removed);
  return { standing: all.map(({ name }) => name).filter((name) => !gone.has(name)), removed };
}

/** Also a `prune` by hand, which has no files of its own. */
type Remover = Pick<Run, 'host' | 'report' | 'stamp' | 'startedAt'>;

/** Those in LOG_PATH, by the archives of the primary tier. */
export function removeRunFiles(run: Remover, job: RunFilesJob, archives: TierArchives): void {
  const { fs } = run.host;
  const directory = job.config.values.LOG_PATH;
  try {
    const names = surplusOf(run, job, { names: fs.readDirectory(directory), archives });
    for (const name of names) fs.unlink(joinReal(directory, name));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    reportLeft(run, directory, describeSystemError(error));
  }
}

/** Copies of logs on another tier, by its own archives. @throws InterruptedError */
export async function removeLogCopies(
  run: Remover,
  job: RunFilesJob,
  { logs, archives }: { logs: Store; archives: TierArchives },
): Promise<void> {
  const { signal } = run.host;
  try {
    const names = (await logs.list(signal)).map(({ name }) => name);
    const [failed] = await logs.remove(surplusOf(run, job, { names, archives }), signal);
    if (failed !== undefined) reportLeft(run, logs.location, failed.error.message);
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    reportLeft(run, logs.location, error.message);
  }
}

function surplusOf(
  run: Remover,
  { config, hostname }: RunFilesJob,
  { names, archives }: { names: readonly string[]; archives: TierArchives },
): string[] {
  const stampsOf = (archiveNames: readonly string[]) =>
    new Set(archiveNames.flatMap((name) => stampOfArchiveName(name) ?? []));
  return planRunFiles({
    names,
    hostname,
    standingStamps: new Set([...stampsOf(archives.standing), run.stamp]),
    droppedStamps: stampsOf(archives.removed),
    maxFailedLogs: config.values.MAX_FAILED_LOGS,
    since: installedAt(run.host, config.places.state) ?? run.startedAt,
  });
}

function reportLeft({ report }: Remover, location: string, why: string): void {
  report({
    severity: 'warning',
    code: 'logs-not-removed',
    path: location,
    message: `old logs could not be removed from ${location}: ${why}`,
  });
}
