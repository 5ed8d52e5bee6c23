import { expect, test } from 'vitest';
import {
  keptRecords,
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

const logsOf = (...stamps: string[]) => stamps.map((stamp) => `backup-pve-${stamp}.log`);

test('the log goes with its archive, the record stays for the history', () => {
  const droppedStamps = new Set([stampOf(1)]);
  expect(plan({ droppedStamps })).toEqual(logsOf(stampOf(1)));
  expect(plan({ droppedStamps, standingStamps: droppedStamps })).toEqual([]);
});

test('runs without an archive have a limit of their own and those with one are not counted', () => {
  const standingStamps = new Set(days.slice(10));
  expect(plan({ standingStamps, maxFailedLogs: 3 })).toEqual(logsOf(...days.slice(0, 7)));
  expect(plan({ standingStamps, maxFailedLogs: 10 })).toEqual([]);
});

test.each([0, -1])('with a limit of %d the files of all failed runs stay', (maxFailedLogs) => {
  expect(plan({ maxFailedLogs })).toEqual([]);
});

test('second files of the same second are of the same run', () => {
  const names = [...filesOf(days[0]!), `backup-pve-${days[0]!}-2.log`, ...filesOf(days[1]!)];
  expect(plan({ names, maxFailedLogs: 1 })).toEqual(
    [...logsOf(days[0]!), `backup-pve-${days[0]!}-2.log`].sort(),
  );
});

test('of the records the newest stay, and old ones of an earlier installation', () => {
  const stamps = Array.from({ length: keptRecords + 30 }, (_, index) => {
    const text = new Date(Date.UTC(2026, 0, 1, index)).toISOString();
    return `${text.slice(0, 10)}-${text.slice(11, 19)}`
      .replaceAll('-', '')
      .replaceAll(':', '')
      .replace(/^(\d{8})/, '$1-');
  });
  const names = stamps.map((stamp) => `backup-stats-${stamp}.json`);
  expect(plan({ names, since: new Date('2025-01-01T00:00:00') })).toEqual(names.slice(0, 30));
  expect(plan({ names: names.slice(30), since: new Date('2025-01-01T00:00:00') })).toEqual([]);
  expect(plan({ names, since: new Date('2026-01-02T00:00:00') })).toEqual(names.slice(24, 30));
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
  expect(plan({ maxFailedLogs: 1, since: new Date('2026-11-19T00:00:00') })).toEqual(logsOf(stampOf(19)));
});

test.each([
  ['pve-backup-20261101-020000.tar.zst.age.bundle.tar', '20261101-020000'],
  ['a-backup-b-backup-20261101-020000.tar', '20261101-020000'],
  ['notes.tar', undefined],
])('the archive %s has the stamp %s', (name, stamp) => {
  expect(stampOfArchiveName(name)).toBe(stamp);
});
