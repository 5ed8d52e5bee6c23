// A restore that does not come to its end: interrupts, a lost terminal, a kill. And who has to wait while one runs.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostFacts, restore, restoredHost, savedHost, undo } from '../support/restore-host.ts';
import { runBackup, startProgram, until } from '../support/run-program.ts';
import { namesIn, type Sandbox } from '../support/sandbox.ts';

const own = '/usr/local/share/own';
const filesOf = (length: number) =>
  Object.fromEntries(Array.from({ length }, (_, index) => [`${own}/${index}`, `${index}\n`]));
const manyFiles = filesOf(400);

/** A restore of many files that is at work when it comes back. */
async function restoreAtWork() {
  const sandbox = await savedHost({ ...restoredHost, ...manyFiles }, { CUSTOM_BACKUP_PATHS: own });
  const saved = hostFacts(sandbox);
  rmSync(join(sandbox.root, own), { recursive: true });
  const wrecked = hostFacts(sandbox);
  const started = startProgram(
    ['restore', '--root', sandbox.root, '--from', sandbox.archive, '--with-review', '--yes'],
    sandbox.env,
  );
  await until('the first file is there', () => existsSync(join(sandbox.root, own)));
  return { sandbox, saved, wrecked, ...started };
}

test('an interrupt, and another one, leave the host as it was', { timeout: 90_000 }, async () => {
  const { sandbox, wrecked, child, ended } = await restoreAtWork();
  child.kill('SIGINT');
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('as it was before');
  expect(hostFacts(sandbox)).toEqual(wrecked);
});

test('a terminal that goes away leaves the host as it was', { timeout: 90_000 }, async () => {
  const { sandbox, wrecked, child, ended } = await restoreAtWork();
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.kill('SIGHUP');
  expect((await ended).code).toBe(130);
  expect(hostFacts(sandbox)).toEqual(wrecked);
});

test('a restore that was killed is brought to its end, and taken back', { timeout: 120_000 }, async () => {
  const { sandbox, saved, wrecked, child, ended } = await restoreAtWork();
  child.kill('SIGKILL');
  await ended;
  const { restores } = JSON.parse((await undo(sandbox, '--list', '--json')).stdout) as {
    restores: { id: string; status: string }[];
  };
  expect(restores).toMatchObject([{ status: 'applying' }]);
  const resumed = await restore(sandbox, ['--resume', restores[0]?.id ?? '']);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(hostFacts(sandbox)).toEqual(saved);
  expect((await undo(sandbox, '--yes')).code).toBe(0);
  expect(hostFacts(sandbox)).toEqual(wrecked);
});

test('a backup while a restore runs does nothing and ends with 16', { timeout: 90_000 }, async () => {
  const { sandbox, child, ended } = await restoreAtWork();
  const archives = namesIn(sandbox.backups);
  child.kill('SIGSTOP');
  const backup = await runBackup(sandbox);
  child.kill('SIGCONT');
  expect([backup.code, backup.stderr]).toEqual([
    16,
    expect.stringMatching(new RegExp(`a restore \\(process ${child.pid} since .*\\) is at work`, 'u')),
  ]);
  expect(namesIn(sandbox.backups)).toEqual(archives);
  expect((await ended).code).toBeLessThanOrEqual(1);
});

async function listed(sandbox: Sandbox): Promise<{ id: string; status: string }[]> {
  const { stdout } = await undo(sandbox, '--list', '--json');
  return (JSON.parse(stdout) as { restores: { id: string; status: string }[] }).restores;
}

test('while half of a host is restored, backups and other restores hold still and say what to do', async () => {
  const { sandbox, wrecked, child, ended } = await restoreAtWork();
  const archives = namesIn(sandbox.backups);
  child.kill('SIGKILL');
  await ended;
  const [{ id } = { id: '' }] = await listed(sandbox);
  const half = hostFacts(sandbox);
  for (const held of [
    await runBackup(sandbox),
    await restore(sandbox, ['--from', sandbox.archive, '--yes']),
  ]) {
    expect(held.code, held.stderr).toBe(16);
    expect(held.stderr).toContain(`proxsave restore --resume ${id}`);
    expect(held.stderr).toContain(`proxsave undo ${id}`);
  }
  expect(namesIn(sandbox.backups)).toEqual(archives);
  expect(hostFacts(sandbox)).toEqual(half);
  const undone = await undo(sandbox, id, '--yes');
  expect(undone.code, undone.stderr).toBe(0);
  expect(hostFacts(sandbox)).toEqual(wrecked);
  const backup = await runBackup(sandbox);
  expect(backup.code, backup.stderr).toBeLessThanOrEqual(1);
  expect(namesIn(sandbox.backups).length).toBeGreaterThan(archives.length);
});

test('a restore that was killed before its first change is resumed from its archive, or forgotten', async () => {
  const sandbox = await savedHost({ ...restoredHost, ...filesOf(600) }, { CUSTOM_BACKUP_PATHS: own });
  const saved = hostFacts(sandbox);
  rmSync(join(sandbox.root, own), { recursive: true });
  const wrecked = hostFacts(sandbox);
  const kept = join(sandbox.root, 'var/lib/proxsave/restore');
  const killed = async (): Promise<string> => {
    const known = namesIn(kept);
    const { child, ended } = startProgram(
      ['restore', '--root', sandbox.root, '--from', sandbox.archive, '--with-review', '--yes'],
      sandbox.env,
    );
    const id = () => namesIn(kept).find((name) => !known.includes(name)) ?? 'none';
    await until('contents are put aside', () => namesIn(join(kept, id(), 'new')).length > 3);
    child.kill('SIGKILL');
    await ended;
    expect((await listed(sandbox))[0]).toMatchObject({ id: id(), status: 'preparing' });
    expect(hostFacts(sandbox)).toEqual(wrecked);
    return id();
  };
  const first = await killed();
  // Nothing has changed, so nobody has to wait.
  expect((await runBackup(sandbox)).code).toBeLessThanOrEqual(1);
  expect((await undo(sandbox, first, '--yes')).code).toBe(0);
  expect(hostFacts(sandbox)).toEqual(wrecked);
  const second = await killed();
  const [, newer] = archivesOf(sandbox);
  const other = await restore(sandbox, ['--resume', second, '--from', newer ?? '']);
  expect([other.code, other.stderr]).toEqual([expect.any(Number), expect.stringContaining('plan')]);
  expect(other.code).toBeGreaterThan(1);
  expect(hostFacts(sandbox)).toEqual(wrecked);
  const resumed = await restore(sandbox, ['--resume', second]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(hostFacts(sandbox)).toEqual(saved);
  expect((await undo(sandbox, second, '--yes')).code).toBe(0);
  expect(hostFacts(sandbox)).toEqual(wrecked);
});

function archivesOf({ backups }: Sandbox): string[] {
  return namesIn(backups)
    .filter((name) => name.endsWith('.bundle.tar'))
    .map((name) => join(backups, name));
}
