// kill -9 at each step of a copy, then the next run: never a part taken for an archive, never a second copy, nothing
// left behind.

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { asRealPath } from '../../src/host/host.ts';
import { createDirectoryStore } from '../../src/storage/directory-store.ts';
import { processesNaming, until } from '../support/run-program.ts';
import { putRequest, scratchDirectory } from '../support/store-suite.ts';

const host = createHost();
const never = new AbortController().signal;
const installId = '6f0c9c4e-0000-4000-8000-000000000001';
const name = 'node1-backup-20260724-020000.tar.zst.bundle.tar';
const content = randomBytes(1024 * 1024 + 100);
const putAndDieScript = join(import.meta.dirname, '../support/put-and-die.ts');

function putAndDie(
  directory: string,
  source: string,
  killAt: number,
  action: 'put' | 'prepare' | 'putText' = 'put',
): { wasKilled: boolean } {
  const argv = ['--disable-warning=ExperimentalWarning', putAndDieScript, directory, source, name, installId];
  const { signal, status, stderr } = spawnSync(process.execPath, [...argv, String(killAt), action], {
    encoding: 'utf8',
  });
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(stderr);
  return { wasKilled: signal === 'SIGKILL' };
}

test('a put that is killed before any of its calls leaves all or nothing, and the next run makes it good', async () => {
  const scratch = scratchDirectory();
  const source = join(scratch, 'source');
  writeFileSync(source, content);
  const outcomes = new Set<string>();
  let killAt = 0;
  for (let wasKilled = true; wasKilled;) {
    killAt += 1;
    const directory = scratchDirectory();
    ({ wasKilled } = putAndDie(directory, source, killAt));
    const store = createDirectoryStore(host, 'secondary', directory, { installId });
    const listed = await store.list(never);
    // What shows is whole.
    for (const file of listed) {
      expect(file.name, `kill ${killAt}`).toBe(name);
      expect(readFileSync(join(directory, file.name)).equals(content), `kill ${killAt}`).toBe(true);
    }
    await store.sweep(never);
    const { status } = await store.put(putRequest(content, name));
    expect(status, `kill ${killAt}`).toBe(listed.length === 1 ? 'already-there' : 'stored');
    outcomes.add(status);
    expect(readdirSync(directory), `kill ${killAt}`).toEqual([name]);
    expect(readFileSync(join(directory, name)).equals(content), `kill ${killAt}`).toBe(true);
  }
  // The kills hit before and after the file got its name.
  expect(killAt).toBeGreaterThan(15);
  expect([...outcomes].sort()).toEqual(['already-there', 'stored']);
}, 120_000);

test.each(['prepare', 'putText'] as const)(
  'a %s that is killed before any of its calls leaves what the sweep removes, on the primary tier too',
  async (action) => {
    const scratch = scratchDirectory();
    const source = join(scratch, 'source');
    writeFileSync(source, 'how to restore\n');
    let killAt = 0;
    let swept = 0;
    for (let wasKilled = true; wasKilled;) {
      killAt += 1;
      const directory = scratchDirectory();
      ({ wasKilled } = putAndDie(directory, source, killAt, action));
      const store = createDirectoryStore(host, 'secondary', directory, { installId });
      const isWhole = (await store.list(never)).some((file) => file.name === name);
      // What another installation is at work on stays.
      const foreign = '.proxsave-6f0c9c4e-0000-4000-8000-000000000002-0123abcd.partial';
      writeFileSync(join(directory, foreign), '');
      const removed = killAt % 2 === 0 ? await store.sweep(never) : store.sweepLeftovers(() => false);
      swept += removed.length;
      expect(readdirSync(directory), `kill ${killAt}`).toEqual([foreign, ...(isWhole ? [name] : [])]);
    }
    expect(swept).toBeGreaterThan(0);
  },
  120_000,
);

test('the worker ends when the program that started it is killed', async () => {
  const scratch = scratchDirectory();
  const text = `
    const { createHost } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/host/create-host.ts'))});
    const { createSecondaryStore } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/storage/secondary-store.ts'))});
    const store = createSecondaryStore(createHost(), {
      path: ${JSON.stringify(join(scratch, 'backups'))},
      values: { MIN_DISK_SPACE_SECONDARY_GB: 0, FS_IO_TIMEOUT: 30, SECONDARY_REQUIRE_MOUNT: 'no' },
      installId: 'x', stateDirectory: ${JSON.stringify(scratch)}, report: () => {},
    });
    await store.prepare(new AbortController().signal);
    process.stdout.write('ready');
    setInterval(() => {}, 1000);`;
  const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', text];
  const parent = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    parent.kill('SIGKILL');
  });
  await new Promise((resolve) => parent.stdout.once('data', resolve));
  const workers = () => processesNaming('--internal-io-worker').filter((pid) => parentOf(pid) === parent.pid);
  const [worker] = workers();
  expect(worker).toBeDefined();
  parent.kill('SIGKILL');
  await until('the worker has ended', () => !processesNaming('--internal-io-worker').includes(worker ?? 0));
  expect(readdirSync(asRealPath(join(scratch, 'backups')))).toEqual([]);
});

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
