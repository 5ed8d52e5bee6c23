// What the metrics say, as a value: from the records of this run and of the runs before it.

import type { Finding } from '../../findings.ts';
import type { RunRecord, RunStatus, TierResult } from '../../run-record.ts';
import type { History, HistoryRun } from '../history.ts';

export interface MetricsFacts {
  hostname: string;
  /** As in RunRecord. */
  proxmoxType: string;
  proxmoxVersion: string;
  version: string;
  /** The run that has just ended, whatever its outcome. */
  latest: { status: RunStatus; endedAt: Date };
  /** The run that the numbers are of: the latest one that was not skipped, so that an overlap wipes out nothing. */
  run: MeasuredRun;
  /** End of the last run that made an archive without errors. */
  lastSuccess?: Date;
  tiers: readonly TierFacts[];
}

export interface MeasuredRun {
  status: RunStatus;
  startedAt: Date;
  endedAt: Date;
  durationSeconds: number;
  exitCode: number;
  files: number;
  filesFailed: number;
  contentBytes: number;
  archiveBytes: number;
  isVerified: boolean;
  isEncrypted: boolean;
  /** Those that its record left out included. */
  findings: Readonly<Record<Finding['severity'], number>>;
  phases: RunRecord['phases'];
  /** By state, of what a rebuild needs; absent without an archive. */
  coverage?: Readonly<Record<string, number>>;
}

export interface TierFacts extends TierResult {
  /** When the newest copy on this tier was made, as far as the records tell. */
  newestCopy?: Date;
}

export interface MetricsContext {
  /** As in a manifest: `8.4.1`, `pve=8.4.1,pbs=3.4.0` or `unknown`. */
  proxmoxVersion: string;
  /** Of this host; may hold the record itself. */
  history: Pick<History, 'runs'>;
}

export function metricsFacts(record: RunRecord, { proxmoxVersion, history }: MetricsContext): MetricsFacts {
  const endedAt = new Date(record.end_time);
  const startedAt = new Date(record.start_time);
  const isEarlier = (run: HistoryRun) => run.startedAt.getTime() < startedAt.getTime();
  const earlier = history.runs.filter(isEarlier);
  const measured =
    record.status === 'skipped' ? earlier.find(({ status }) => status !== 'skipped') : undefined;
  const lastSuccess = isGood(record) ? endedAt : earlier.find(isGoodRun)?.endedAt;
  return {
    hostname: record.hostname,
    proxmoxType: record.proxmox_type,
    proxmoxVersion,
    version: record.version,
    latest: { status: record.status, endedAt },
    run: measured === undefined ? measureOf(record) : measureOfEarlier(measured),
    ...(lastSuccess === undefined ? {} : { lastSuccess }),
    tiers: tiersOf(record, startedAt, measured, earlier),
  };
}

/** With warnings it is a good one too: the archive is whole. */
function isGood({ status, archive_size }: RunRecord): boolean {
  return archive_size > 0 && (status === 'success' || status === 'warning');
}

function isGoodRun({ status, archiveBytes }: HistoryRun): boolean {
  return archiveBytes > 0 && (status === 'success' || status === 'warning');
}

function measureOf(record: RunRecord): MeasuredRun {
  return {
    status: record.status,
    startedAt: new Date(record.start_time),
    endedAt: new Date(record.end_time),
    durationSeconds: record.duration_seconds,
    exitCode: record.exit_code,
    files: record.files_collected,
    filesFailed: record.files_failed,
    contentBytes: record.bytes_collected,
    archiveBytes: record.archive_size,
    isVerified: record.verified,
    isEncrypted: record.encrypted,
    findings: countBySeverity(record.findings, record.findings_omitted),
    phases: record.phases,
    ...(record.coverage === undefined ? {} : { coverage: record.coverage }),
  };
}

function measureOfEarlier(run: HistoryRun): MeasuredRun {
  const { isVerified = false, isEncrypted = false, findings, findingsOmitted, ...rest } = run;
  return { ...rest, isVerified, isEncrypted, findings: countBySeverity(findings, findingsOmitted) };
}

/** What was left out counts for the severity of the first finding of its code. */
export function countBySeverity(
  findings: readonly Finding[],
  omitted: Readonly<Record<string, number>>,
): Record<Finding['severity'], number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  for (const [code, count] of Object.entries(omitted)) {
    counts[findings.find((finding) => finding.code === code)?.severity ?? 'warning'] += count;
  }
  return counts;
}

/** Of a skipped run nothing is told about tiers that the run before did not tell. */
function tiersOf(
  record: RunRecord,
  startedAt: Date,
  measured: HistoryRun | undefined,
  earlier: readonly HistoryRun[],
): TierFacts[] {
  const tiers = measured === undefined || measured.tiers.length === 0 ? record.tiers : measured.tiers;
  const hasNew = (tier: TierResult) =>
    measured === undefined && tier.status === 'ok' && record.archive_size > 0;
  return tiers.map((tier) => {
    const newestCopy = hasNew(tier) ? startedAt : newestCopyOf(tier.tier, earlier);
    return { ...tier, ...(newestCopy === undefined ? {} : { newestCopy }) };
  });
}

function newestCopyOf(name: string, runs: readonly HistoryRun[]): Date | undefined {
  return runs.find(
    ({ archiveBytes, tiers }) =>
      archiveBytes > 0 && tiers.some(({ tier, status }) => tier === name && status === 'ok'),
  )?.startedAt;
}
