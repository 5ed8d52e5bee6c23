// What the page is made from: values only, so that the same data always give the same page.

import type { AreaChanges, TierResult } from '../../run-record.ts';
import type { HistoryRun } from '../history.ts';

export interface ReportData {
  hostname: string;
  /** e.g. `pve 9.0.3`; empty when not known. */
  product: string;
  version: string;
  generatedAt: Date;
  /** Newest first. */
  runs: readonly HistoryRun[];
  /** Records that could not be read. */
  damagedRecords: number;
  /** In the order in which they are served; what is disabled is left out. */
  tiers: readonly ReportTier[];
  /** Newest first. */
  changes: readonly ReportChanges[];
}

export interface ReportTier {
  tier: string;
  location: string;
  /** In the newest run that came to it; absent: none has. */
  lastResult?: TierResult & { at: Date };
  /** Newest first; absent: it could not be listed, or was not asked. */
  archives?: readonly ReportArchive[];
  /** Why there is no list. */
  problem?: string;
  retention?: ReportRetention;
}

export interface ReportArchive {
  name: string;
  createdAt: Date;
  sizeBytes: number;
  isVerified: boolean;
  isEncrypted: boolean;
  /** It cannot be read, or is incomplete. */
  problem?: string;
}

export interface ReportRetention {
  /** The rule in words. */
  policy: string;
  decisions: readonly { name: string; verdict: string; reasons: string }[];
  notes: readonly string[];
}

export interface ReportChanges {
  /** Name of the archive, or of nothing when only the time is known. */
  archive: string;
  at: Date;
  areas: readonly AreaChanges[];
}
