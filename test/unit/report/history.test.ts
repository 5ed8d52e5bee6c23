import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { parseRun, readHistory } from '../../../src/report/history.ts';
import { isFromFuture } from '../../../src/report/past-runs.ts';
import { runRecords } from '../../support/run-records.ts';

const host = createHost({ env: {} });

function directoryWith(files: Readonly<Record<string, unknown>>) {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-history-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return { directory, path: asRealPath(directory) };
}

test('runs come newest first, whatever their file names say', () => {
  const { path } = directoryWith({
    'backup-stats-20260724-020000.json': runRecords.success,
    'backup-stats-20260101-020000.json': { ...runRecords.warning, start_time: '2026-07-25T02:00:00Z' },
    'backup-pve1-20260724-020000.log': 'no record',
  });
  const { runs, damaged, notRead } = readHistory(host, path);
  expect(runs.map(({ status }) => status)).toEqual(['warning', 'success']);
  expect([damaged, notRead]).toEqual([[], 0]);
  expect(runs[1]).toMatchObject({
    files: 1234,
    archiveBytes: 12_897_280,
    isVerified: true,
    isPartial: false,
  });
});

test('a damaged record is told and hides no other', () => {
  const { directory, path } = directoryWith({
    'backup-stats-20260724-020000.json': runRecords.success,
    'backup-stats-20260724-030000.json': '{"hostname": "pve1", "start',
    'backup-stats-20260724-040000.json': '[]',
  });
  mkdirSync(join(directory, 'backup-stats-20260724-050000.json'));
  symlinkSync('/nonexistent', join(directory, 'backup-stats-20260724-060000.json'));
  const { runs, damaged } = readHistory(host, path);
  expect(runs).toHaveLength(1);
  expect(damaged.map(({ problem }) => problem)).toEqual([
    'is no file but a symlink',
    'is no file but a directory',
    'is no run record',
    'holds no JSON; perhaps it was cut short',
  ]);
});

test('a directory that is not there is an empty history', () => {
  expect(readHistory(host, asRealPath('/nonexistent/log'))).toEqual({ runs: [], damaged: [], notRead: 0 });
});

test('runs of other hosts are left out, runs that knew no host are not', () => {
  const { path } = directoryWith({
    'backup-stats-20260724-020000.json': runRecords.success,
    'backup-stats-20260724-030000.json': { ...runRecords.success, hostname: 'pve10' },
    'backup-stats-20260724-040000.json': { ...runRecords.failed, hostname: 'unknown' },
  });
  const names = (hostname?: string) =>
    readHistory(host, path, hostname === undefined ? {} : { hostname }).runs.map((run) => run.hostname);
  expect(names('pve1').sort()).toEqual(['pve1', 'unknown']);
  expect(names()).toHaveLength(3);
});

test('only the newest records are looked at, and the others are counted', () => {
  const { path } = directoryWith(
    Object.fromEntries(
      [2, 3, 10].map((number) => [`backup-stats-20260724-020000-${number}.json`, runRecords.success]),
    ),
  );
  const { runs, notRead } = readHistory(host, path, { limit: 2 });
  expect(runs.map(({ recordName }) => recordName).sort()).toEqual([
    'backup-stats-20260724-020000-10.json',
    'backup-stats-20260724-020000-3.json',
  ]);
  expect(notRead).toBe(1);
});

test('a record of the existing edition is a good run that says nothing of tiers and proof', () => {
  const keys = Object.entries(runRecords.success);
  // Its file ends with manifest_path.
  const old = Object.fromEntries(
    keys.slice(
      0,
      keys.findIndex(([key]) => key === 'schema_version'),
    ),
  );
  const run = parseRun(old, 'x.json');
  expect(run).toMatchObject({ status: 'success', exitCode: 0, tiers: [], findings: [], phases: [] });
  expect(run).not.toHaveProperty('isVerified');
});

test('what is of a wrong type gets a neutral value and spoils nothing else', () => {
  const run = parseRun(
    {
      hostname: 'pve1',
      start_time: '2026-07-24T02:00:00Z',
      duration_seconds: 'long',
      archive_size: -5,
      status: 'excellent',
      tiers: [{ tier: 'cloud' }, { tier: 'primary', status: 'ok', location: '/x', freeBytes: 'much' }, null],
      findings: [{ severity: 'terrible' }, { severity: 'error', code: 'x', message: 'y' }],
      changes: [{ area: 'dns', added: [1], removed: [], changed: [] }],
      selection: { only: ['dns'] },
    },
    'x.json',
  );
  expect(run).toMatchObject({
    durationSeconds: 0,
    archiveBytes: 0,
    status: 'success',
    tiers: [],
    findings: [{ code: 'x' }],
    changes: [],
    isPartial: true,
  });
  expect(run?.endedAt).toEqual(run?.startedAt);
});

test.each([null, [], 'text', { hostname: 'pve1' }, { hostname: 'pve1', start_time: 'yesterday' }])(
  '%j is no run record',
  (value) => {
    expect(parseRun(value, 'x.json')).toBeUndefined();
  },
);

describe('a record with times or numbers that cannot be', () => {
  const { success } = runRecords;

  test.each([
    '+275760-09-13T00:00:00.000Z',
    '-271821-04-20T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
    'yesterday',
    '',
  ])('which began at "%s" is no run record', (start_time) => {
    expect(parseRun({ ...success, start_time }, 'x')).toBeUndefined();
  });

  test('has times that every notation can write', () => {
    for (const end_time of ['+275760-09-13T00:00:00.000Z', 'never', 7]) {
      for (const duration_seconds of [5e9, 1e300, Number.MAX_VALUE]) {
        const run = parseRun({ ...success, end_time, duration_seconds }, 'x');
        expect(run).toMatchObject({ durationSeconds: 0, endedAt: run?.startedAt });
        expect(() => run?.endedAt.toISOString()).not.toThrow();
      }
    }
  });

  test('gets neutral numbers, and a tier with such numbers is left out', () => {
    const run = parseRun(
      {
        ...success,
        archive_size: 1e308,
        files_collected: 1e20,
        tiers: [
          { tier: 'primary', status: 'ok', location: '/a', freeBytes: 1e300 },
          { tier: 'secondary', status: 'ok', location: '/b', freeBytes: 7 },
        ],
      },
      'x',
    );
    expect(run).toMatchObject({ archiveBytes: 0, files: 0, tiers: [{ tier: 'secondary' }] });
  });
});

test('a time ahead of the clock is of the future, but for what two clocks may differ', () => {
  const now = new Date('2026-07-24T02:00:00Z');
  const at = (text: string) => isFromFuture({ startedAt: new Date(text) }, now);
  expect(['2026-07-24T01:00:00Z', '2026-07-24T02:05:00Z', '2026-07-24T02:15:00Z'].map(at)).toEqual([
    false,
    false,
    true,
  ]);
});
