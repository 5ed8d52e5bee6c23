// The screens of list --tier, status and prune, and the spans of time that they take.

import { expect, test } from 'vitest';
import { parseDays } from '../../../src/cli/prune-simulation.ts';
import { renderPrunePlan } from '../../../src/cli/prune-plan.ts';
import { parseSpan } from '../../../src/cli/status.ts';
import { nextRunText } from '../../../src/cli/status-screen.ts';
import { fateWord, renderTierTable } from '../../../src/cli/tier-table.ts';
import { StorageError } from '../../../src/errors.ts';
import type { ArchiveOnTiers } from '../../../src/orchestrator/tiers/merge-tiers.ts';
import type { Decision } from '../../../src/storage/retention/decision.ts';
import { styleFor } from '../../../src/ui/style.ts';

const style = styleFor(false);
const now = new Date(2026, 6, 27, 2, 0, 0);
const createdAt = new Date(2026, 6, 24, 2, 0, 0);
const name = 'pve1-backup-20260724-020000.tar.zst.bundle.tar';

function decision(verdict: Decision['verdict'], ...rules: Decision['reasons'][number]['rule'][]): Decision {
  return {
    archive: { name, sizeBytes: 2048, state: 'complete', hostname: 'pve1', createdAt, isVerified: true },
    verdict,
    reasons: rules.map((rule) => ({ rule, text: `because of ${rule}` })),
  };
}

test('a row says for each tier how the copy was proved and when, and one word why it stays', () => {
  const onTier = { name, location: `/x/${name}`, hostname: 'pve1', createdAt, sizeBytes: 2048 };
  const archive: ArchiveOnTiers = {
    name,
    hostname: 'pve1',
    createdAt,
    sizeBytes: 2048,
    copies: [
      {
        tier: 'primary',
        archive: { ...onTier, tier: 'primary', problem: 'cut short\nerror: forged' },
        decision: decision('keep', 'count', 'held'),
      },
    ],
  };
  const columns = [
    { name: 'primary', isUnknown: false },
    { name: 'secondary', isUnknown: false },
    { name: 'cloud', isUnknown: true },
  ] as const;
  expect(renderTierTable([archive], columns, { now, style, isExplained: true })).toEqual([
    'made              age  size     primary  secondary  cloud  stays as  name',
    `2026-07-24 02:00  3d   2.0 KiB  damaged  -          ?      held      ${name}`,
    '    primary: cut short\n    error: forged',
    '    primary    not proved; keep: because of count; because of held',
  ]);
});

test.each([
  [decision('drop', 'excess'), 'goes next'],
  [decision('keep', 'daily'), 'daily'],
  [decision('keep', 'count', 'first-archive', 'newest'), 'first'],
  [decision('foreign', 'other-host'), 'foreign'],
  [decision('unreadable', 'unreadable'), 'unreadable'],
  [decision('keep', 'drop-limit', 'excess'), 'goes later'],
])('%# the fate of an archive in one word', (given, word) => {
  expect(fateWord(given)).toBe(word);
});

test('a plan shows what goes and why; with --explain everything', () => {
  const guard = { mayPrune: true, isSuspect: false, reasons: [] };
  const policy = { kind: 'simple', count: 3, keepWithinMs: 0 } as const;
  const decisions = [
    decision('keep', 'count'),
    decision('drop', 'excess'),
    decision('foreign', 'other-host'),
  ];
  const plan = {
    guard,
    policy,
    archives: [],
    plan: { tier: 'primary' as const, decisions, notes: ['a note'] },
  };
  expect(renderPrunePlan(plan, { isExplained: false, style })).toEqual([
    'primary: the newest 3',
    `  remove  ${name}  because of excess`,
    '  1 archive to remove (2.0 KiB), 1 stay, 1 of others are left alone',
    '  note: a note',
  ]);
  const explained = renderPrunePlan(plan, { isExplained: true, style }).join('\n');
  expect(explained).toContain('because of count');
  expect(explained).toContain('because of other-host');
  expect(explained).toContain('2026-07 ');
});

test('a tier that may not be pruned says why', () => {
  const reasons = [{ code: 'retention-state-unreadable', message: 'what is held is not known' }] as const;
  const plan = {
    guard: { mayPrune: false, isSuspect: false, reasons },
    policy: { kind: 'simple', count: 3, keepWithinMs: 0 },
    archives: [],
  } as const;
  expect(renderPrunePlan(plan, { isExplained: false, style })).toEqual(['  what is held is not known']);
  const failed = {
    ...plan,
    guard: { ...plan.guard, reasons: [{ code: 'retention-listing-failed', message: 'x' }] as const },
    listingError: new StorageError('x'),
  };
  expect(renderPrunePlan(failed, { isExplained: false, style })).toEqual([]);
});

test('spans of time', () => {
  expect(
    [parseSpan('90m'), parseSpan('26h'), parseSpan('8d'), parseSpan('2w')].map((ms) => ms / 3_600_000),
  ).toEqual([1.5, 26, 192, 336]);
  expect([parseDays('365d'), parseDays('52w'), parseDays('12m'), parseDays('2y'), parseDays('30')]).toEqual([
    365, 364, 360, 730, 30,
  ]);
  for (const wrong of ['', '0h', '-1d', '1.5h', 'h', '26', '26 hours']) {
    expect(() => parseSpan(wrong)).toThrow('is no span of time');
  }
  expect(() => parseDays('1x')).toThrow('is no span of time');
});

test('the next run', () => {
  expect(nextRunText(undefined)).toBe('none that starts by itself');
  expect(nextRunText({ source: 'systemd', where: 'proxsave.timer', at: now })).toBe(
    '2026-07-27 02:00 (proxsave.timer)',
  );
  expect(nextRunText({ source: 'cron', where: '/etc/crontab', rule: '0 2 * * 1' })).toBe(
    'by the rule 0 2 * * 1 (cron: /etc/crontab)',
  );
});
