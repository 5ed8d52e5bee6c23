// Logs go with their archive. Those that have none (failed and skipped runs, archives removed by hand) have a limit of their
// own, so that a host which fails each night neither fills its disk nor loses the log of its first failure soon. Records are
// the history: they are small and outlive their archives, up to a number of them.

import { formatStamp } from '../../util/format.ts';

export interface RunFilesRequest {
  /** Names of all files of a log directory; what is no log or record of this host is passed over. */
  names: readonly string[];
  hostname: string;
  /** `YYYYMMDD-HHMMSS` of the archives that lie on the tier after the plan, foreign and unreadable ones included. */
  standingStamps: ReadonlySet<string>;
  /** Of the archives that the plan removes. */
  droppedStamps: ReadonlySet<string>;
  /** Runs without an archive of which the logs stay, newest first; 0 or less: all. */
  maxFailedLogs: number;
  /** When this installation began: older files of runs without an archive are not its business. */
  since: Date;
}

/** Names to remove, sorted. */
export function planRunFiles(request: RunFilesRequest): string[] {
  const files = request.names.flatMap((name) => {
    const stamp = stampOfLog(name, request.hostname);
    return stamp === undefined ? [] : [{ name, stamp }];
  });
  const ofDropped = files.filter(
    ({ stamp }) => request.droppedStamps.has(stamp) && !request.standingStamps.has(stamp),
  );
  const first = formatStamp(request.since);
  const alone = files.filter(
    ({ stamp }) => !request.droppedStamps.has(stamp) && !request.standingStamps.has(stamp) && stamp >= first,
  );
  const runs = [...new Set(alone.map(({ stamp }) => stamp))].sort().reverse();
  const surplus = new Set(request.maxFailedLogs <= 0 ? [] : runs.slice(request.maxFailedLogs));
  const logs = [...ofDropped, ...alone.filter(({ stamp }) => surplus.has(stamp))].map(({ name }) => name);
  return [...logs, ...surplusRecords(request.names, first)].sort();
}

/** As many as `proxsave history` looks at: more than five years of a run a night. */
export const keptRecords = 2000;

function surplusRecords(names: readonly string[], first: string): string[] {
  const records = names.flatMap((name) => {
    const stamp = recordName.exec(name)?.[1];
    return stamp === undefined ? [] : [{ name, stamp }];
  });
  const newestFirst = records.sort((a, b) => (a.stamp < b.stamp ? 1 : a.stamp > b.stamp ? -1 : 0));
  return newestFirst
    .slice(keptRecords)
    .filter(({ stamp }) => stamp >= first)
    .map(({ name }) => name);
}

const recordName = /^backup-stats-(\d{8}-\d{6})(?:-\d+)?\.json$/;
const logEnding = /^(\d{8}-\d{6})(?:-\d+)?\.log$/;

/** `backup-<host>-<stamp>.log` of exactly this host. */
function stampOfLog(name: string, hostname: string): string | undefined {
  const prefix = `backup-${hostname}-`;
  return name.startsWith(prefix) ? logEnding.exec(name.slice(prefix.length))?.[1] : undefined;
}

/** The stamp of an archive's name, which its log and record share; undefined for other names. */
export function stampOfArchiveName(name: string): string | undefined {
  return /-backup-(\d{8}-\d{6})\.tar/.exec(name)?.[1];
}
