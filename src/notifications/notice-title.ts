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
  /** Something ended the run; with an archive: behind it. */
  hasError: boolean;
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
      return `${backup} ${failureText(facts)}`;
    case 'skipped':
      return `${backup} was skipped`;
    case 'interrupted':
      return hasArchive
        ? `${backup} was made, but the run was interrupted before its end`
        : `${backup} was interrupted; no archive was made`;
    case 'test':
      return `Test message from ProxSave${facts.hostname === 'unknown' ? '' : ` on ${facts.hostname}`}`;
  }
}

/** A run that ended before it had looked at the host knows no name. */
function backupOf({ hostname, isFirst, hasArchive }: TitleFacts): string {
  if (hostname === 'unknown') return 'The backup';
  return `${isFirst && hasArchive ? 'First backup' : 'Backup'} of ${hostname}`;
}

function failureText(facts: TitleFacts): string {
  const { hasArchive, hasError, groups } = facts;
  if (!hasArchive) return 'failed; no archive was made';
  if (hasError) return 'was made, but the run failed behind it';
  const copies = failedCopies(facts);
  const errors = groups.filter(({ severity }) => severity === 'error');
  // The archive itself is whole: see endingOf in finish-run.ts.
  if (copies !== '' && errors.every(({ code }) => code === 'tier-failed'))
    return `is complete, but ${copies}`;
  return `has holes: ${countText(facts)}${copies === '' ? '' : `, and ${copies}`}`;
}

function reservation(facts: TitleFacts): string {
  const copies = failedCopies(facts);
  return copies === '' ? `with ${countText(facts)}` : `but ${copies}`;
}

/** `the copy on cloud failed`; empty when none did. */
function failedCopies({ tiers }: TitleFacts): string {
  const failed = tiers.filter((tier) => tier.status === 'failed').map((tier) => tier.tier);
  return failed.length === 0 ? '' : `the copy on ${failed.join(' and ')} failed`;
}

function countText({ groups }: TitleFacts): string {
  const { errors, warnings } = countFindings(groups);
  const parts = [
    ...(errors > 0 ? [formatCount(errors, 'error')] : []),
    ...(warnings > 0 ? [formatCount(warnings, 'warning')] : []),
  ];
  return parts.length === 0 ? 'warnings' : parts.join(' and ');
}
