// What comes out of an archive is what went in: judged by GNU tar, zstd, find and sha256sum, not by our own reader.

import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { lchownSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canMount, isRoot } from '../support/needs.ts';
import { runBackup, runProgram } from '../support/run-program.ts';
import {
  archivesIn,
  createSandbox,
  findingsAbout,
  lastRecord,
  namesIn,
  pveHost,
  type Sandbox,
} from '../support/sandbox.ts';
import { memberNames, plainArchive, treeFacts, unpack } from '../support/unpack.ts';

const places = ['etc', 'root', 'home'];

/** Modes, owners, links and times of all kinds, in several areas. */
function makeOddFiles({ root }: Sandbox): void {
  const at = (path: string) => join(root, path);
  const file = (path: string, mode: number, content: string | Buffer = `content of ${path}\n`) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
    chmodSync(at(path), mode);
  };
  file('/root/bin/setuid', 0o4755);
  file('/root/bin/setgid', 0o2711);
  file('/etc/ssh/ssh_host_ed25519_key', 0o600);
  file('/etc/application/unusual-mode', isRoot ? 0o000 : 0o400);
  file('/etc/application/empty', 0o640, '');
  file('/etc/application/block-sized', 0o644, Buffer.alloc(512, 7));
  file('/home/alice/big.bin', 0o644, Buffer.alloc(6 * 1024 * 1024 + 17, 'pattern'));
  for (const directory of ['/etc/application/empty-directory', '/root/sticky', '/home/alice/deep/er/est']) {
    mkdirSync(at(directory), { recursive: true });
  }
  chmodSync(at('/root/sticky'), 0o1777);
  chmodSync(at('/home/alice/deep'), 0o2750);
  symlinkSync('nowhere/at/all', at('/etc/application/dangling'));
  symlinkSync('/etc/hosts', at('/root/absolute-link'));
  symlinkSync('../etc/application', at('/root/directory-link'));
  linkSync(at('/etc/hosts'), at('/root/hosts-twin'));
  linkSync(at('/root/notes.txt'), at('/home/alice/notes-twin'));
  if (isRoot) {
    lchownSync(at('/home/alice/big.bin'), 1000, 1000);
    lchownSync(at('/root/bin/setgid'), 4_000_000_000, 3_000_000);
    lchownSync(at('/etc/application/dangling'), 12_345, 54_321);
    chmodSync(at('/root/bin/setgid'), 0o2711); // chown takes such bits away
  }
  setTimes(at);
}

function setTimes(at: (path: string) => string): void {
  lutimesSync(at('/etc/application/dangling'), 1_000_000_000.5, 1_000_000_000.123456);
  utimesSync(at('/home/alice/big.bin'), 1_234_567_890.1, 1_234_567_890.987654);
  utimesSync(at('/etc/application/empty'), 0, 0);
  for (const directory of ['/etc/application', '/home/alice', '/etc/ssh', '/etc', '/root', '/home']) {
    utimesSync(at(directory), 1_500_000_000.25, 1_500_000_000.25);
  }
}

async function backUpAndUnpack(sandbox: Sandbox, env: Record<string, string> = {}): Promise<string> {
  const { code, stderr } = await runBackup(sandbox, { env });
  expect(code, stderr).toBe(0);
  return unpack(lastRecord(sandbox).archive_path, join(sandbox.base, 'unpacked'));
}

describe('an archive unpacked by GNU tar and zstd', () => {
  test.each([
    { form: 'a bundle', env: { BUNDLE_ASSOCIATED_FILES: 'true' } },
    { form: 'a bare archive', env: { BUNDLE_ASSOCIATED_FILES: 'false' } },
  ])('from $form equals its sources in bytes, mode, owner, time and links', async ({ env }) => {
    const sandbox = createSandbox();
    makeOddFiles(sandbox);
    const unpacked = await backUpAndUnpack(sandbox, env);
    expect(treeFacts(unpacked, places)).toEqual(treeFacts(sandbox.root, places));
    expect(treeFacts(unpacked, places).filter((line) => line.startsWith('one file:'))).toHaveLength(2);
  });

  test('agrees with sha256sum -c, inside the bundle and beside the bare archive', async () => {
    const sandbox = createSandbox();
    const check = (directory: string) => {
      const [sums = ''] = namesIn(directory).filter((name) => name.endsWith('.sha256'));
      return execFileSync('sha256sum', ['-c', sums], { cwd: directory, encoding: 'utf8' });
    };
    await runBackup(sandbox);
    const inner = plainArchive(lastRecord(sandbox).archive_path);
    expect(check(dirname(inner))).toMatch(/: OK\n$/);
    const bare = join(sandbox.base, 'bare');
    await runBackup(sandbox, { env: { BACKUP_PATH: bare, BUNDLE_ASSOCIATED_FILES: 'false' } });
    expect(check(bare)).toMatch(/: OK\n$/);
    const { archive_path: path } = lastRecord(sandbox);
    expect(archivesIn(bare).map((name) => name.replace(/^.*\.tar\.zst/, ''))).toEqual([
      '',
      '.manifest.json',
      '.metadata',
      '.sha256',
    ]);
    expect(readFileSync(`${path}.metadata`, 'utf8')).toBe(readFileSync(`${path}.manifest.json`, 'utf8'));
  });

  test('passes `proxsave verify`', async () => {
    const sandbox = createSandbox();
    makeOddFiles(sandbox);
    await runBackup(sandbox);
    const { code, stdout } = await runProgram(['verify', lastRecord(sandbox).archive_path]);
    expect([code, stdout]).toEqual([0, expect.any(String)]);
  });

  test('keeps names of any bytes: newlines, invalid UTF-8, dashes, backslashes, 255-byte parts, long paths', async () => {
    const sandbox = createSandbox();
    const directory = join(sandbox.root, 'root/names');
    const part = 'n'.repeat(255);
    mkdirSync(join(directory, part, part, 'ü'.repeat(60)), { recursive: true });
    const names = [
      'line\nbreak',
      '-rf',
      '--checkpoint-action=exec=sh',
      'back\\slash\\n',
      'caf\u00e9',
      'cafe\u0301',
      'tab\there',
      'quote"\'`$(x)',
      ' ',
      '\u0001\u007f',
      '😀',
      '{a,b}[c]*?',
      join(part, part, 'file'),
      join(part, part, 'ü'.repeat(60), 'ä'.repeat(127)),
    ].map((name) => Buffer.from(name));
    const rawNames = [Buffer.from([0x66, 0xff, 0xfe]), Buffer.from([0xc3]), Buffer.from([0xed, 0xa0, 0x80])];
    for (const [index, name] of [...names, ...rawNames].entries()) {
      writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), name]), `file ${index}`);
    }
    symlinkSync(rawNames[0]!, Buffer.concat([Buffer.from(`${directory}/link-`), rawNames[0]!]));
    linkSync(
      Buffer.concat([Buffer.from(`${directory}/`), rawNames[0]!]),
      Buffer.concat([Buffer.from(`${directory}/twin\n`), rawNames[1]!]),
    );
    const unpacked = await backUpAndUnpack(sandbox);
    expect(treeFacts(unpacked, places)).toEqual(treeFacts(sandbox.root, places));
    expect(treeFacts(join(unpacked, 'root/names')).length).toBeGreaterThan(50);
  });

  test('holds no path twice', async () => {
    const sandbox = createSandbox();
    makeOddFiles(sandbox);
    await runBackup(sandbox);
    const names = memberNames(lastRecord(sandbox).archive_path);
    expect(names.length).toBeGreaterThan(30);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('mounts', () => {
  /** Runs with a tmpfs on a directory of the fake root, in a mount namespace of its own. */
  const withMount = (sandbox: Sandbox, mountPoint: string, fill: string) => {
    const script = `mount -t tmpfs none "$1" && cd "$1" && ${fill} && cd / && shift && exec "$@"`;
    return ['unshare', '-m', 'sh', '-ec', script, 'sh', join(sandbox.root, mountPoint)];
  };

  test.skipIf(!canMount)('/etc/pve is entered although it is a mount of its own (needs mount)', async () => {
    const sandbox = createSandbox({ files: { ...pveHost, '/etc/pve/': '' } });
    const fill =
      'mkdir -p nodes/node1/qemu-server priv && echo cores: 2 > nodes/node1/qemu-server/100.conf && ' +
      'echo x > priv/token.cfg && echo y > storage.cfg && ln -s nodes/node1 local && ln -s local/qemu-server qemu-server && ' +
      'echo 1 > .version && ln -s nodes/node1/qemu-server my-link';
    const { code, stderr } = await runBackup(sandbox, { wrapper: withMount(sandbox, 'etc/pve', fill) });
    // A warning at most: this is not all that a real one holds.
    expect(code, stderr).toBeLessThan(2);
    const names = memberNames(lastRecord(sandbox).archive_path).filter((name) => name.startsWith('etc/pve'));
    expect(names.sort()).toEqual([
      'etc/pve/',
      'etc/pve/my-link',
      'etc/pve/nodes/',
      'etc/pve/nodes/node1/',
      'etc/pve/nodes/node1/qemu-server/',
      'etc/pve/nodes/node1/qemu-server/100.conf',
      'etc/pve/priv/',
      'etc/pve/priv/token.cfg',
      'etc/pve/storage.cfg',
    ]);
  });

  test.skipIf(!canMount)(
    'any other mount below a tree is not entered, which is told (needs mount)',
    async () => {
      const sandbox = createSandbox();
      mkdirSync(join(sandbox.root, 'root/mnt'));
      const wrapper = withMount(sandbox, 'root/mnt', 'echo x > inside');
      const { code } = await runBackup(sandbox, { wrapper });
      expect(code).toBe(0);
      expect(findingsAbout(sandbox, '/root/mnt')).toMatchObject([
        { severity: 'info', code: 'mount-not-entered' },
      ]);
      const names = memberNames(lastRecord(sandbox).archive_path);
      expect(names).toContain('root/mnt/');
      expect(names).not.toContain('root/mnt/inside');
    },
  );

  test.skipIf(!canMount)(
    'a mount that is listed in CUSTOM_BACKUP_PATHS is entered (needs mount)',
    async () => {
      const sandbox = createSandbox();
      mkdirSync(join(sandbox.root, 'root/mnt'));
      const wrapper = withMount(sandbox, 'root/mnt', 'echo x > inside');
      const { code } = await runBackup(sandbox, { wrapper, env: { CUSTOM_BACKUP_PATHS: '/root/mnt' } });
      expect(code).toBe(0);
      expect(memberNames(lastRecord(sandbox).archive_path)).toContain('root/mnt/inside');
    },
  );
});
