import { describe, expect, test } from 'vitest';
import { judgeHealth, type HealthFacts } from '../../../src/orchestrator/tiers/judge-health.ts';
import type { SurveyedTier } from '../../../src/orchestrator/tiers/survey-tiers.ts';
import type { Decision } from '../../../src/storage/retention/decision.ts';
import { StorageError } from '../../../src/errors.ts';
import type { TierName } from '../../../src/storage/store.ts';

const now = new Date(2026, 6, 24, 12, 0, 0);
const hour = 3_600_000;

function decision(
  hoursAgo: number,
  changes: Partial<Decision> & { state?: 'complete' | 'partial'; hostname?: string } = {},
): Decision {
  const { state = 'complete', hostname = 'pve', ...rest } = changes;
  return {
    archive: {
      name: `pve-backup-${hoursAgo}.tar.zst`,
      sizeBytes: 1,
      state,
      hostname,
      createdAt: new Date(now.getTime() - hoursAgo * hour),
      isVerified: true,
    },
    verdict: 'keep',
    reasons: [{ rule: 'count', text: 'archive 1 of 15' }],
    ...rest,
  };
}

function tier(
  name: TierName,
  decisions: readonly Decision[],
  changes: Partial<SurveyedTier> = {},
): SurveyedTier {
  return {
    name,
    location: `/${name}`,
    isRequired: name === 'primary',
    plan: {
      guard: { mayPrune: true, isSuspect: false, reasons: [] },
      policy: { kind: 'simple', count: 15, keepWithinMs: 0 },
      archives: [],
      plan: { tier: name, decisions, notes: [] },
    },
    ...changes,
  };
}

const facts: HealthFacts = {
  now,
  maxAgeMs: 26 * hour,
  lastRun: {
    hostname: 'pve',
    start_time: now.toISOString(),
    files_collected: 1,
    bytes_collected: 1,
    archive_size: 1,
    archive_path: '/b/x',
    status: 'success',
  },
  tiers: [tier('primary', [decision(10)])],
  state: undefined,
  reservedBytes: { primary: 100, secondary: 100, cloud: 100 },
};
const judge = (changes: Partial<HealthFacts>) => judgeHealth({ ...facts, ...changes });
const textsOf = (changes: Partial<HealthFacts>) => judge(changes).remarks.map(({ text }) => text);

describe('the verdict', () => {
  test('is good with a young copy and nothing to say', () => {
    expect(judge({})).toMatchObject({ verdict: 'good', remarks: [] });
  });
  test('counts neither partial copies, nor those of runs that looked broken, nor those from the future', () => {
    const odd: Decision[] = [
      decision(1, { state: 'partial' }),
      decision(2, { reasons: [{ rule: 'suspect', text: 'x' }] }),
      decision(-3, { reasons: [{ rule: 'future-date', text: 'x' }] }),
      decision(4, { verdict: 'foreign', reasons: [{ rule: 'other-host', text: 'x' }] }),
    ];
    expect(judge({ tiers: [tier('primary', odd)] }).verdict).toBe('no-recent-copy');
    expect(judge({ tiers: [tier('primary', [...odd, decision(20)])] }).tiers[0]?.newestGood?.name).toBe(
      'pve-backup-20.tar.zst',
    );
  });
  test('is attention when one of several tiers lacks a young copy, whichever it is', () => {
    const [young, old] = [[decision(1)], [decision(40)]];
    expect(judge({ tiers: [tier('primary', young), tier('cloud', old)] }).verdict).toBe('attention');
    expect(judge({ tiers: [tier('primary', old), tier('cloud', young)] }).verdict).toBe('attention');
  });
  test('is no-recent-copy when a tier that must have one has none, or gives no answer', () => {
    const primary = tier('primary', [decision(1)]);
    const old = tier('cloud', [decision(40)], { isRequired: true });
    const { plan, ...away } = tier('cloud', [], {
      isRequired: true,
      problem: new StorageError('no network'),
    });
    expect(plan).toBeDefined();
    expect(judge({ tiers: [primary, old] }).verdict).toBe('no-recent-copy');
    expect(judge({ tiers: [primary, away] }).verdict).toBe('no-recent-copy');
    expect(judge({ tiers: [primary, { ...away, isRequired: false }] }).verdict).toBe('attention');
  });
  test.each(['warning', 'failed', 'skipped', 'interrupted'] as const)(
    'is attention after a run that ended as %s',
    (status) => {
      const lastRun = { ...facts.lastRun, status } as HealthFacts['lastRun'];
      expect(judge({ lastRun }).verdict).toBe('attention');
    },
  );
});

describe('remarks', () => {
  test('name the command that mends it', () => {
    const cloud = tier('cloud', [decision(40)]);
    expect(judge({ tiers: [tier('primary', [decision(1)]), cloud] }).remarks).toEqual([
      {
        level: 'attention',
        text: 'the newest good copy on the cloud tier was made 40 hours ago',
        command: 'copy latest --to cloud',
      },
    ]);
  });
  test('tell of little room, of archives of an earlier installation, of broken-looking runs, of a damaged state', () => {
    const foreign = decision(50, {
      verdict: 'foreign',
      reasons: [{ rule: 'other-installation', text: 'x' }],
    });
    const full = tier('primary', [decision(1), foreign], { space: { availableBytes: 50, totalBytes: 1000 } });
    expect(textsOf({ tiers: [full] })).toEqual([
      'the primary tier has 50 B free, less than the 100 B that are to stay free',
      '1 archive of another installation of this host on the primary tier: kept for ever, until they are adopted',
    ]);
    const suspects = [{ name: 'x', reason: 'area network has 0 files, usual are 30', since: now }];
    const state = { firstArchive: undefined, holds: [], adoptions: [], suspects, measuredSince: undefined };
    expect(textsOf({ state })[0]).toContain('looked broken (area network has 0 files');
    expect(textsOf({ stateProblem: 'it is damaged' })).toEqual([
      'nothing is removed from any tier: which archives are held is not known: it is damaged',
    ]);
  });
  test('tell of archives under a former name, by name, and of impossible dates', () => {
    const former = { verdict: 'foreign', reasons: [{ rule: 'former-name', text: 'x' }] } as const;
    const future = { reasons: [{ rule: 'future-date', text: 'x' }] } as const;
    const odd = [
      decision(50, { ...former, hostname: 'old' }),
      decision(51, { ...former, hostname: 'old' }),
      decision(52, { ...former, hostname: 'older' }),
      decision(-90, future),
    ];
    const { remarks, verdict } = judge({ tiers: [tier('primary', [decision(1), ...odd])] });
    expect(verdict).toBe('attention');
    expect(remarks).toMatchObject([
      {
        level: 'note',
        text: expect.stringMatching(/^2 archives .* former name old /),
        command: 'adopt --host old --dry-run',
      },
      { level: 'note', text: expect.stringMatching(/^1 archive .* former name older /) },
      { level: 'attention', text: expect.stringMatching(/^1 archive with an impossible date/) },
    ]);
  });
  test('tell of a run that was killed, in the place of the run before', () => {
    const texts = textsOf({ deadRunSince: new Date('2026-11-25T02:00:00') });
    expect(texts).toEqual([expect.stringMatching(/began 2026-11-25 02:00:00 never ended/)]);
  });
  test('of an earlier installation are a note: they change no exit code', () => {
    const foreign = decision(50, {
      verdict: 'foreign',
      reasons: [{ rule: 'other-installation', text: 'x' }],
    });
    expect(judge({ tiers: [tier('primary', [decision(1), foreign])] }).verdict).toBe('good');
  });
});
