// A restore that does not come to its end: interrupts, a lost terminal, a kill. And who has to wait while one runs.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostFacts, restore, restoredHost, savedHost, undo } from '../support/restore-host.ts';
import { runBackup, startProgram, until } from '../support/run-program.ts';
import { namesIn } from '../support/sandbox.ts';

const own = '/usr/local/share/own';
const manyFiles = Object.fromEntries(
  Array.from({ length: 400 }, (_, index) => [`${own}/${index}`, `${index}\n`]),
);

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
  expect([backup.code, backup.stderr]).toEqual([16, expect.stringContaining('another run')]);
  expect(namesIn(sandbox.backups)).toEqual(archives);
  expect((await ended).code).toBeLessThanOrEqual(1);
});
