// The run record: what one run did, for programs and for later runs. JSON under LOG_PATH, one file for EVERY run.
// The first keys, their names and order are those of the existing edition's statistics file.

import { isSystemError, type ExitName } from '../errors.ts';
import type { Finding } from '../findings.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { redactValue, type Redact } from '../ui/redact.ts';
import { formatBytes } from '../util/format.ts';

export type RunStatus = 'success' | 'warning' | 'failed' | 'skipped' | 'interrupted';

export interface TierResult {
  tier: string;
  status: 'ok' | 'failed' | 'disabled' | 'skipped';
  location: string;
  /** Cause when it is not ok. */
  detail?: string;
  freeBytes?: number;
}

export interface PhaseTime {
  phase: string;
  seconds: number;
}

export interface RunRecord {
  hostname: string;
  proxmox_type: string;
  /** `YYYYMMDD-HHMMSS`, local time, as in the archive's name. */
  timestamp: string;
  start_time: string;
  end_time: string;
  duration_seconds: number;
  duration_human: string;
  files_collected: number;
  files_failed: number;
  directories_created: number;
  bytes_collected: number;
  bytes_collected_human: string;
  archive_path: string;
  archive_size: number;
  archive_size_human: string;
  requested_compression: string;
  requested_compression_mode: string;
  compression: string;
  compression_level: number;
  compression_mode: string;
  compression_threads: number;
  /** Archive bytes / collected bytes. */
  compression_ratio: number;
  compression_ratio_percent: number;
  compression_savings_percent: number;
  checksum: string;
  manifest_path: string;
  // Keys of this edition.
  schema_version: 1;
  kind: 'backup';
  status: RunStatus;
  exit_code: number;
  exit_name: ExitName;
  /** Why the run ended as it did, when not with an archive. */
  error?: string;
  install_id: string;
  version: string;
  verified: boolean;
  findings: readonly Finding[];
  /** Findings beyond the number that is kept here, by code. */
  findings_omitted: Readonly<Record<string, number>>;
  areas: readonly { id: string; files: number; bytes: number }[];
  /** Things that a rebuild of the host needs, by whether the archive has them; absent without an archive. */
  coverage?: Readonly<Record<string, number>>;
  /** `--only` and `--skip` of this run: a partial run is no measure for a whole one. */
  selection: { only: readonly string[]; skip: readonly string[] };
  tiers: readonly TierResult[];
  phases: readonly PhaseTime[];
  log_path: string;
}

/** Findings of one code kept in the record. */
export const keptPerCode = 200;

/** Keeps the record small whatever the host: at most `keptPerCode` findings of a code. */
export function limitFindings(
  findings: readonly Finding[],
): Pick<RunRecord, 'findings' | 'findings_omitted'> {
  const counts = new Map<string, number>();
  const kept = findings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= keptPerCode;
  });
  const omitted = [...counts].filter(([, count]) => count > keptPerCode);
  return {
    findings: kept,
    findings_omitted: Object.fromEntries(omitted.map(([code, count]) => [code, count - keptPerCode])),
  };
}

export function sizeFields(archiveBytes: number, contentBytes: number) {
  const ratio = contentBytes === 0 ? 0 : archiveBytes / contentBytes;
  const percent = Math.round(ratio * 10_000) / 100;
  return {
    bytes_collected: contentBytes,
    bytes_collected_human: formatBytes(contentBytes),
    archive_size: archiveBytes,
    archive_size_human: formatBytes(archiveBytes),
    compression_ratio: Math.round(ratio * 10_000) / 10_000,
    compression_ratio_percent: percent,
    compression_savings_percent: contentBytes === 0 ? 0 : Math.round((100 - percent) * 100) / 100,
  };
}

const recordName = /^backup-stats-\d{8}-\d{6}(?:-\d+)?\.json$/;

export function isRecordName(fileName: string): boolean {
  return recordName.test(fileName);
}

/** Takes a name, so that two runs which end together do not replace each other's record; false: it is taken. */
function reserve(host: Host, path: RealPath): boolean {
  try {
    host.fs.close(host.fs.createFile(path, 0o600));
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Writes the record without secrets; a second run of the same second gets a number behind. Returns its path. */
export function writeRunRecord(host: Host, directory: RealPath, record: RunRecord, redact: Redact): RealPath {
  host.fs.makeDirectory(directory, 0o700);
  const text = JSON.stringify(redactValue(record, redact), null, 2);
  for (let attempt = 1; ; attempt += 1) {
    const suffix = attempt === 1 ? '' : `-${attempt}`;
    const path = joinReal(directory, `backup-stats-${record.timestamp}${suffix}.json`);
    if (!reserve(host, path)) continue;
    try {
      host.fs.writeFileAtomic(path, `${text}\n`, { mode: 0o600 });
      return path;
    } catch (error) {
      host.fs.unlink(path);
      throw error;
    }
  }
}
