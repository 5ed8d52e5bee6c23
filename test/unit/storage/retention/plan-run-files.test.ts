import { expect, test } from 'vitest';
import {
  planRunFiles,
  stampOfArchiveName,
  type RunFilesRequest,
} from '../../../../src/storage/retention/plan-run-files.ts';

const stampOf = (day: number) => `202611${String(day).padStart(2, '0')}-020000`;
const filesOf = (stamp: string, host = 'pve') => [
  `backup-${host}-${stamp}.log`,
  `backup-stats-${stamp}.json`,
];
const days = Array.from({ length: 20 }, (_, index) => stampOf(index + 1));

function plan(changes: Partial<RunFilesRequest>): string[] {
  return planRunFiles({
    names: days.flatMap((stamp) => filesOf(stamp)),
    hostname: 'pve',
    standingStamps: new Set(),
    droppedStamps: new Set(),
    maxFailedLogs: 0,
    since: new Date('2026-10-01T00:00:00'),
    ...changes,
  });
}

test('log and record go with their archive', () => {
  const droppedStamps = new Set([stampOf(1)]);
  expect(plan({ droppedStamps })).toEqual(filesOf(stampOf(1)));
  expect(plan({ droppedStamps, standingStamps: droppedStamps })).toEqual([]);
});

test('runs without an archive have a limit of their own and those with one are not counted', () => {
  const standingStamps = new Set(days.slice(10));
  const expected = days.slice(0, 7).flatMap((stamp) => filesOf(stamp));
  expect(plan({ standingStamps, maxFailedLogs: 3 })).toEqual(expected.sort());
  expect(plan({ standingStamps, maxFailedLogs: 10 })).toEqual([]);
});

test.each([0, -1])('with a limit of %d the files of all failed runs stay', (maxFailedLogs) => {
  expect(plan({ maxFailedLogs })).toEqual([]);
});

test('second files of the same second are of the same run', () => {
  const names = [...filesOf(days[0]!), `backup-pve-${days[0]!}-2.log`, ...filesOf(days[1]!)];
  expect(plan({ names, maxFailedLogs: 1 })).toEqual(
    [...filesOf(days[0]!), `backup-pve-${days[0]!}-2.log`].sort(),
  );
});

test('logs of other hosts and other files are never touched', () => {
  const others = days.flatMap((stamp) => [
    `backup-pve-2-${stamp}.log`,
    `backup-pve2-${stamp}.log`,
    `backup-${stamp}.log`,
    `backup-pve-${stamp}.log.gz`,
    `pve-backup-${stamp}.tar.zst`,
    'notes.txt',
  ]);
  expect(plan({ names: others, maxFailedLogs: 1, droppedStamps: new Set(days) })).toEqual([]);
});

test('failed runs of an earlier installation are not the business of this one', () => {
  expect(plan({ maxFailedLogs: 1, since: new Date('2026-11-19T00:00:00') })).toEqual(filesOf(stampOf(19)));
});

test.each([
  ['pve-backup-20261101-020000.tar.zst.age.bundle.tar', '20261101-020000'],
  ['a-backup-b-backup-20261101-020000.tar', '20261101-020000'],
  ['notes.tar', undefined],
])('the archive %s has the stamp %s', (name, stamp) => {
  expect(stampOfArchiveName(name)).toBe(stamp);
});
