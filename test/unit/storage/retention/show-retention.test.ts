// Calendar, explanation and simulation: what people see of a plan. Whole histories are in test/golden.

import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import { explainDecisions } from '../../../../src/storage/retention/explain-decisions.ts';
import { planRetention } from '../../../../src/storage/retention/plan-retention.ts';
import { renderRetentionCalendar } from '../../../../src/storage/retention/render-calendar.ts';
import { simulateRetention } from '../../../../src/storage/retention/simulate-retention.ts';
import { archive, daily, request } from './samples.ts';

const simple = { kind: 'simple', count: 3, keepWithinMs: 0 } as const;

describe('an explanation', () => {
  const others = daily(2, '2026-11-20', { hostname: 'pve2', installId: 'install-2' });
  const given = request({ archives: [...daily(5, '2026-11-25'), ...others], policy: simple });

  test('names the rule, each archive with verdict and reasons, and the sum', () => {
    expect(explainDecisions(planRetention(given), simple)).toEqual([
      'secondary: the newest 3',
      '  keep        pve-backup-20261125-020000.tar.zst.bundle.tar  archive 1 of 3; newest good archive of pve',
      '  keep        pve-backup-20261124-020000.tar.zst.bundle.tar  archive 2 of 3',
      '  keep        pve-backup-20261123-020000.tar.zst.bundle.tar  archive 3 of 3',
      '  remove      pve-backup-20261122-020000.tar.zst.bundle.tar  beyond the newest 3',
      '  remove      pve-backup-20261121-020000.tar.zst.bundle.tar  beyond the newest 3',
      '  2 archives to remove (2.0 KiB), 3 stay, 2 of others untouched',
    ]);
  });

  test('says once why all archives stay', () => {
    const all = { kind: 'all', because: 'MAX_SECONDARY_BACKUPS is 0 or empty' } as const;
    const text = explainDecisions(planRetention({ ...given, policy: all }), all).join('\n');
    expect(text.match(/all archives stay/g)).toHaveLength(1);
    expect(text).toMatch(/^secondary: all archives stay: MAX_SECONDARY_BACKUPS is 0 or empty$/m);
  });

  test('shows archives of others when they are asked for', () => {
    const lines = explainDecisions(planRetention(given), simple, { withForeign: true });
    expect(lines).toContain(
      '  foreign     pve2-backup-20261120-020000.tar.zst.bundle.tar  made by host pve2',
    );
  });

  test('lets no name of a foreign archive forge a line or move the cursor', () => {
    const hostname = 'x\n  remove\u001b[2J';
    const evil = archive('2026-11-20T02:00:00', { hostname });
    const text = explainDecisions(planRetention(request({ archives: [evil] })), simple, {
      withForeign: true,
    });
    expect(text).toHaveLength(3);
    expect(text.join('')).not.toContain('\u001b');
  });
});

describe('a calendar', () => {
  test('has a line a month, also for months without archives, and a letter for the rule of each day', () => {
    const archives = [...daily(3, '2026-11-02'), ...daily(2, '2026-08-31')];
    const now = new Date('2026-11-02T03:00:00');
    expect(
      renderRetentionCalendar(planRetention(request({ archives, now, policy: simple })).decisions),
    ).toEqual([
      '                 1         2         3',
      '        1234567890123456789012345678901',
      '2026-08                              ..',
      '2026-09',
      '2026-10                               C',
      '2026-11 CC',
      '',
      '  C one of the newest',
      '  . none stays',
    ]);
  });

  test('counts the months of a gap that only a wrong clock can make', () => {
    const archives = [...daily(1, '2026-11-02'), archive('1970-01-01T02:00:00')];
    const now = new Date('2026-11-02T03:00:00');
    const lines = renderRetentionCalendar(
      planRetention(request({ archives, now, policy: simple })).decisions,
    );
    expect(lines.slice(2, 5)).toEqual(['1970-01 K', '        681 months without an archive', '2026-11  C']);
  });

  test('shows of a day with several archives the one that is kept for the longest', () => {
    const hours = [5, 9, 13].map((hour) => archive(new Date(2026, 10, 25, hour)));
    const policy = {
      kind: 'gfs',
      daily: 1,
      weekly: 0,
      monthly: 0,
      yearly: 'every',
      keepWithinMs: 0,
    } as const;
    const now = new Date(2026, 10, 25, 14);
    const state = {
      ...request({}).state,
      holds: [{ name: hours[0]!.name, reason: '', since: now }],
    };
    const of = (changes: object) =>
      renderRetentionCalendar(
        planRetention(request({ archives: hours, policy, now, ...changes })).decisions,
      )[2];
    expect(of({})).toBe(`2026-11 ${' '.repeat(24)}D`);
    expect(of({ state })).toBe(`2026-11 ${' '.repeat(24)}H`);
  });

  test('of nothing says so', () => {
    expect(renderRetentionCalendar([])).toEqual(['no archives']);
  });
});

describe('a simulation', () => {
  const start = new Date('2026-01-01T02:30:00');

  test('has a run on each day, also where the clock is changed, at the same time of day', () => {
    const { decisions } = simulateRetention(simple, { tier: 'primary', days: 365, runsPerDay: 1, start });
    const times = decisions.flatMap(({ archive: made }) => ('createdAt' in made ? [made.createdAt] : []));
    expect(new Set(times.map((time) => time.toDateString())).size).toBe(365);
    // 02:30 of 29 March does not exist in Rome.
    expect(times.filter((time) => time.getHours() !== 2).map((time) => time.getDate())).toEqual([29]);
  });

  test('ends with what the policy says and the first archive', () => {
    const { decisions, mostArchives } = simulateRetention(simple, {
      tier: 'primary',
      days: 100,
      runsPerDay: 4,
      start,
    });
    expect(decisions).toHaveLength(400);
    expect(decisions.map(({ verdict }) => verdict)).toEqual([
      ...['keep', 'keep', 'keep'],
      ...Array.from({ length: 396 }, () => 'drop'),
      'keep',
    ]);
    expect(mostArchives).toBe(4);
  });

  test('of a policy without rules keeps all and gives the reason', () => {
    const policy = { kind: 'all', because: 'nothing is set' } as const;
    const { decisions } = simulateRetention(policy, { tier: 'cloud', days: 30, runsPerDay: 2, start });
    expect(decisions).toHaveLength(60);
    expect(decisions.every(({ verdict, reasons }) => verdict === 'keep' && reasons.length > 0)).toBe(true);
  });

  test.each([
    { days: 0, runsPerDay: 1 },
    { days: 3661, runsPerDay: 1 },
    { days: 1.5, runsPerDay: 1 },
    { days: 1, runsPerDay: 25 },
    { days: NaN, runsPerDay: 1 },
  ])('of $days days with $runsPerDay runs is refused', (numbers) => {
    expect(() => simulateRetention(simple, { tier: 'primary', start, ...numbers })).toThrow(UsageError);
  });
});
