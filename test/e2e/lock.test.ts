// Two runs of one host never work at the same time, and a lock never outlives its holder.

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { acquireFileLock } from '../../src/host/file-lock.ts';
import { asRealPath, type Host } from '../../src/host/host.ts';
import { formatStamp } from '../../src/util/format.ts';
import { hasPrograms } from '../support/needs.ts';
import { runBackup, startBackup, until } from '../support/run-program.ts';
import { addStub, createSandbox, lastRecord, namesIn, recordsOf } from '../support/sandbox.ts';

test('a second run ends with 16, names the holder, and leaves a log and a record of its own', async () => {
  const sandbox = createSandbox();
  const mark = join(sandbox.base, 'go');
  addStub(sandbox, 'lsmod', `: > ${mark}.held; while [ ! -e ${mark} ]; do sleep 0.05; done`);
  const first = startBackup(sandbox);
  await until('the first run is at work', () => existsSync(`${mark}.held`));
  const second = await runBackup(sandbox);
  expect(second.code).toBe(16);
  expect(second.stderr).toContain(`process ${first.pid} since 2`);
  expect(lastRecord(sandbox)).toMatchObject({ status: 'skipped', exit_name: 'skipped', archive_path: '' });
  expect(readFileSync(lastRecord(sandbox).log_path, 'utf8')).toMatch(
    /SKIP {5}another run \(process \d+ since/,
  );
  writeFileSync(mark, '');
  expect((await first.ended).code).toBe(0);
  expect(recordsOf(sandbox)).toHaveLength(2);
});

test('the lock is free at once when its holder is killed with -9', async () => {
  const sandbox = createSandbox();
  const mark = join(sandbox.base, 'held');
  addStub(sandbox, 'lsmod', `: > ${mark}; sleep 20`);
  const first = startBackup(sandbox);
  await until('the first run is at work', () => existsSync(mark));
  first.child.kill('SIGKILL');
  addStub(sandbox, 'lsmod', 'echo Linux');
  expect(await runBackup(sandbox)).toMatchObject({ code: 1, stderr: expect.stringContaining('never ended') });
  expect(lastRecord(sandbox).archive_path).not.toBe('');
});

const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const startTimeOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19];
const deadPid = () => spawnSync('true').pid;

describe('a lock file of the existing edition, which holds no kernel lock,', () => {
  const holder = (fields: Record<string, string | number | undefined>) =>
    Object.entries(fields).map(([key, value]) => `${key}=${value}\n`);
  test.each([
    ['of a dead process is stale', () => holder({ pid: deadPid(), host: 'node1', boot_id: bootId }), 0],
    [
      'of a process id that belongs to somebody else now is stale',
      () => holder({ pid: process.pid, host: 'node1', starttime: 12, boot_id: bootId }),
      0,
    ],
    [
      'of an earlier boot is stale',
      () => holder({ pid: process.pid, starttime: startTimeOf(process.pid), boot_id: 'another' }),
      0,
    ],
    [
      'of another host on a shared disk says nothing of our processes',
      () => holder({ pid: process.pid, host: 'node2', starttime: startTimeOf(process.pid) }),
      0,
    ],
    ['with no sense in it is stale', () => ['garbage\0\n'], 0],
    [
      'of a process that still runs is respected',
      () => holder({ pid: process.pid, host: 'node1', starttime: startTimeOf(process.pid) }),
      16,
    ],
    [
      'of a process that still runs, without start time, is respected',
      () => holder({ pid: process.pid }),
      16,
    ],
  ] as const)('%s', async (_title, lines, expected) => {
    const sandbox = createSandbox();
    mkdirSync(sandbox.lock);
    writeFileSync(join(sandbox.lock, '.backup.lock'), lines().join(''));
    const { code, stderr } = await runBackup(sandbox);
    expect(code, stderr).toBe(expected);
  });
});

test.skipIf(!hasPrograms('flock'))('of two that race for the lock only one gets it (needs flock)', () => {
  const { lock: directory } = createSandbox();
  mkdirSync(directory);
  const hostWithPid = (pid: number): Host => {
    const host = createHost();
    return { ...host, process: { ...host.process, pid } };
  };
  const path = asRealPath(join(directory, 'lock'));
  for (let round = 0; round < 10; round += 1) {
    const results = [process.pid, 1].map((pid) => acquireFileLock(hostWithPid(pid), path, 'node1'));
    const locks = results.flatMap((result) => ('lock' in result ? [result.lock] : []));
    expect(locks).toHaveLength(1);
    for (const lock of locks) lock.release();
  }
});

test('runs that start within one second end with 0 or 16: none collects first and collides afterwards', async () => {
  const sandbox = createSandbox();
  const codes: (number | null)[] = [];
  for (let round = 0; round < 2; round += 1) {
    const runs = await Promise.all([1, 2, 3, 4].map(() => runBackup(sandbox)));
    codes.push(...runs.map(({ code }) => code));
  }
  expect(codes.filter((code) => code !== 0 && code !== 16)).toEqual([]);
  const archives = namesIn(sandbox.backups).filter((name) => name.endsWith('.tar'));
  expect(archives).toHaveLength(codes.filter((code) => code === 0).length);
});

test('a run whose second is taken waits for the next; archive, log and record have the same stamp', async () => {
  const sandbox = createSandbox();
  mkdirSync(sandbox.backups);
  const begun = Date.now();
  // The run begins in one of these, and waits two seconds at most.
  for (let second = 0; second <= 1; second += 1) {
    const stamp = formatStamp(new Date(begun + second * 1000));
    writeFileSync(join(sandbox.backups, `node1-backup-${stamp}.tar.zst.bundle.tar`), 'foreign');
  }
  expect((await runBackup(sandbox)).code).toBe(0);
  const { archive_path: archive, log_path: log } = lastRecord(sandbox);
  const stamp = /-backup-(\d{8}-\d{6})\./.exec(archive)?.[1] ?? 'none';
  expect(log).toContain(stamp);
  expect(namesIn(sandbox.log)).toContain(`backup-stats-${stamp}.json`);
});

test('twenty pairs of runs that start together never have two holders, and one of each pair succeeds', async () => {
  const sandbox = createSandbox();
  const script = join(import.meta.dirname, '../support/race-for-lock.ts');
  const args = ['--disable-warning=ExperimentalWarning', script, sandbox.base, '20'];
  const race = () => promisify(execFile)(process.execPath, args);
  const results = await Promise.all([race(), race()]);
  const [a = [], b = []] = results.map(({ stdout }) => stdout.trim().split(' '));
  expect(a).toHaveLength(20);
  const rounds = a.map((result, index) => [result, b[index]].sort().join('+'));
  expect(rounds).toEqual(rounds.map(() => 'held+taken'));
  expect(namesIn(sandbox.base)).not.toContain('two-holders');
});
