import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOf, monthOf, weekOf, yearOf } from '../../../../src/storage/retention/periods.ts';
import { own } from './samples.ts';

test('these tests run where the clock is changed', () => {
  expect(own.hostname).toBe('pve');
  expect([new Date(2026, 0, 1), new Date(2026, 6, 1)].map((date) => date.getTimezoneOffset())).toEqual([
    -60, -120,
  ]);
});

test('days, months and years are those of local time', () => {
  const newYear = new Date('2025-12-31T23:30:00Z');
  expect([dayOf(newYear), monthOf(newYear), yearOf(newYear)]).toEqual(['2026-01-01', '2026-01', '2026']);
});

test.each([
  ['2026-11-25', '2026-W48'],
  ['2027-01-03', '2026-W53'],
  ['2027-01-04', '2027-W01'],
  ['2024-12-30', '2025-W01'],
  ['2021-01-01', '2020-W53'],
  ['2023-01-01', '2022-W52'],
])('%s lies in ISO week %s', (day, week) => {
  expect(weekOf(new Date(`${day}T00:00:00`))).toBe(week);
  expect(weekOf(new Date(`${day}T23:59:59`))).toBe(week);
});

test('weeks agree with those of GNU date over 120 years', () => {
  const start = Date.UTC(1980, 0, 1);
  const moments = fc
    .sample(fc.integer({ min: 0, max: 120 * 365 * 24 * 60 }), { numRuns: 500, seed: 7 })
    .map((minutes) => new Date(start + minutes * 60_000));
  const input = moments.map((moment) => `@${moment.getTime() / 1000}`).join('\n');
  const output = execFileSync('date', ['-f', '-', '+%G-W%V'], { input, encoding: 'utf8' });
  expect(moments.map(weekOf)).toEqual(output.trim().split('\n'));
});
