// The rules of a policy on one series of archives: newest first, all of one host and all of one worth.
//
// Each period rule takes the newest archive of each period, newest period first. A period whose newest archive an earlier
// rule keeps already takes no slot: 7 daily and 4 weekly are seven days and four weeks before them, as Proxmox's own prune
// has it. "Newest" and not "any" archive, because only so a higher limit never removes what a lower one keeps.

import type { Reason } from './decision.ts';
import { dayOf, monthOf, weekOf, yearOf } from './periods.ts';
import { describeSpan, type GfsPolicy, type RetentionPolicy } from './policy.ts';
import type { ReadableArchive } from './retention-archive.ts';

export type Kept = Map<ReadableArchive, Reason[]>;

/** `measure`: archives, in any order, from the newest of which keep-within counts. */
export function selectKept(
  series: readonly ReadableArchive[],
  policy: RetentionPolicy,
  measure: readonly ReadableArchive[],
): Kept {
  const kept: Kept = new Map();
  switch (policy.kind) {
    case 'all':
      for (const archive of series) addReason(kept, archive, { rule: 'keep-all', text: policy.because });
      return kept;
    case 'simple':
      selectNewest(kept, series, policy.count);
      break;
    case 'gfs':
      selectPeriods(kept, series, policy);
      break;
  }
  if (policy.keepWithinMs > 0) {
    const newestMs = measure.reduce(
      (newest, { createdAt }) => Math.max(newest, createdAt.getTime()),
      -Infinity,
    );
    selectWithin(kept, series, { withinMs: policy.keepWithinMs, newestMs });
  }
  return kept;
}

export function addReason(kept: Kept, archive: ReadableArchive, reason: Reason): void {
  const reasons = kept.get(archive);
  if (reasons === undefined) kept.set(archive, [reason]);
  else reasons.push(reason);
}

function selectNewest(kept: Kept, series: readonly ReadableArchive[], count: number): void {
  for (const [index, archive] of series.slice(0, count).entries()) {
    addReason(kept, archive, { rule: 'count', text: `archive ${index + 1} of ${count}` });
  }
}

function selectPeriods(kept: Kept, series: readonly ReadableArchive[], policy: GfsPolicy): void {
  const rules = [
    { rule: 'daily', limit: policy.daily, periodOf: dayOf },
    { rule: 'weekly', limit: policy.weekly, periodOf: weekOf },
    { rule: 'monthly', limit: policy.monthly, periodOf: monthOf },
    { rule: 'yearly', limit: policy.yearly, periodOf: yearOf },
  ] as const;
  for (const { rule, limit, periodOf } of rules) {
    const count = limit === 'every' ? Infinity : limit;
    const uncovered = newestOfEach(series, periodOf).filter(({ archive }) => !kept.has(archive));
    for (const [index, { archive, period }] of uncovered.slice(0, count).entries()) {
      const place = limit === 'every' ? 'one of every year' : `${rule} ${index + 1} of ${limit}`;
      addReason(kept, archive, { rule, text: `${place} (${period})` });
    }
  }
}

function newestOfEach(series: readonly ReadableArchive[], periodOf: (moment: Date) => string) {
  const newest = new Map<string, ReadableArchive>();
  for (const archive of series) {
    const period = periodOf(archive.createdAt);
    if (!newest.has(period)) newest.set(period, archive);
  }
  return [...newest].map(([period, archive]) => ({ period, archive }));
}

function selectWithin(
  kept: Kept,
  series: readonly ReadableArchive[],
  { withinMs, newestMs }: { withinMs: number; newestMs: number },
): void {
  const text = `within ${describeSpan(withinMs)} of the newest`;
  for (const archive of series) {
    if (newestMs - archive.createdAt.getTime() <= withinMs)
      addReason(kept, archive, { rule: 'within', text });
  }
}
