import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { describePolicy, retentionPolicyOf } from '../../../../src/storage/retention/policy.ts';
import type { TierName } from '../../../../src/storage/store.ts';
import { hostWith } from '../../config/config-host.ts';

function policyOf(file: string, tier: TierName = 'primary') {
  return retentionPolicyOf(loadConfig(hostWith(file)).values, tier);
}
const dayMs = 86_400_000;

describe('policy simple', () => {
  test('has a limit for each tier', () => {
    const file = 'MAX_LOCAL_BACKUPS=3\nSECONDARY_RETENTION_DAYS=4\n';
    expect(policyOf(file)).toEqual({ kind: 'simple', count: 3, keepWithinMs: 0 });
    expect(policyOf(file, 'secondary')).toMatchObject({ count: 4 });
    expect(policyOf(file, 'cloud')).toMatchObject({ count: 15 });
  });

  test.each(['0', '-1', '', '""'])('with a limit of %j keeps all', (value) => {
    for (const [key, tier] of [
      ['MAX_LOCAL_BACKUPS', 'primary'],
      ['MAX_SECONDARY_BACKUPS', 'secondary'],
      ['MAX_CLOUD_BACKUPS', 'cloud'],
    ] as const) {
      const policy = policyOf(`${key}=${value}`, tier);
      expect(policy.kind).toBe('all');
      expect(describePolicy(policy)).toMatch(new RegExp(`^all archives stay: ${key} is (-1|0 or empty)$`));
    }
  });
});

describe('policy gfs', () => {
  test.each(['', 'RETENTION_DAILY=\nRETENTION_YEARLY=', 'RETENTION_YEARLY=-1', 'RETENTION_MONTHLY=0'])(
    'without any rule (%j) keeps all',
    (rules) => {
      const policy = policyOf(`RETENTION_POLICY=gfs\n${rules}`);
      expect(policy.kind).toBe('all');
    },
  );

  test.each([
    ['', 'every'],
    ['RETENTION_YEARLY=0', 'every'],
    ['RETENTION_YEARLY=', 'every'],
    ['RETENTION_YEARLY=-1', 0],
    ['RETENTION_YEARLY=5', 5],
  ])('with %j keeps %j yearly archives', (line, yearly) => {
    expect(policyOf(`RETENTION_POLICY=gfs\nRETENTION_DAILY=7\n${line}`)).toEqual({
      kind: 'gfs',
      daily: 7,
      weekly: 0,
      monthly: 0,
      yearly,
      keepWithinMs: 0,
    });
  });

  test('counts for all tiers, with other numbers and another policy where a tier has its own', () => {
    const file = `RETENTION_POLICY=gfs
RETENTION_DAILY=7
RETENTION_WEEKLY=4
SECONDARY_RETENTION_DAILY=30
SECONDARY_RETENTION_WEEKLY=
SECONDARY_RETENTION_YEARLY=-1
CLOUD_RETENTION_POLICY=simple
`;
    expect(policyOf(file)).toMatchObject({ daily: 7, weekly: 4, yearly: 'every' });
    expect(policyOf(file, 'secondary')).toMatchObject({ daily: 30, weekly: 4, monthly: 0, yearly: 0 });
    expect(policyOf(file, 'cloud')).toMatchObject({ kind: 'simple', count: 15 });
  });

  test('of one tier takes a 0 as it is', () => {
    const file = 'RETENTION_POLICY=gfs\nRETENTION_DAILY=7\nCLOUD_RETENTION_DAILY=0\nCLOUD_RETENTION_WEEKLY=9';
    expect(policyOf(file, 'cloud')).toMatchObject({ daily: 0, weekly: 9 });
  });
});

describe('KEEP_WITHIN', () => {
  test.each([
    ['14d', 14 * dayMs],
    ['48h', 2 * dayMs],
    ['8w', 56 * dayMs],
    ['1w2d12h', 9.5 * dayMs],
    ['0', 0],
    ['', 0],
  ])('%j is %d ms', (text, keepWithinMs) => {
    expect(policyOf(`KEEP_WITHIN=${text}`)).toMatchObject({ keepWithinMs });
  });

  test.each(['14', '2 weeks', '1m', '-3d', '1.5d', '99999999999999999d'])('%j is an error', (text) => {
    expect(() => policyOf(`KEEP_WITHIN=${text}`)).toThrow(/KEEP_WITHIN=.* (is not a duration|is too long)/);
  });
});

test('MAX_FAILED_LOGS is 30, and 0 when it is emptied', () => {
  expect(loadConfig(hostWith('')).values.MAX_FAILED_LOGS).toBe(30);
  expect(loadConfig(hostWith('MAX_FAILED_LOGS=')).values.MAX_FAILED_LOGS).toBe(0);
});

test.each([
  ['MAX_LOCAL_BACKUPS=15', 'the newest 15'],
  ['KEEP_WITHIN=36h', 'the newest 15 and everything within 36 hours of the newest'],
  [
    'RETENTION_POLICY=gfs\nRETENTION_DAILY=7\nRETENTION_MONTHLY=12\nKEEP_WITHIN=2w',
    '7 daily, 12 monthly, one of every year and everything within 14 days of the newest',
  ],
])('%j reads: %s', (file, words) => {
  expect(describePolicy(policyOf(file))).toBe(words);
});
