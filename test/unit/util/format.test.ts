import { expect, test } from 'vitest';
import { formatAge, formatBytes, formatDuration, formatShortAge } from '../../../src/util/format.ts';

const minute = 60_000;
const now = new Date(2026, 6, 24, 12, 0, 0);
const ago = (minutes: number) => new Date(now.getTime() - minutes * minute);

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1.5 * 1024 ** 2, '1.5 MiB'],
  [5 * 1024 ** 6, '5120.0 PiB'],
])('%d bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [400, '0.4 s'],
  [9_960, '10 s'],
  [59_700, '1m 0s'],
  [200_000, '3m 20s'],
  [3_720_000, '1h 2m'],
])('%d ms read %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('ages in a table take four characters, from seconds to centuries', () => {
  const ages = [0.5, 5, 59, 60, 47 * 60, 48 * 60, 999 * 1440, 1000 * 1440, 99 * 365 * 1440];
  expect(ages.map((minutes) => formatShortAge(ago(minutes), now))).toEqual([
    'now',
    '5m',
    '59m',
    '1h',
    '47h',
    '2d',
    '999d',
    '2y',
    '99y',
  ]);
});

test('a clock that was set back makes no negative age', () => {
  expect([formatAge(ago(-90), now), formatShortAge(ago(-90), now)]).toEqual(['just now', 'now']);
});

test('what lies days ahead is not called new', () => {
  expect([formatAge(ago(-3000), now), formatShortAge(ago(-3000), now)]).toEqual(['in the future', '?']);
});
