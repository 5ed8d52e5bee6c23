// What was decided about one archive, and why. Plans, `prune --explain`, the calendar and `list` are made from these.

import type { TierName } from '../store.ts';
import type { RetentionArchive } from './retention-archive.ts';

export type RetentionRule =
  // Rules of the policy.
  | 'count'
  | 'daily'
  | 'weekly'
  | 'monthly'
  | 'yearly'
  | 'within'
  | 'keep-all'
  | 'excess'
  // Protection whatever the policy says.
  | 'newest'
  | 'newest-verified'
  | 'made-now'
  | 'held'
  | 'first-archive'
  | 'future-date'
  | 'implausible-date'
  | 'drop-limit'
  // What an archive is.
  | 'partial'
  | 'suspect'
  | 'other-host'
  | 'former-name'
  | 'other-installation'
  | 'unreadable';

export interface Reason {
  rule: RetentionRule;
  /** For people; names from archives are in it as they are, so print it through `printable`. */
  text: string;
}

/** `foreign`: of another host or installation; `unreadable`: nothing is known about it. Neither is ever touched. */
export type Verdict = 'keep' | 'drop' | 'foreign' | 'unreadable';

export interface Decision {
  archive: RetentionArchive;
  verdict: Verdict;
  /** At least one. */
  reasons: readonly Reason[];
}

export interface RetentionPlan {
  tier: TierName;
  /** Newest first, unreadable ones behind; one for each archive of the request. */
  decisions: readonly Decision[];
  /** What the user should know besides. */
  notes: readonly string[];
}

/** Archives to remove, oldest first, so that an interrupted removal keeps the newer ones. */
export function archivesToDrop(plan: RetentionPlan): readonly RetentionArchive[] {
  return plan.decisions
    .filter(({ verdict }) => verdict === 'drop')
    .map(({ archive }) => archive)
    .reverse();
}
