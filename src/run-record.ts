// The run record as a value: what one run did. Kept as JSON (report/run-record.ts); summary, notifications, metrics and
// history are made from it. The first keys, their names and order are those of the existing edition's statistics file.

import type { ExitName } from './errors.ts';
import type { Finding } from './findings.ts';

export type RunStatus = 'success' | 'warning' | 'failed' | 'skipped' | 'interrupted';

export interface TierResult {
  tier: string;
  /** `skipped`: the run ended before it came to this tier. */
  status: 'ok' | 'failed' | 'disabled' | 'skipped';
  location: string;
  /** Cause when it is not ok. */
  detail?: string;
  freeBytes?: number;
  /** How the copy was proved at the target. */
  proof?: 'read-back' | 'remote-hash' | 'size-only';
  /** Name of the hash that the remote gave. */
  hash?: string;
  bytes?: number;
  seconds?: number;
  /** Archives of this host on the tier after the run. */
  archives?: number;
  /** Names of archives that retention took away. */
  removed?: readonly string[];
  /** Why retention took nothing away although it might have. */
  retentionHeld?: readonly string[];
}

/** Names of files that differ between two archives, by area; never content. */
export interface AreaChanges {
  /** Empty: the archive does not say (it is of the existing edition). */
  area: string;
  added: readonly string[];
  removed: readonly string[];
  changed: readonly string[];
  /** Names beyond those in the lists; absent: the lists are complete. */
  omitted?: Readonly<Record<'added' | 'removed' | 'changed', number>>;
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
  encrypted: boolean;
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
  /** What differs from the archive before; absent: there is none, or it could not be compared. */
  changes?: readonly AreaChanges[];
  log_path: string;
}
