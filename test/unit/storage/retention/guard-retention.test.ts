import { describe, expect, test } from 'vitest';
import {
  guardRetention,
  type EarlierMeasure,
  type GuardFacts,
  type RunOutcome,
} from '../../../../src/storage/retention/guard-retention.ts';
import { planRetention } from '../../../../src/storage/retention/plan-retention.ts';
import type { ReadableArchive } from '../../../../src/storage/retention/retention-archive.ts';
import {
  acceptSuspects,
  emptyRetentionState,
  markSuspect,
  recordFirstArchive,
  releaseArchive,
} from '../../../../src/storage/retention/retention-state.ts';
import { archive, daily, namesOf, request } from './samples.ts';

const whole = {
  fileCount: 1200,
  areas: [
    { id: 'etc-rest', files: 500 },
    { id: 'pve-guests', files: 40 },
    { id: 'ssh', files: 6 },
  ],
};
const emptyEtc = { fileCount: 700, areas: whole.areas.filter(({ id }) => id !== 'etc-rest') };

function measuredDays(count: number, last: string, measure = whole): EarlierMeasure[] {
  return daily(count, last).map(({ name, createdAt }) => ({ name, createdAt, ...measure }));
}

function facts(changes: Partial<GuardFacts>, run: Partial<RunOutcome> = {}): GuardFacts {
  return {
    tier: 'secondary',
    run: { outcome: 'complete', measure: whole, switchedOffAreas: [], ...run },
    copy: 'stored',
    listing: 'complete',
    earlier: measuredDays(15, '2026-11-24'),
    state: emptyRetentionState,
    ...changes,
  };
}
const codesOf = (given: GuardFacts) => guardRetention(given).reasons.map(({ code }) => code);

test('after a complete run that looks like those before, old archives may go', () => {
  expect(guardRetention(facts({}))).toEqual({ mayPrune: true, isSuspect: false, reasons: [] });
});

test.each([
  ['the copy failed', facts({ copy: 'failed' }), 'retention-copy-failed'],
  ['the listing failed', facts({ listing: 'failed' }), 'retention-listing-failed'],
  ['the listing is incomplete', facts({ listing: 'incomplete' }), 'retention-listing-failed'],
  ['holds cannot be read', facts({ stateProblem: { message: 'damaged' } }), 'retention-state-unreadable'],
  ['the run failed', facts({}, { outcome: 'failed' }), 'retention-run-failed'],
  ['the archive has holes', facts({}, { outcome: 'partial' }), 'retention-run-partial'],
  ['/etc was empty', facts({}, { measure: emptyEtc }), 'retention-run-suspect'],
])('when %s nothing goes', (_what, given, code) => {
  const verdict = guardRetention(given);
  expect(verdict.mayPrune).toBe(false);
  expect(verdict.reasons.map((reason) => reason.code)).toEqual([code]);
  expect(verdict.isSuspect).toBe(code === 'retention-run-suspect');
});

test('all reasons are told, not only the first', () => {
  expect(
    codesOf(
      facts({ copy: 'failed', listing: 'failed', stateProblem: { message: 'x' } }, { outcome: 'failed' }),
    ),
  ).toEqual([
    'retention-state-unreadable',
    'retention-listing-failed',
    'retention-copy-failed',
    'retention-run-failed',
  ]);
});

test('by hand the tier counts, the run does not', () => {
  const byHand = facts({ copy: 'none' });
  delete byHand.run;
  expect(guardRetention(byHand).mayPrune).toBe(true);
  expect(guardRetention({ ...byHand, listing: 'incomplete' }).mayPrune).toBe(false);
});

describe('a run looks broken', () => {
  test('when it has less than half of the usual files, in words with both numbers', () => {
    const verdict = guardRetention(facts({}, { measure: { fileCount: 599, areas: whole.areas } }));
    expect(verdict.reasons[0]?.message).toContain('599 files, usual are 1200');
    expect(codesOf(facts({}, { measure: { fileCount: 600, areas: whole.areas } }))).toEqual([]);
  });

  test('when one area lost nearly all, though the sum hardly fell', () => {
    const areas = [whole.areas[0]!, { id: 'pve-guests', files: 9 }, whole.areas[2]!];
    const verdict = guardRetention(facts({}, { measure: { fileCount: 1169, areas } }));
    expect(verdict.reasons[0]?.message).toContain('area pve-guests has 9 files, usual are 40');
  });

  test('but not when the area was switched off, or has always been small', () => {
    expect(codesOf(facts({}, { measure: emptyEtc, switchedOffAreas: ['etc-rest'] }))).toEqual([]);
    const withoutSsh = { fileCount: 1194, areas: whole.areas.slice(0, 2) };
    expect(codesOf(facts({}, { measure: withoutSsh }))).toEqual([]);
  });

  test('and not when there is nothing to compare with', () => {
    expect(codesOf(facts({ earlier: [] }, { measure: { fileCount: 1, areas: [] } }))).toEqual([]);
  });

  test('also when one earlier archive was far larger or smaller than the others', () => {
    const outliers = [10, 100_000].map((fileCount) => ({ ...whole, fileCount }));
    const earlier = [
      ...measuredDays(5, '2026-11-24'),
      ...outliers.flatMap((m) => measuredDays(1, '2026-01-01', m)),
    ];
    expect(codesOf(facts({ earlier }))).toEqual([]);
    expect(codesOf(facts({ earlier }, { measure: emptyEtc }))).toEqual(['retention-run-suspect']);
  });
});

/** Nights on one tier as a run does them: guard, mark, plan, remove. */
function runNights(
  start: { archives: ReadableArchive[]; state: typeof emptyRetentionState },
  nights: readonly { day: string; measure?: typeof whole; outcome?: RunOutcome['outcome'] }[],
) {
  let { archives, state } = start;
  const measures = new Map(archives.map((each) => [each.name, whole]));
  const codes: string[] = [];
  for (const { day, measure, outcome = 'complete' } of nights) {
    const made = outcome === 'failed' ? undefined : archive(`${day}T02:00:00`, { state: outcome });
    const earlier = archives
      .filter((each) => each.state === 'complete')
      .map(({ name, createdAt }) => ({ name, createdAt, ...measures.get(name)! }));
    const run = { outcome, switchedOffAreas: [], ...(measure === undefined ? {} : { measure }) };
    const guard = guardRetention({ ...facts({ earlier, state }), run });
    codes.push(...guard.reasons.map(({ code }) => code));
    if (made !== undefined) {
      archives = [...archives, made];
      measures.set(made.name, measure ?? whole);
      const suspect = { name: made.name, reason: 'fewer files', since: made.createdAt };
      if (guard.isSuspect) state = markSuspect(state, suspect);
    }
    if (!guard.mayPrune) continue;
    const now = new Date(`${day}T02:10:00`);
    const dropped = new Set(namesOf(planRetention(request({ archives, state, now })), 'drop'));
    archives = archives.filter(({ name }) => !dropped.has(name));
  }
  return { archives, state, codes };
}

const november = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) => `2026-11-${String(from + index).padStart(2, '0')}`);

describe('old archives stay', () => {
  const good = daily(15, '2026-11-08');
  const state = releaseArchive(recordFirstArchive(emptyRetentionState, 'x', new Date(0)), 'x', new Date(0));
  const start = { archives: good, state };

  test('through 15 failed runs in a row', () => {
    const nights = november(15, 9).map((day) => ({ day, outcome: 'failed' as const }));
    const { archives, codes } = runNights(start, nights);
    expect(archives).toEqual(good);
    expect(codes).toHaveLength(15);
  });

  test('through 15 incomplete runs and a good one, which replaces one of them', () => {
    const nights = november(15, 9).map((day) => ({ day, outcome: 'partial' as const, measure: emptyEtc }));
    const { archives } = runNights(start, [...nights, { day: '2026-11-24', measure: whole }]);
    expect(archives).toEqual(expect.arrayContaining(good.slice(0, 14)));
    expect(archives).not.toContain(good[14]);
  });

  test('through more runs with an empty /etc than there are good archives, and when it is back', () => {
    const nights = november(20, 9).map((day) => ({ day, measure: emptyEtc }));
    const broken = runNights(start, nights);
    expect(broken.codes).toEqual(nights.map(() => 'retention-run-suspect'));
    expect(broken.archives).toEqual(expect.arrayContaining(good));
    const after = runNights(start, [...nights, { day: '2026-11-29', measure: whole }]);
    expect(after.archives).toEqual(expect.arrayContaining(good.slice(0, 14)));
    expect(after.archives).not.toContain(good[14]);
  });

  test('until somebody says that the host is smaller now', () => {
    const nights = november(3, 9).map((day) => ({ day, measure: emptyEtc }));
    const before = runNights(start, nights);
    const accepted = { archives: before.archives, state: acceptSuspects(before.state) };
    const given = { earlier: measuredDays(3, '2026-11-11', emptyEtc), state: accepted.state };
    const earlier = [...given.earlier, ...measuredDays(15, '2026-11-08')];
    expect(codesOf(facts({ ...given, earlier }, { measure: emptyEtc }))).toEqual([]);
    expect(codesOf(facts({ state: emptyRetentionState, earlier }, { measure: emptyEtc }))).toEqual([
      'retention-run-suspect',
    ]);
  });
});
