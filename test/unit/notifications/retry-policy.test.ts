import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../../src/notifications/retry-policy.ts';
import { backOffMs } from '../../../src/util/back-off.ts';

const now = new Date('2026-07-24T02:00:00Z');

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['0.5', 500],
  ['Fri, 24 Jul 2026 02:00:30 GMT', 30_000],
  ['Friday, 24-Jul-26 02:00:30 GMT', 30_000],
  ['Fri, 24 Jul 2026 01:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['2026', 2_026_000],
  ['Friday', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After: %s means %s milliseconds', (text, expected) => {
  expect(parseRetryAfter(text, now)).toBe(expected);
});

test('the wait doubles up to its bound, and jitter makes it up to half shorter', () => {
  const backOff = { firstMs: 1000, longestMs: 5000 };
  expect([1, 2, 3, 4, 5].map((attempt) => backOffMs(attempt, 1, backOff))).toEqual([
    1000, 2000, 4000, 5000, 5000,
  ]);
  expect([1, 2, 3, 4, 5].map((attempt) => backOffMs(attempt, 0, backOff))).toEqual([
    500, 1000, 2000, 2500, 2500,
  ]);
});
