// The record of a run that never was: for `notify test` and `notify preview`, which must work before the first backup.

import { exitCodeOf, type ExitName } from '../errors.ts';
import type { Finding } from '../findings.ts';
import type { RunRecord, RunStatus } from '../run-record.ts';
import { formatBytes, formatDuration, formatRfc3339, formatStamp } from '../util/format.ts';
import { version } from '../version.ts';

export interface SampleFacts {
  hostname: string;
  /** As in RunRecord. */
  proxmoxType: string;
  status: RunStatus;
  now: Date;
}

const exitNames: Readonly<Record<RunStatus, ExitName>> = {
  success: 'ok',
  warning: 'warnings',
  failed: 'storage',
  skipped: 'skipped',
  interrupted: 'interrupted',
};

const durationMs = 95_000;
const contentBytes = 12_345_678;
const archiveBytes = 3_456_789;

export function sampleRecord({ hostname, proxmoxType, status, now }: SampleFacts): RunRecord {
  const startedAt = new Date(now.getTime() - durationMs);
  const stamp = formatStamp(startedAt);
  const hasArchive = status === 'success' || status === 'warning';
  const size = hasArchive ? { content: contentBytes, archive: archiveBytes } : { content: 0, archive: 0 };
  const ratio = hasArchive ? archiveBytes / contentBytes : 0;
  const location = '/example/backups';
  return {
    hostname,
    proxmox_type: proxmoxType,
    timestamp: stamp,
    start_time: formatRfc3339(startedAt),
    end_time: formatRfc3339(now),
    duration_seconds: durationMs / 1000,
    duration_human: formatDuration(durationMs),
    files_collected: hasArchive ? 1234 : 0,
    files_failed: 0,
    directories_created: hasArchive ? 210 : 0,
    bytes_collected: size.content,
    bytes_collected_human: formatBytes(size.content),
    archive_path: hasArchive ? `${location}/${hostname}-backup-${stamp}.tar.zst.bundle.tar` : '',
    archive_size: size.archive,
    archive_size_human: formatBytes(size.archive),
    requested_compression: 'zst',
    requested_compression_mode: 'standard',
    compression: 'zst',
    compression_level: 6,
    compression_mode: 'standard',
    compression_threads: 1,
    compression_ratio: ratio,
    compression_ratio_percent: ratio * 100,
    compression_savings_percent: hasArchive ? 100 - ratio * 100 : 0,
    checksum: '',
    manifest_path: '',
    schema_version: 1,
    kind: 'backup',
    status,
    exit_code: exitCodeOf(exitNames[status]),
    exit_name: exitNames[status],
    ...(hasArchive ? {} : { error: `an example of a run that ended with "${status}"` }),
    install_id: '',
    version,
    verified: hasArchive,
    encrypted: false,
    findings: status === 'warning' ? [exampleFinding] : [],
    findings_omitted: {},
    areas: [],
    selection: { only: [], skip: [] },
    tiers: [{ tier: 'primary', status: tierStatuses[status], location }],
    phases: [],
    log_path: '',
  };
}

const exampleFinding: Finding = {
  severity: 'warning',
  code: 'example',
  message: 'an example of a warning: /etc/example cannot be read',
};

const tierStatuses: Readonly<Record<RunStatus, 'ok' | 'failed' | 'skipped'>> = {
  success: 'ok',
  warning: 'ok',
  failed: 'failed',
  skipped: 'skipped',
  interrupted: 'failed',
};
