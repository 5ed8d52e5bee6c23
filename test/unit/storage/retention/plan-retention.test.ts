import { describe, expect, test } from 'vitest';
import { archivesToDrop } from '../../../../src/storage/retention/decision.ts';
import { planRetention } from '../../../../src/storage/retention/plan-retention.ts';
import type { GfsPolicy } from '../../../../src/storage/retention/policy.ts';
import type { ReadableArchive } from '../../../../src/storage/retention/retention-archive.ts';
import {
  adoptArchives,
  emptyRetentionState,
  holdArchive,
  markSuspect,
  recordFirstArchive,
  releaseArchive,
  type RetentionState,
} from '../../../../src/storage/retention/retention-state.ts';
import { archive, daily, namesOf, own, request, rulesOf } from './samples.ts';

const days = (count: number) => count * 86_400_000;
const simple = (count: number, keepWithinMs = 0) => ({ kind: 'simple', count, keepWithinMs }) as const;
const gfs = (rules: Partial<GfsPolicy>): GfsPolicy => ({
  kind: 'gfs',
  daily: 0,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  keepWithinMs: 0,
  ...rules,
});
const daysOf = (archives: readonly { name: string }[]) =>
  archives.map(({ name }) => /backup-(\d{8})/.exec(name)?.[1]);

describe('policy simple', () => {
  test('keeps the newest and removes the oldest first', () => {
    const archives = daily(18, '2026-11-25');
    const plan = planRetention(request({ archives }));
    expect(namesOf(plan, 'keep')).toEqual(archives.slice(0, 15).map(({ name }) => name));
    expect(daysOf(archivesToDrop(plan))).toEqual(['20261108', '20261109', '20261110']);
  });

  test('keeps more when a time to be kept whole is given', () => {
    const archives = daily(30, '2026-11-25');
    const plan = planRetention(request({ archives, policy: simple(3, days(20)), dropLimit: 'unlimited' }));
    expect(namesOf(plan, 'keep')).toHaveLength(21);
  });

  test('counts the time to be kept whole from the newest archive, so that a pause costs nothing', () => {
    const archives = daily(10, '2026-06-01');
    const plan = planRetention(request({ archives, policy: simple(1, days(14)) }));
    expect(namesOf(plan, 'drop')).toEqual([]);
  });

  test('with a limit of 0 keeps all and says so', () => {
    const policy = { kind: 'all', because: 'MAX_LOCAL_BACKUPS is 0 or empty' } as const;
    const plan = planRetention(request({ archives: daily(100, '2026-11-25'), policy }));
    expect(namesOf(plan, 'keep')).toHaveLength(100);
    expect(plan.notes).toEqual(['all archives stay: MAX_LOCAL_BACKUPS is 0 or empty']);
  });
});

describe('policy gfs', () => {
  test('seven runs of one day are one daily archive, and evict no other day', () => {
    const today = [8, 9, 10, 11, 12, 13].map((hour) => archive(new Date(2026, 10, 25, hour)));
    const now = new Date(2026, 10, 25, 14);
    const archives = [...today, ...daily(7, '2026-11-25')];
    const plan = planRetention(request({ archives, now, policy: gfs({ daily: 7 }) }));
    const kept = plan.decisions.filter(({ verdict }) => verdict === 'keep');
    expect(new Set(daysOf(kept.map((decision) => decision.archive))).size).toBe(7);
    expect(kept).toHaveLength(7);
  });

  test('fills weeks, months and years with periods that no earlier rule covers', () => {
    const policy = gfs({ daily: 2, weekly: 2, monthly: 2, yearly: 2 });
    const archives = daily(1200, '2026-11-25');
    const plan = planRetention(request({ archives, policy, dropLimit: 'unlimited' }));
    expect(daysOf(plan.decisions.filter(({ verdict }) => verdict === 'keep').map((d) => d.archive))).toEqual([
      // Wednesday 25 and 24 by the day; Sundays 22 and 15 by the week; ends of months; ends of years.
      ...['20261125', '20261124', '20261122', '20261115', '20261031', '20260930', '20251231', '20241231'],
    ]);
    const [newest] = archives;
    expect(rulesOf(plan, newest?.name ?? '')).toEqual(['daily', 'newest']);
  });

  test('counts periods that have an archive, however long ago', () => {
    const archives = [daily(1, '2026-11-25'), daily(1, '2024-02-29'), daily(1, '2020-05-05')].flat();
    const plan = planRetention(request({ archives, policy: gfs({ daily: 3 }) }));
    expect(namesOf(plan, 'drop')).toEqual([]);
  });

  test('with every year keeps one of each', () => {
    const archives = daily(3000, '2026-11-25');
    const policy = gfs({ daily: 1, yearly: 'every' });
    const plan = planRetention(request({ archives, policy, dropLimit: 'unlimited' }));
    expect(daysOf(plan.decisions.filter(({ verdict }) => verdict === 'keep').map((d) => d.archive))).toEqual(
      ['1125', '1231', '1231', '1231', '1231', '1231', '1231', '1231', '1231'].map(
        (day, index) => `${2026 - index}${day}`,
      ),
    );
  });
});

describe('archives of others', () => {
  const pve = (changes: Parameters<typeof daily>[2]) => daily(100, '2026-11-10', changes);
  const old = [
    ...pve({ installId: 'install-0' }),
    ...pve({ hostname: 'pve2', installId: 'install-2' }),
    ...pve({ hostname: 'pve-2', installId: 'install-3' }),
  ];
  const adopted = adoptArchives(emptyRetentionState, [
    { tier: 'secondary', hostname: 'pve', installId: 'install-0', before: new Date('2026-11-11T00:00:00') },
  ]);

  test('the first ten runs of a new installation remove nothing that it finds', () => {
    let tier: ReadableArchive[] = old;
    for (let run = 0; run < 10; run += 1) {
      const createdAt = new Date(2026, 10, 12 + run, 2);
      tier = [...tier, archive(createdAt)];
      const plan = planRetention(
        request({ archives: tier, policy: simple(1), now: createdAt, state: emptyRetentionState }),
      );
      const dropped = new Set(namesOf(plan, 'drop'));
      expect(namesOf(plan, 'foreign')).toHaveLength(300);
      expect(tier.filter(({ name, installId }) => dropped.has(name) && installId !== own.installId)).toEqual(
        [],
      );
      tier = tier.filter(({ name }) => !dropped.has(name));
    }
    expect(tier.slice(0, 300)).toEqual(old);
  });

  test('an adoption hands over those of this host name only, and not at once', () => {
    const archives = [...old, archive('2026-11-25T02:00:00')];
    const plan = planRetention(request({ archives, state: adopted, policy: simple(15) }));
    const dropped = archivesToDrop(plan);
    expect(dropped).toHaveLength(10);
    expect(dropped).toEqual(old.slice(90, 100).reverse());
    expect(plan.notes).toEqual([expect.stringMatching(/^76 archives more would go, but one run removes/)]);
    const all = archivesToDrop(
      planRetention(request({ archives, state: adopted, policy: simple(15), dropLimit: 'unlimited' })),
    );
    expect(new Set(all.map((dropping) => 'hostname' in dropping && dropping.hostname))).toEqual(
      new Set(['pve']),
    );
    expect(all).toHaveLength(86);
  });

  test.each([
    ['another tier', { tier: 'primary' as const }],
    ['another installation', { installId: 'install-9' }],
    ['archives without an id', { installId: null }],
    ['an earlier time', { before: new Date('2026-01-01T00:00:00') }],
    ['a host name that begins alike', { hostname: 'pv' }],
    ['a host name in capitals', { hostname: 'PVE' }],
  ])('an adoption of %s hands over none of them', (_what, changes) => {
    const adoption = { ...adopted.adoptions[0]!, ...changes };
    const state: RetentionState = { ...adopted, adoptions: [adoption] };
    const plan = planRetention(request({ archives: old, state, policy: simple(1) }));
    expect(namesOf(plan, 'foreign')).toHaveLength(300);
  });

  test('archives of this installation under an earlier host name stay, and the way out is named', () => {
    const archives = daily(30, '2026-11-25', { hostname: 'oldname' });
    const plan = planRetention(request({ archives, policy: simple(1) }));
    expect(namesOf(plan, 'foreign')).toHaveLength(30);
    expect(plan.decisions[0]?.reasons[0]?.text).toContain('proxsave adopt --host oldname');
  });

  test('the newest archive of an adopted host name stays beside the newest of this one', () => {
    const archives = [...daily(3, '2026-01-03', { hostname: 'oldname' }), ...daily(3, '2026-11-25')];
    const state = adoptArchives(emptyRetentionState, [
      { tier: 'secondary', hostname: 'oldname', installId: own.installId, before: new Date('2026-02-01') },
    ]);
    const released = releaseArchive(recordFirstArchive(state, 'gone', new Date(0)), 'gone', new Date(0));
    const plan = planRetention(request({ archives, state: released, policy: simple(1) }));
    expect(daysOf(plan.decisions.filter(({ verdict }) => verdict === 'keep').map((d) => d.archive))).toEqual([
      '20261125',
      '20260103',
    ]);
  });

  test('an installation whose id is not known owns nothing', () => {
    const archives = [null, ''].flatMap((installId) => daily(30, '2026-11-25', { installId }));
    const plan = planRetention(request({ archives, installId: '', policy: simple(1) }));
    expect(namesOf(plan, 'drop')).toEqual([]);
  });
});

describe('archives of doubtful worth', () => {
  test('15 nights of incomplete archives remove no complete one', () => {
    const good = daily(15, '2026-11-10');
    const partial = daily(15, '2026-11-25', { state: 'partial' });
    const plan = planRetention(request({ archives: [...partial, ...good], policy: simple(15, days(3)) }));
    expect(namesOf(plan, 'drop')).toEqual([]);
    expect(rulesOf(plan, partial[0]?.name ?? '')[0]).toBe('partial');
  });

  test('incomplete archives have the same limits among themselves, so that they do not fill the disk', () => {
    const partial = daily(20, '2026-11-25', { state: 'partial' });
    const plan = planRetention(request({ archives: [...partial, ...daily(3, '2026-11-05')] }));
    expect(namesOf(plan, 'drop')).toEqual(partial.slice(15).map(({ name }) => name));
  });

  test('archives of runs that looked broken never push good ones out, even after the next good run', () => {
    const good = daily(15, '2026-11-09');
    const broken = daily(15, '2026-11-24');
    const state = broken.reduce(
      (before, { name, createdAt }) => markSuspect(before, { name, reason: 'no files', since: createdAt }),
      request({}).state,
    );
    const archives = [archive('2026-11-25T02:00:00'), ...broken, ...good];
    const plan = planRetention(request({ archives, state, policy: simple(15) }));
    // The one that leaves made room for the new good one.
    expect(namesOf(plan, 'drop')).toEqual([good.at(-1)?.name]);
  });

  test('the newest good archive stays when only doubtful ones are newer', () => {
    const partial = daily(5, '2026-11-25', { state: 'partial' });
    const good = archive('2025-01-01T02:00:00');
    const plan = planRetention(request({ archives: [...partial, good], policy: simple(1) }));
    expect(rulesOf(plan, good.name)).toContain('newest');
    expect(namesOf(plan, 'keep')).toEqual([partial[0]?.name, good.name]);
  });

  test('the newest archive that was read back stays when newer ones were not', () => {
    const unverified = daily(5, '2026-11-25', { isVerified: false });
    const verified = daily(2, '2026-11-20');
    const plan = planRetention(request({ archives: [...unverified, ...verified], policy: simple(2) }));
    expect(rulesOf(plan, verified[0]?.name ?? '')).toEqual(['newest-verified']);
    expect(namesOf(plan, 'drop')).toContain(verified[1]?.name);
  });

  test('unreadable archives are left alone and reported', () => {
    const unreadable = { name: 'pve-backup-20200101-020000.tar', sizeBytes: 1, state: 'unreadable' } as const;
    const archives = [...daily(20, '2026-11-25'), { ...unreadable, detail: 'cut off after 12 bytes' }];
    const plan = planRetention(request({ archives, policy: simple(1) }));
    expect(plan.decisions.at(-1)).toMatchObject({ verdict: 'unreadable' });
    expect(plan.decisions.at(-1)?.reasons[0]?.text).toBe('cut off after 12 bytes');
    expect(plan.notes.join()).toContain('1 unreadable archive left alone');
  });
});

describe('clocks that jump', () => {
  test('archives from the future stay and take no place', () => {
    const future = daily(20, '2036-01-20');
    const archives = [...future, ...daily(16, '2026-11-25')];
    const plan = planRetention(request({ archives, policy: simple(15) }));
    expect(daysOf(archivesToDrop(plan))).toEqual(['20261110']);
    expect(rulesOf(plan, future[0]?.name ?? '')).toEqual(['future-date']);
    expect(plan.notes.join()).toContain('check the clock');
  });

  test('with a clock in the past nothing goes', () => {
    const now = new Date('2001-01-01T00:00:00');
    const plan = planRetention(request({ archives: daily(50, '2026-11-25'), now, policy: simple(1) }));
    expect(namesOf(plan, 'drop')).toEqual([]);
  });

  test('archives made before the clock was set stay', () => {
    const early = archive('2000-01-01T00:03:00');
    const plan = planRetention(request({ archives: [early, ...daily(3, '2026-11-25')], policy: simple(2) }));
    expect(rulesOf(plan, early.name)).toEqual(['implausible-date']);
  });

  test('the archive of this run stays even if the clock went back by a month', () => {
    const made = archive('2026-10-25T02:00:00');
    const archives = [made, ...daily(20, '2026-11-25')];
    const changes = { archives, policy: simple(2), dropLimit: 'unlimited' as const };
    expect(namesOf(planRetention(request(changes)), 'drop')).toContain(made.name);
    const plan = planRetention(request({ ...changes, madeNow: [made.name.replace('.bundle.tar', '')] }));
    expect(rulesOf(plan, made.name)).toEqual(['made-now']);
  });

  test('nothing depends on how the two archives of the repeated hour are ordered', () => {
    // 2026-10-25 02:30 happens twice in Rome; both have one name but for the second.
    const first = archive('2026-10-25T00:30:00Z', { name: 'a' });
    const second = archive('2026-10-25T01:30:00Z', { name: 'b' });
    const policy = gfs({ daily: 1 });
    const now = new Date('2026-10-25T12:00:00Z');
    for (const archives of [
      [first, second],
      [second, first],
    ]) {
      expect(namesOf(planRetention(request({ archives, policy, now })), 'keep')).toEqual(['b']);
    }
  });
});

describe('protected archives', () => {
  const archives = daily(20, '2026-11-25');
  const oldest = archives.at(-1)!;

  test('a held archive stays, under its bundled name too, until it is released', () => {
    const name = oldest.name.replace('.bundle.tar', '');
    const hold = { name, reason: 'before the upgrade', since: new Date('2026-11-25') };
    const state = holdArchive(request({}).state, hold);
    const plan = planRetention(request({ archives, state }));
    expect(rulesOf(plan, oldest.name)).toEqual(['held']);
    expect(plan.decisions.at(-1)?.reasons[0]?.text).toBe('held: before the upgrade');
    const after = releaseArchive(state, oldest.name, new Date('2026-11-26'));
    expect(namesOf(planRetention(request({ archives, state: after })), 'drop')).toContain(oldest.name);
  });

  test('the first archive of an installation stays until it is released, and no other takes its place', () => {
    const state = recordFirstArchive(emptyRetentionState, oldest.name, new Date('2026-11-06'));
    expect(rulesOf(planRetention(request({ archives, state })), oldest.name)).toEqual(['first-archive']);
    const released = releaseArchive(state, oldest.name, new Date('2026-11-26'));
    const plan = planRetention(request({ archives, state: released }));
    expect(namesOf(plan, 'drop')).toHaveLength(5);
  });

  test('while the first archive is not recorded, the oldest good one of this installation is taken for it', () => {
    const adoption = { tier: 'secondary', hostname: 'pve', installId: 'install-0' } as const;
    const state = adoptArchives(emptyRetentionState, [{ ...adoption, before: new Date('2026-11-01') }]);
    const older = daily(3, '2026-10-10', { installId: 'install-0' });
    const partial = archive('2026-11-01T02:00:00', { state: 'partial' });
    const plan = planRetention(request({ archives: [...archives, ...older, partial], state }));
    const first = plan.decisions.filter(({ reasons }) =>
      reasons.some(({ rule }) => rule === 'first-archive'),
    );
    expect(first.map((decision) => decision.archive)).toEqual([oldest]);
  });
});

describe('an archive that lies there as a bundle and raw', () => {
  const archives = daily(4, '2026-11-25');
  const twinOf = ({ name, ...rest }: (typeof archives)[number], changes = {}) => ({
    ...rest,
    name: name.replace('.bundle.tar', ''),
    ...changes,
  });

  test('takes one place, and both files go or stay', () => {
    const twins = archives.map((each) => twinOf(each));
    const plan = planRetention(request({ archives: [...twins, ...archives], policy: simple(2) }));
    const names = [...archives.slice(2), ...twins.slice(2)].map(({ name }) => name);
    expect(namesOf(plan, 'drop').sort()).toEqual(names.sort());
  });

  test('the newest verified one is found whichever of the two was read back', () => {
    const unread = archives.map((each) => ({ ...each, isVerified: false }));
    const [, second] = archives;
    const twin = twinOf(second!, { isVerified: true });
    const plan = planRetention(request({ archives: [...unread, twin], policy: simple(1) }));
    expect(rulesOf(plan, twin.name)).toContain('newest-verified');
    expect(namesOf(plan, 'drop')).not.toContain(second?.name);
  });
});

describe('the limit of one run', () => {
  test('a mistaken limit costs ten archives a run at most, the oldest, and each spared one says so', () => {
    const archives = daily(100, '2026-11-25');
    const plan = planRetention(request({ archives, policy: simple(1) }));
    expect(archivesToDrop(plan)).toEqual(archives.slice(90).reverse());
    expect(rulesOf(plan, archives[50]?.name ?? '')).toEqual(['drop-limit', 'excess']);
  });

  test('somebody who has seen the plan can lift it', () => {
    const archives = daily(100, '2026-11-25');
    const plan = planRetention(request({ archives, policy: simple(1), dropLimit: 'unlimited' }));
    expect(namesOf(plan, 'keep')).toEqual([archives[0]?.name]);
    expect(plan.notes).toEqual([]);
  });
});
