// Archives and requests for the tests of retention. Times without a zone are local time of a place where the clock is
// changed twice a year.

import type { Decision, RetentionPlan } from '../../../../src/storage/retention/decision.ts';
import type { RetentionRequest } from '../../../../src/storage/retention/plan-retention.ts';
import type { ReadableArchive } from '../../../../src/storage/retention/retention-archive.ts';
import { emptyRetentionState } from '../../../../src/storage/retention/retention-state.ts';
import { formatStamp } from '../../../../src/util/format.ts';

process.env.TZ = 'Europe/Rome';

export const own = { hostname: 'pve', installId: 'install-1' };

type Changes = Partial<Omit<ReadableArchive, 'createdAt' | 'installId'>> & { installId?: string | null };

/** A complete archive of our own, unless something else is said; `installId: null` is one without an id. */
export function archive(createdAt: Date | string, changes: Changes = {}): ReadableArchive {
  const time = new Date(createdAt);
  const { installId = own.installId, hostname = own.hostname, ...others } = changes;
  return {
    name: `${hostname}-backup-${formatStamp(time)}.tar.zst.bundle.tar`,
    sizeBytes: 1000,
    state: 'complete',
    hostname,
    ...(installId === null ? {} : { installId }),
    createdAt: time,
    isVerified: true,
    ...others,
  };
}

/** One archive a day at 02:00, the last on `last`; newest first. */
export function daily(count: number, last: string, changes: Changes = {}): ReadableArchive[] {
  const end = new Date(`${last}T02:00:00`);
  return Array.from({ length: count }, (_, index) =>
    archive(new Date(end.getFullYear(), end.getMonth(), end.getDate() - index, 2), changes),
  );
}

export function request(changes: Partial<RetentionRequest>): RetentionRequest {
  return {
    tier: 'secondary',
    archives: [],
    policy: { kind: 'simple', count: 15, keepWithinMs: 0 },
    ...own,
    now: new Date('2026-11-25T03:00:00'),
    // The hold of the first archive has tests of its own.
    state: {
      ...emptyRetentionState,
      firstArchive: { name: 'gone', since: new Date(0), releasedAt: undefined },
    },
    ...changes,
  };
}

export function namesOf(plan: RetentionPlan, verdict: Decision['verdict']): string[] {
  return plan.decisions.filter((decision) => decision.verdict === verdict).map((d) => d.archive.name);
}

export function rulesOf(plan: RetentionPlan, name: string): string[] {
  const decision = plan.decisions.find((candidate) => candidate.archive.name === name);
  return decision?.reasons.map(({ rule }) => rule) ?? [];
}
