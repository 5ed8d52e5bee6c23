// Two years of backups where the clock is changed, under the usual policies: which archive stays for which reason. After a
// wanted change: UPDATE_GOLDEN=1 vitest run test/golden/retention.test.ts, and read the difference.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describePolicy, type GfsPolicy, type RetentionPolicy } from '../../src/storage/retention/policy.ts';
import { renderKeptList, renderRetentionCalendar } from '../../src/storage/retention/render-calendar.ts';
import { simulateRetention } from '../../src/storage/retention/simulate-retention.ts';

process.env.TZ = 'Europe/Rome';

const dayMs = 86_400_000;
const gfs = (rules: Partial<GfsPolicy>): GfsPolicy => ({
  kind: 'gfs',
  daily: 0,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  keepWithinMs: 0,
  ...rules,
});

interface History {
  policy: RetentionPolicy;
  runsPerDay?: number;
  /** Local time of the first run of each day. */
  time?: string;
  days?: number;
}

const histories: Readonly<Record<string, History>> = {
  'simple-15': { policy: { kind: 'simple', count: 15, keepWithinMs: 0 } },
  'simple-7-within-30d': { policy: { kind: 'simple', count: 7, keepWithinMs: 30 * dayMs } },
  'gfs-7-4-12-every-year': { policy: gfs({ daily: 7, weekly: 4, monthly: 12, yearly: 'every' }) },
  'gfs-daily-only': { policy: gfs({ daily: 7, yearly: 'every' }) },
  'gfs-weekly-monthly': { policy: gfs({ weekly: 8, monthly: 6, yearly: 1 }) },
  // 02:30 does not exist on one day of March and exists twice on one of October.
  'gfs-in-the-changed-hour': { policy: gfs({ daily: 14, weekly: 52, monthly: 3 }), time: '02:30' },
  'gfs-hourly': {
    policy: gfs({ daily: 3, weekly: 3, monthly: 2, keepWithinMs: dayMs / 4 }),
    runsPerDay: 24,
    time: '00:00',
    // From the last Sunday of March, the shortest day, on.
    days: 60,
  },
};

/** 730 days: the last one is a Wednesday, and both changes of both years lie within. */
function textOf({ policy, runsPerDay = 1, time = '02:00', days = 730 }: History): string {
  const start = new Date(`${days === 730 ? '2024-11-26' : '2026-03-29'}T${time}:00`);
  const { decisions, mostArchives } = simulateRetention(policy, { tier: 'primary', days, runsPerDay, start });
  return [
    `${describePolicy(policy)}; ${decisions.length} runs, at most ${mostArchives} archives at a time`,
    '',
    ...renderRetentionCalendar(decisions),
    '',
    ...renderKeptList(decisions),
    '',
  ].join('\n');
}

test.each(Object.entries(histories))('%s keeps what was looked over', (name, history) => {
  const path = join(import.meta.dirname, 'retention', `${name}.txt`);
  const text = textOf(history);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
});
