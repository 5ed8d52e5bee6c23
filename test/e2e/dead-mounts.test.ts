// A share or FUSE process that has died, anywhere on a host: no command waits for it for ever. What hangs runs into the bound of the test.

import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mountBindfs, noBindfs } from '../support/mounts.ts';
import {
  archivesIn,
  createSandbox,
  plainHost,
  pveHost,
  lastRecord,
  type Sandbox,
} from '../support/sandbox.ts';
import { runBackup, runProgram } from '../support/run-program.ts';

const bindfs = noBindfs();
/** Nothing of it is known to the kernel: each look waits for the process. */
const uncached = ['-o', 'attr_timeout=0,entry_timeout=0'];
const patience = { FS_IO_TIMEOUT: '1' };
const boundMs = 60_000;

/** A mount whose process is stopped. `files`: what it shows while it lives. */
async function deadMount(path: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const source = `${path}.shown`;
  mkdirSync(source, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
  const mount = await mountBindfs(uncached, { path, source });
  process.kill(mount.pid, 'SIGSTOP');
  return mount.path;
}

function findingsOf(sandbox: Sandbox) {
  return lastRecord(sandbox).findings.map(({ severity, code, path }) => ({ severity, code, path }));
}

describe.skipIf(bindfs !== false)('a mount that is dead (needs root and bindfs)', () => {
  test(
    'below a tree: each command ends, nothing of it is looked at, and a backup tells that it is not entered',
    async () => {
      const sandbox = createSandbox();
      await deadMount(join(sandbox.root, 'root/nas'), { inside: 'x' });
      const run = (...words: string[]) =>
        runProgram([...words, '--root', sandbox.root], { ...sandbox.env, FS_IO_TIMEOUT: '600' });
      expect(await run('areas')).toMatchObject({ code: 0 });
      expect(await run('backup', '--dry-run')).toMatchObject({ code: 0 });
      const backup = await run('backup');
      expect(backup, backup.stderr).toMatchObject({ code: 0 });
      expect(findingsOf(sandbox)).toContainEqual({
        severity: 'info',
        code: 'mount-not-entered',
        path: '/root/nas',
      });
      expect(
        await run('restore', '--from', join(sandbox.backups, archivesIn(sandbox.backups)[0]!), '--dry-run'),
      ).toMatchObject({ code: 0 });
      expect(readdirSync(join(sandbox.root, 'root')).sort()).toEqual(['nas', 'nas.shown', 'notes.txt']);
    },
    boundMs,
  );

  test(
    'that an archive has files on: a restore is planned without it',
    async () => {
      const sandbox = createSandbox({ files: { ...plainHost, '/root/nas/keys.txt': 'k\n' } });
      expect(await runBackup(sandbox)).toMatchObject({ code: 0 });
      rmSync(join(sandbox.root, 'root/nas/keys.txt'));
      await deadMount(join(sandbox.root, 'root/nas'));
      const from = join(sandbox.backups, archivesIn(sandbox.backups)[0]!);
      const { code, stdout, stderr } = await runProgram(
        ['restore', '--from', from, '--dry-run', '--root', sandbox.root],
        { ...sandbox.env, ...patience },
      );
      expect(`${stdout}${stderr}`).toMatch(/root\/nas.*gives no answer within 1 s/);
      expect(code).not.toBe(13);
    },
    boundMs,
  );

  test(
    'that the user named, or that a source lies on or links to: a warning once, all else is saved',
    async () => {
      const sandbox = createSandbox({
        files: { ...plainHost, '/root/.ssh': '-> /mnt/one/ssh', '/mnt/two/': '' },
        env: { ...patience, CUSTOM_BACKUP_PATHS: '/mnt/one/a,/mnt/one/b,/mnt/two' },
      });
      await deadMount(join(sandbox.root, 'mnt/one'));
      await deadMount(join(sandbox.root, 'mnt/two'));
      const { code, stderr } = await runBackup(sandbox);
      expect(code, stderr).toBe(1);
      const told = findingsOf(sandbox).filter(({ severity }) => severity !== 'info');
      expect(told.map(({ code, path }) => `${code} ${path ?? ''}`).sort()).toEqual([
        'mount-not-answering /mnt/one',
        'mount-not-answering /mnt/two',
      ]);
      expect(archivesIn(sandbox.backups)).toHaveLength(1);
    },
    boundMs,
  );

  test(
    'the cluster file system: the host is saved without it, and it is told',
    async () => {
      const sandbox = createSandbox({ files: pveHost, env: patience });
      await deadMount(join(sandbox.root, 'etc/pve'), { 'storage.cfg': 'dir: local\n\tpath /var/lib/vz\n' });
      const { code, stderr } = await runBackup(sandbox);
      expect(code, stderr).toBe(1);
      expect(findingsOf(sandbox).filter(({ code }) => code === 'mount-not-answering')).toEqual([
        { severity: 'warning', code: 'mount-not-answering', path: '/etc/pve' },
      ]);
      expect(archivesIn(sandbox.backups)).toHaveLength(1);
    },
    boundMs,
  );

  test.each([
    ['BACKUP_PATH', 5, 'its server, or the process behind it, is dead'],
    ['LOG_PATH', 1, ''],
    ['LOCK_PATH', 3, 'set it to a directory of this machine'],
  ])(
    '%s on it: the run ends and says so',
    async (option, expected, hint) => {
      const sandbox = createSandbox({ env: patience });
      const place = join(await deadMount(join(sandbox.base, 'share')), 'place');
      const { code, stderr } = await runBackup(sandbox, { env: { [option]: place } });
      expect(stderr).toMatch(/share \(fuse\S*\) gives no answer within 1 s/);
      expect(stderr).toContain(hint);
      expect(code, stderr).toBe(expected);
    },
    boundMs,
  );

  test(
    'BACKUP_PATH leads to it through a link',
    async () => {
      const sandbox = createSandbox({ env: patience });
      symlinkSync(await deadMount(join(sandbox.base, 'share')), join(sandbox.base, 'link'));
      const { code, stderr } = await runBackup(sandbox, {
        env: { BACKUP_PATH: join(sandbox.base, 'link/x') },
      });
      expect(stderr).toMatch(/share \(fuse\S*\) gives no answer within 1 s/);
      expect(code, stderr).toBe(5);
    },
    boundMs,
  );
});

describe.skipIf(bindfs !== false)('a FUSE mount that lives (needs root and bindfs)', () => {
  test(
    'is saved where it is a source: the cluster file system, and what the user named',
    async () => {
      const sandbox = createSandbox({ files: pveHost, env: { CUSTOM_BACKUP_PATHS: '/mnt/nas/kept' } });
      const pve = await mountBindfs(uncached, {
        path: join(sandbox.root, 'etc/pve'),
        source: join(sandbox.base, 'pve'),
      });
      const nas = await mountBindfs(uncached, {
        path: join(sandbox.root, 'mnt/nas'),
        source: join(sandbox.base, 'nas'),
      });
      writeFileSync(join(pve.path, 'storage.cfg'), 'dir: local\n\tpath /var/lib/vz\n');
      mkdirSync(join(nas.path, 'kept'));
      writeFileSync(join(nas.path, 'kept/file'), 'x');
      await runBackup(sandbox);
      const archive = join(sandbox.backups, archivesIn(sandbox.backups)[0]!);
      const { stdout } = await runProgram(['ls', archive], sandbox.env);
      expect(stdout).toContain('etc/pve/storage.cfg');
      expect(stdout).toContain('mnt/nas/kept/file');
      expect(findingsOf(sandbox).filter(({ code }) => code === 'mount-not-answering')).toEqual([]);
    },
    boundMs,
  );
});
