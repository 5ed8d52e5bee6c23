// The message model: what an admin is told about a run, free of any channel. Made from the run record by build-notice.ts.

import type { Finding } from '../findings.ts';
import type { AreaChanges, RunRecord, RunStatus, TierResult } from '../run-record.ts';

/** `test`: sent by `proxsave notify test`. */
export type NoticeStatus = RunStatus | 'test';

/** Findings of one code, the most important first. */
export interface FindingGroup {
  severity: Finding['severity'];
  code: string;
  count: number;
  /** The first few messages, redacted. */
  examples: readonly string[];
  /** What to do about it, from the first that says so. */
  hint?: string;
}

export type { AreaChanges };

/** A tier as people are told about it. */
export interface NoticeTier extends TierResult {
  /** Backups of this host that it holds now; absent when that is not known. */
  copies?: number;
}

/** All texts are redacted and free of control characters; names of files are shown as text. */
export interface Notice {
  status: NoticeStatus;
  /** One line: outcome and host, e.g. `Backup of pve1 done with 2 warnings`. Fits a mail subject. */
  title: string;
  hostname: string;
  /** e.g. `Proxmox VE 9.0.3`; empty on a plain host. */
  product: string;
  startedAt: Date;
  /** As the host's clocks show it: `2026-07-24 02:00:00 +02:00`. */
  startedLocal: string;
  durationSeconds: number;
  archiveName?: string;
  archiveBytes?: number;
  files: number;
  contentBytes: number;
  isEncrypted: boolean;
  isVerified: boolean;
  tiers: readonly NoticeTier[];
  groups: readonly FindingGroup[];
  /** Absent: there is no earlier archive to compare with. */
  changes?: readonly AreaChanges[];
  /** The first archive of this host on record. */
  isFirst: boolean;
  /** Why the run ended as it did, when not with an archive. */
  error?: string;
  /** What to type or look at next. */
  nextStep: string;
  /** The last lines of the run's log, redacted; for channels that send it along. */
  logTail: readonly string[];
  record: RunRecord;
}
