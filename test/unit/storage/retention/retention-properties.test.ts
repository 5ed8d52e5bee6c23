// What must hold for every history and every policy.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decision, RetentionPlan } from '../../../../src/storage/retention/decision.ts';
import { planRetention, type RetentionRequest } from '../../../../src/storage/retention/plan-retention.ts';
import type { GfsPolicy, RetentionPolicy } from '../../../../src/storage/retention/policy.ts';
import type {
  ReadableArchive,
  RetentionArchive,
} from '../../../../src/storage/retention/retention-archive.ts';
import {
  emptyRetentionState,
  type RetentionState,
} from '../../../../src/storage/retention/retention-state.ts';
import { archive, namesOf, own, request } from './samples.ts';

const now = new Date('2026-11-25T03:00:00');
const hourMs = 3_600_000;

/** Hours before `now`: close together, over two years, and a few from the future. */
const ageHours = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 2 * 365 * 24 }) },
  { weight: 1, arbitrary: fc.integer({ min: -200, max: -1 }) },
);

const readable = fc
  .record({
    ageHours,
    hostname: fc.constantFrom('pve', 'pve', 'pve', 'pve2', 'pve-2'),
    installId: fc.constantFrom(own.installId, own.installId, 'install-0', null),
    state: fc.constantFrom('complete', 'complete', 'complete', 'partial'),
    isVerified: fc.boolean(),
  })
  .map(({ ageHours: age, ...facts }) => archive(new Date(now.getTime() - age * hourMs), facts));
const unreadable = fc.constant({ name: '', sizeBytes: 5, state: 'unreadable', detail: 'cut off' } as const);

/** Names are what tells archives of one tier apart. */
const history: fc.Arbitrary<RetentionArchive[]> = fc
  .array(fc.oneof({ weight: 12, arbitrary: readable }, { weight: 1, arbitrary: unreadable }), {
    maxLength: 60,
  })
  .map((archives) => archives.map((each, index) => ({ ...each, name: `${index}-${each.name}` })));

const count = fc.integer({ min: 0, max: 8 });
const keepWithinMs = fc.constantFrom(0, 0, 36 * hourMs, 20 * 24 * hourMs);
const gfs: fc.Arbitrary<GfsPolicy> = fc.record({
  kind: fc.constant('gfs'),
  daily: count,
  weekly: count,
  monthly: count,
  yearly: fc.oneof(count, fc.constant('every')),
  keepWithinMs,
});
const policies: fc.Arbitrary<RetentionPolicy> = fc.oneof(
  fc.record({ kind: fc.constant('simple'), count: fc.integer({ min: 1, max: 12 }), keepWithinMs }),
  gfs,
  fc.constant({ kind: 'all', because: 'nothing is set' } as const),
);

/** Holds, suspects and the first archive are some of the archives; both earlier installations may be adopted. */
const requests: fc.Arbitrary<RetentionRequest> = fc
  .record({
    archives: history,
    policy: policies,
    isAdopted: fc.boolean(),
    picks: fc.array(fc.nat({ max: 59 }), { maxLength: 6 }),
    dropLimit: fc.constantFrom('unlimited', 'unlimited', 3),
  })
  .map(({ archives, policy, isAdopted, picks, dropLimit }) => {
    const names = picks.flatMap((pick) => archives[pick]?.name ?? []);
    const state: RetentionState = {
      ...emptyRetentionState,
      holds: names.slice(0, 2).map((name) => ({ name, reason: 'why', since: now })),
      suspects: names.slice(2, 4).map((name) => ({ name, reason: 'why', since: now })),
      firstArchive:
        names[4] === undefined ? undefined : { name: names[4], since: now, releasedAt: undefined },
      adoptions: isAdopted ? adoptions : [],
    };
    return request({ archives, policy, state, now, dropLimit: dropLimit as 3 | 'unlimited' });
  });
const adoptions = (['install-0', null] as const).map((installId) => ({
  tier: 'secondary' as const,
  hostname: 'pve',
  installId,
  before: now,
}));

function holds(property: (request: RetentionRequest, plan: RetentionPlan) => void): void {
  fc.assert(
    fc.property(requests, (made) => {
      property(made, planRetention(made));
    }),
    { numRuns: 400 },
  );
}

function kept(plan: RetentionPlan): RetentionArchive[] {
  return plan.decisions.filter(({ verdict }) => verdict !== 'drop').map((decision) => decision.archive);
}

test('every archive has one decision with at least one reason in words', () => {
  holds(({ archives }, { decisions }) => {
    expect(new Set(decisions.map((decision) => decision.archive))).toEqual(new Set(archives));
    expect(decisions).toHaveLength(archives.length);
    for (const { reasons } of decisions) expect(reasons.map(({ text }) => text).join('')).not.toBe('');
    expect(decisions.filter(({ reasons }) => reasons.length === 0)).toEqual([]);
  });
});

test('only archives of this host go, made here or adopted, and none that is held or cannot be read', () => {
  holds(({ state }, { decisions }) => {
    for (const { archive: dropped } of decisions.filter(({ verdict }) => verdict === 'drop')) {
      expect(dropped).toMatchObject({ hostname: 'pve' });
      const { installId } = dropped as ReadableArchive;
      expect(installId === own.installId || state.adoptions.length > 0).toBe(true);
      expect([...state.holds, state.firstArchive].map((hold) => hold?.name)).not.toContain(dropped.name);
    }
  });
});

test('the newest good archive of each host stays', () => {
  holds(({ state, archives }, plan) => {
    const dropped = new Set(namesOf(plan, 'drop'));
    for (const hostname of ['pve', 'pve2', 'pve-2']) {
      const good = archives.filter(
        (each): each is ReadableArchive =>
          each.state === 'complete' &&
          each.hostname === hostname &&
          each.createdAt <= now &&
          !state.suspects.some(({ name }) => name === each.name),
      );
      const newestMs = Math.max(...good.map(({ createdAt }) => createdAt.getTime()));
      const newest = good.filter(({ createdAt }) => createdAt.getTime() === newestMs);
      expect(newest.length > 0 && newest.every(({ name }) => dropped.has(name))).toBe(false);
    }
  });
});

test('planning again on what stays removes nothing', () => {
  holds((made, plan) => {
    if (made.dropLimit !== 'unlimited') return;
    expect(namesOf(planRetention({ ...made, archives: kept(plan) }), 'drop')).toEqual([]);
  });
});

test('runs that remove a few at a time end where one that removes all does', () => {
  holds((made) => {
    let archives = made.archives;
    for (let run = 0; run < 60; run += 1) archives = kept(planRetention({ ...made, archives, dropLimit: 1 }));
    const atOnce = kept(planRetention({ ...made, dropLimit: 'unlimited' }));
    expect(new Set(archives)).toEqual(new Set(atOnce));
  });
});

test('a run removes no more than its limit, and those are the oldest that would go', () => {
  holds((made) => {
    const all = namesOf(planRetention({ ...made, dropLimit: 'unlimited' }), 'drop');
    expect(namesOf(planRetention({ ...made, dropLimit: 3 }), 'drop')).toEqual(all.slice(-3));
  });
});

test('a higher limit removes nothing that a lower one keeps', () => {
  const raises = fc.record({
    count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: fc.oneof(count, fc.constant('every' as const)),
    keepWithinMs,
  });
  fc.assert(
    fc.property(requests, raises, (made, raise) => {
      const lower = planRetention({ ...made, dropLimit: 'unlimited' });
      const policy = raised(made.policy, raise);
      const higher = planRetention({ ...made, policy, dropLimit: 'unlimited' });
      const dropped = new Set(namesOf(lower, 'drop'));
      expect(namesOf(higher, 'drop').filter((name) => !dropped.has(name))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

function raised(policy: RetentionPolicy, by: Omit<GfsPolicy, 'kind'> & { count: number }): RetentionPolicy {
  if (policy.kind === 'all') return policy;
  const within = Math.max(policy.keepWithinMs, by.keepWithinMs);
  if (policy.kind === 'simple') return { ...policy, count: policy.count + by.count, keepWithinMs: within };
  const isEvery = policy.yearly === 'every' || by.yearly === 'every';
  return {
    kind: 'gfs',
    daily: policy.daily + by.daily,
    weekly: policy.weekly + by.weekly,
    monthly: policy.monthly + by.monthly,
    yearly: isEvery ? 'every' : Number(policy.yearly) + Number(by.yearly),
    keepWithinMs: within,
  };
}

test('the order of the listing does not matter', () => {
  fc.assert(
    fc.property(requests, fc.infiniteStream(fc.nat()), (made, order) => {
      const shuffled = made.archives
        .map((each) => ({ each, key: order.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);
      const facts = (decisions: readonly Decision[]) =>
        decisions.map(({ archive: { name }, verdict, reasons }) => ({ name, verdict, reasons }));
      const plan = planRetention({ ...made, archives: shuffled });
      expect(facts(plan.decisions)).toEqual(facts(planRetention(made).decisions));
      expect(plan.notes).toEqual(planRetention(made).notes);
    }),
    { numRuns: 300 },
  );
});

test('archives of doubtful worth and of others never change what becomes of good ones', () => {
  holds((made) => {
    const isGood = (each: RetentionArchive) =>
      each.state === 'complete' &&
      (each.installId === own.installId || made.state.adoptions.length > 0) &&
      each.hostname === 'pve' &&
      !made.state.suspects.some(({ name }) => name === each.name);
    const all = planRetention({ ...made, dropLimit: 'unlimited' });
    const alone = planRetention({ ...made, archives: made.archives.filter(isGood), dropLimit: 'unlimited' });
    const ofGood = all.decisions.filter((decision) => isGood(decision.archive));
    expect(ofGood).toEqual(alone.decisions);
  });
});

test('a second file of an archive, raw beside its bundle, changes nothing for the others and shares its fate', () => {
  holds((made) => {
    const { archives } = made;
    const twins = archives.flatMap((each, index) =>
      each.state !== 'unreadable' && index % 3 === 0
        ? [{ ...each, name: each.name.replace(/\.bundle\.tar$/, '') }]
        : [],
    );
    const unlimited = { ...made, dropLimit: 'unlimited' as const };
    const before = planRetention(unlimited);
    const after = planRetention({ ...unlimited, archives: [...archives, ...twins] });
    const verdicts = new Map(after.decisions.map((decision) => [decision.archive.name, decision.verdict]));
    for (const { archive: each, verdict } of before.decisions) {
      expect(verdicts.get(each.name)).toBe(verdict);
      const twin = each.name.replace(/\.bundle\.tar$/, '');
      if (verdicts.has(twin)) expect(verdicts.get(twin)).toBe(verdict);
    }
  });
});
