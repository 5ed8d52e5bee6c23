// A run that is ended from outside, politely or not: nothing half-done stays, and the next run is not held up.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { processesNaming, runBackup, startBackup, until, type Started } from '../support/run-program.ts';
import {
  addStub,
  archivesIn,
  createSandbox,
  lastRecord,
  namesIn,
  recordsOf,
  type Sandbox,
} from '../support/sandbox.ts';

/** A backup that is in the middle of its archive: one of its commands does not end by itself. */
async function startHalfWay(sandbox: Sandbox, command = 'exec sleep 600', env = {}): Promise<Started> {
  const mark = join(sandbox.base, 'half-way');
  addStub(sandbox, 'lsmod', `: > ${mark}; ${command}`);
  const started = startBackup(sandbox, { env });
  await until('the command runs', () => existsSync(mark));
  await until('the archive has begun', () =>
    archivesIn(sandbox.backups).some((name) => name.startsWith('node1-')),
  );
  return started;
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s in the middle', (signal) => {
  test('ends with 130, leaves no partial file and no process, and a record that says so', async () => {
    const sandbox = createSandbox();
    // It and its child do not listen to the polite signal.
    const stubborn = `trap '' TERM; sh -c 'trap "" TERM; : ${sandbox.stubs}/child; sleep 600; :' & sleep 600; :`;
    const { child, ended } = await startHalfWay(sandbox, stubborn, { COMPRESSION_TYPE: 'xz' });
    child.kill(signal);
    const { code } = await ended;
    expect(code).toBe(130);
    expect(archivesIn(sandbox.backups)).toEqual([]);
    expect(processesNaming(sandbox.stubs)).toEqual([]);
    expect(lastRecord(sandbox)).toMatchObject({ status: 'interrupted', exit_code: 130, archive_path: '' });
    expect(namesIn(sandbox.log).filter((name) => name.endsWith('.log'))).toHaveLength(1);
  });
});

test('a second signal ends the run at once, and still no process stays', async () => {
  const sandbox = createSandbox();
  const { child, ended } = await startHalfWay(sandbox, `trap '' TERM; sleep 600; : ${sandbox.stubs}/x`);
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGINT'), 300);
  const { code } = await ended;
  expect(code).toBe(130);
  await until('the command is gone', () => processesNaming(sandbox.stubs).length === 0);
});

test('kill -9 in the middle: the next run succeeds at once, sweeps what was left, and tells of it', async () => {
  const sandbox = createSandbox();
  const { child, ended } = await startHalfWay(sandbox);
  child.kill('SIGKILL');
  await ended;
  for (const pid of processesNaming(join(sandbox.stubs, 'lsmod'))) process.kill(pid, 'SIGKILL');
  expect(archivesIn(sandbox.backups)).toMatchObject([expect.stringMatching(/\.partial$/)]);
  addStub(sandbox, 'lsmod', 'echo Linux');
  const { code, stderr } = await runBackup(sandbox);
  expect(code, stderr).toBe(1);
  expect(archivesIn(sandbox.backups)).toMatchObject([expect.stringMatching(/\.bundle\.tar$/)]);
  expect(lastRecord(sandbox).findings).toMatchObject([
    { severity: 'warning', code: 'earlier-run-died' },
    { severity: 'info', code: 'leftovers-removed' },
  ]);
  expect(recordsOf(sandbox)).toMatchObject([{ status: 'interrupted' }, { status: 'warning' }]);
});

test("another host's unfinished archive in a shared target is left alone", async () => {
  const sandbox = createSandbox();
  mkdirSync(sandbox.backups);
  const foreign = 'node2-backup-20260724-020000.tar.zst.bundle.tar.partial';
  writeFileSync(join(sandbox.backups, foreign), 'being written');
  expect((await runBackup(sandbox)).code).toBe(0);
  expect(archivesIn(sandbox.backups)).toContain(foreign);
});

test('a reader that goes away (`proxsave backup 2>&1 | head -1`) does not end the run', async () => {
  const sandbox = createSandbox();
  const { child, ended } = await startHalfWay(sandbox, 'sleep 0.5');
  child.stdout?.destroy();
  child.stderr?.destroy();
  await ended;
  expect(archivesIn(sandbox.backups)).toMatchObject([expect.stringMatching(/\.bundle\.tar$/)]);
  expect(lastRecord(sandbox)).toMatchObject({ status: 'success' });
});
