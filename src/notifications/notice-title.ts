// The one line that everybody reads: what happened to whose backup. It must be true even when nothing else is read, so
// a missing copy is in it.

import type { TierResult } from '../run-record.ts';
import { formatCount } from '../util/format.ts';
import { countFindings } from './group-findings.ts';
import type { FindingGroup, NoticeStatus } from './notice.ts';

export interface TitleFacts {
  status: NoticeStatus;
  hostname: string;
  hasArchive: boolean;
  isFirst: boolean;
  tiers: readonly TierResult[];
  groups: readonly FindingGroup[];
}

export function noticeTitle(facts: TitleFacts): string {
  const { status, hasArchive } = facts;
  const backup = backupOf(facts);
  switch (status) {
    case 'success':
      return `${backup} is complete`;
    case 'warning':
      return `${backup} is complete, ${reservation(facts)}`;
    case 'failed':
      return hasArchive
        ? `${backup} has holes: ${countText(facts)}`
        : `${backup} failed; no archive was made`;
    case 'skipped':
      return `${backup} was skipped`;
    case 'interrupted':
      return `${backup} was interrupted${hasArchive ? '' : '; no archive was made'}`;
    case 'test':
      return `Test message from ProxSave${facts.hostname === 'unknown' ? '' : ` on ${facts.hostname}`}`;
  }
}

/** A run that ended before it had looked at the host knows no name. */
function backupOf({ hostname, isFirst, hasArchive }: TitleFacts): string {
  if (hostname === 'unknown') return 'The backup';
  return `${isFirst && hasArchive ? 'First backup' : 'Backup'} of ${hostname}`;
}

function reservation(facts: TitleFacts): string {
  const failed = facts.tiers.filter((tier) => tier.status === 'failed').map((tier) => tier.tier);
  if (failed.length > 0) return `but the copy on ${failed.join(' and ')} failed`;
  return `with ${countText(facts)}`;
}

function countText({ groups }: TitleFacts): string {
  const { errors, warnings } = countFindings(groups);
  const parts = [
    ...(errors > 0 ? [formatCount(errors, 'error')] : []),
    ...(warnings > 0 ? [formatCount(warnings, 'warning')] : []),
  ];
  return parts.length === 0 ? 'warnings' : parts.join(' and ');
}
