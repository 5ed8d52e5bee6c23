// What is in an archive and what is not: areas, toggles, the user's own paths and exclusions, and our own output.

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRoot } from '../support/needs.ts';
import { runBackup } from '../support/run-program.ts';
import {
  createSandbox,
  findingsAbout,
  lastRecord,
  plainHost,
  writeHost,
  type Sandbox,
} from '../support/sandbox.ts';
import { memberNames } from '../support/unpack.ts';

const filesOf = (sandbox: Sandbox) =>
  memberNames(lastRecord(sandbox).archive_path).filter((name) => !name.endsWith('/'));

/** Files of the host, without what ProxSave gathers itself. */
const hostFilesOf = (sandbox: Sandbox) =>
  filesOf(sandbox).filter((name) => !name.startsWith('var/lib/proxsave') && name !== 'manifest.json');

async function backUp(
  sandbox: Sandbox,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<string[]> {
  const { code, stderr } = await runBackup(sandbox, { env, args });
  expect(code, stderr).toBeLessThan(2);
  return hostFilesOf(sandbox).sort();
}

describe('areas', () => {
  test('a disabled area does not leak out through the rest of /etc or a home', async () => {
    const sandbox = createSandbox({
      files: {
        ...plainHost,
        '/etc/ssh/ssh_host_rsa_key': 'key',
        '/etc/ssh/deep/er/config': 'x',
        '/root/.ssh/id_rsa': 'key',
        '/home/alice/.ssh/id_rsa': 'key',
        '/etc/unheard-of.conf': 'x',
      },
    });
    const files = await backUp(sandbox, { BACKUP_SSH_KEYS: 'false' });
    expect(files.filter((name) => name.includes('ssh'))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(['etc/unheard-of.conf', 'root/notes.txt', 'home/alice/.profile']),
    );
  });

  test('--only saves the named areas and nothing else', async () => {
    const sandbox = createSandbox();
    const files = await backUp(sandbox, {}, ['--only', 'ssh,dns']);
    expect(files).toEqual(expect.arrayContaining(['etc/ssh/sshd_config', 'etc/hostname', 'etc/hosts']));
    expect(files.filter((name) => /passwd|notes|interfaces/.test(name))).toEqual([]);
  });

  test('--skip leaves the named areas out', async () => {
    const sandbox = createSandbox();
    const files = await backUp(sandbox, {}, ['--skip', 'ssh', '--skip', 'root-home']);
    expect(files.filter((name) => /ssh|notes/.test(name))).toEqual([]);
    expect(files).toContain('etc/passwd');
  });

  test('one that does not exist ends the run with exit code 2, names the nearest, and writes no archive', async () => {
    const sandbox = createSandbox();
    const { code, stderr } = await runBackup(sandbox, { args: ['--only', 'shs'] });
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "ssh"?');
  });

  test('a product that is not installed leaves its directories to the rest of /etc', async () => {
    const sandbox = createSandbox({ files: { ...plainHost, '/etc/pve/storage.cfg': 'left over' } });
    expect(await backUp(sandbox)).toContain('etc/pve/storage.cfg');
    expect(findingsAbout(sandbox, '/etc/pve')).toMatchObject([
      { severity: 'info', code: 'product-leftover' },
    ]);
  });
});

describe('CUSTOM_BACKUP_PATHS', () => {
  test('a path that does not exist is a warning that names it', async () => {
    const sandbox = createSandbox();
    await backUp(sandbox, { CUSTOM_BACKUP_PATHS: '/srv/gone' });
    expect(findingsAbout(sandbox, '/srv/gone')).toMatchObject([
      { severity: 'warning', code: 'listed-path-missing', area: 'custom-paths' },
    ]);
    expect(lastRecord(sandbox).exit_code).toBe(1);
  });

  test('a path inside a disabled area is saved, and only that', async () => {
    const sandbox = createSandbox({
      files: { ...plainHost, '/root/keep/a': 'a', '/root/keep/b/c': 'c', '/root/other': 'x' },
    });
    const env = { BACKUP_ROOT_HOME: 'false', CUSTOM_BACKUP_PATHS: '/root/keep' };
    const files = await backUp(sandbox, env);
    expect(files.filter((name) => name.startsWith('root/'))).toEqual(['root/keep/a', 'root/keep/b/c']);
  });

  test('a path that is saved anyway is not saved twice', async () => {
    const sandbox = createSandbox();
    const env = { CUSTOM_BACKUP_PATHS: '/etc/hosts /etc /root/notes.txt /root' };
    const files = await backUp(sandbox, env);
    expect(new Set(files).size).toBe(files.length);
    expect(files).toContain('etc/hosts');
  });

  test('whole directories and single files elsewhere are saved with their parents', async () => {
    const sandbox = createSandbox({
      files: { ...plainHost, '/srv/a/b/file': 'x', '/opt/tool/etc/conf': 'y' },
    });
    const files = await backUp(sandbox, { CUSTOM_BACKUP_PATHS: '/srv/a, /opt/tool/etc/conf' });
    expect(files).toEqual(expect.arrayContaining(['srv/a/b/file', 'opt/tool/etc/conf']));
    expect(memberNames(lastRecord(sandbox).archive_path)).toEqual(
      expect.arrayContaining(['srv/', 'opt/tool/etc/']),
    );
  });

  test('a FIFO as a path of its own is a warning: nothing of it can be saved', async () => {
    const sandbox = createSandbox({ files: plainHost });
    mkdirSync(join(sandbox.root, 'srv'));
    execFileSync('mkfifo', [join(sandbox.root, 'srv/pipe')]);
    await backUp(sandbox, { CUSTOM_BACKUP_PATHS: '/srv/pipe' });
    expect(findingsAbout(sandbox, '/srv/pipe')).toMatchObject([{ severity: 'warning', code: 'not-a-file' }]);
  });
});

describe('exclusions', () => {
  const files = {
    ...plainHost,
    '/root/image.iso': 'x',
    '/root/deep/er/image.iso': 'x',
    '/root/node_modules/a/b': 'x',
    '/root/secret/key': 'x',
    '/root/keep.txt': 'x',
    '/etc/vendor/cache/a': 'x',
  };

  test('a bare pattern matches at any depth, an absolute one prunes the whole directory', async () => {
    const sandbox = createSandbox({ files });
    const saved = await backUp(sandbox, { BACKUP_EXCLUDE_PATTERNS: '*.iso, /root/secret/**, **/cache/**' });
    expect(saved.filter((name) => /iso|secret|cache/.test(name))).toEqual([]);
    // Setting the key replaces its default list, but root's home has a list of its own.
    expect(saved).toContain('root/keep.txt');
    expect(memberNames(lastRecord(sandbox).archive_path)).not.toContain('root/secret/');
  });

  test('a BACKUP_BLACKLIST block in the configuration file is obeyed line by line', async () => {
    const sandbox = createSandbox({ files });
    const config = join(sandbox.base, 'backup.env');
    writeFileSync(config, 'BACKUP_BLACKLIST="\n/root/secret\n# a comment\n/root/deep/\n"\n');
    const saved = await backUp(sandbox, {}, ['--config', config]);
    expect(saved.filter((name) => /secret|deep/.test(name))).toEqual([]);
    expect(saved).toEqual(expect.arrayContaining(['root/image.iso', 'root/keep.txt']));
  });
});

describe('what ProxSave writes itself', () => {
  const inside = (sandbox: Sandbox, path: string) => join(sandbox.root, path);

  test.each(['root/backups', 'etc/backups', 'home/alice/backups'])(
    'is not in the archive when BACKUP_PATH lies in %s',
    async (path) => {
      const sandbox = createSandbox();
      const env = { BACKUP_PATH: inside(sandbox, path), LOG_PATH: inside(sandbox, 'root/log') };
      const pathsSaved = async () => {
        await runBackup(sandbox, { env });
        const record = lastRecord({ ...sandbox, log: env.LOG_PATH });
        return memberNames(record.archive_path);
      };
      const first = await pathsSaved();
      const second = await pathsSaved();
      expect(second.filter((name) => /backups|\.partial|backup-stats|root\/log/.test(name))).toEqual([]);
      // Only the installation id is new: the first run made it.
      expect(second.filter((name) => !first.includes(name) && !name.includes('proxsave'))).toEqual([]);
    },
  );

  test('is left out by name when BACKUP_PATH, LOG_PATH and LOCK_PATH are /root itself', async () => {
    const sandbox = createSandbox();
    const place = inside(sandbox, 'root');
    const env = { BACKUP_PATH: place, LOG_PATH: place, LOCK_PATH: place };
    for (let run = 0; run < 2; run += 1) await runBackup(sandbox, { env });
    const { archive_path: path } = lastRecord({ ...sandbox, log: place });
    expect(memberNames(path).filter((name) => name.startsWith('root/'))).toEqual(['root/', 'root/notes.txt']);
  });

  test('is not in the archive when a link elsewhere leads BACKUP_PATH into /root', async () => {
    const sandbox = createSandbox();
    writeHost(sandbox, { '/root/real/': '' });
    symlinkSync(inside(sandbox, 'root/real'), sandbox.backups);
    for (let run = 0; run < 2; run += 1) await runBackup(sandbox);
    expect(hostFilesOf(sandbox).filter((name) => name.includes('real'))).toEqual([]);
  });
});

test.skipIf(isRoot)('a user without rights saves what may be read', async () => {
  const sandbox = createSandbox();
  expect(await backUp(sandbox)).toContain('etc/hosts');
});
