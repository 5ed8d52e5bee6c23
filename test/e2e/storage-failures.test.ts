// The target and the other places of ProxSave in bad shape: full, read-only, not there, not ours. Whatever happens,
// nothing half-done stands under an archive's name and earlier archives are untouched.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canMount, isRoot } from '../support/needs.ts';
import { childrenOf, runBackup, runProgram, startBackup, until } from '../support/run-program.ts';
import {
  addStub,
  archivesIn,
  createSandbox,
  findingsAbout,
  lastRecord,
  namesIn,
  plainHost,
  recordsOf,
  type Sandbox,
} from '../support/sandbox.ts';
import { treeFacts } from '../support/unpack.ts';

const incompressible = (mebibytes: number) => randomBytes(mebibytes * 1024 * 1024);
const noReserve = { MIN_DISK_SPACE_PRIMARY_GB: '0' };

/** A small file system of its own at this place, until the test ends. */
function mountSmall(directory: string, type: 'tmpfs' | 'ext4', mebibytes: number): void {
  mkdirSync(directory, { recursive: true });
  if (type === 'tmpfs') {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', directory]);
  } else {
    const image = `${directory}.image`;
    execFileSync('truncate', ['-s', `${mebibytes}M`, image]);
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
    execFileSync('mount', ['-o', 'loop', image, directory]);
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', directory]);
  });
}

async function expectNoArchive(sandbox: Sandbox, codes: readonly number[], env: Record<string, string> = {}) {
  const before = archivesIn(sandbox.backups);
  const { code, stderr } = await runBackup(sandbox, { env });
  expect(codes, stderr).toContain(code);
  expect(archivesIn(sandbox.backups)).toEqual(before);
  const record = lastRecord(sandbox);
  expect(record).toMatchObject({ status: 'failed', exit_code: code, archive_path: '' });
  expect(record.tiers[0]).toMatchObject({ status: 'failed', detail: record.error });
  expect(readFileSync(record.log_path, 'utf8')).toContain(record.error?.split('\n')[0]);
  return record;
}

describe('a target that fills up in the middle', () => {
  test.skipIf(!canMount).each(['tmpfs', 'ext4'] as const)(
    'on %s: exit 12, no partial file, earlier archives intact, the record says why (needs mount)',
    async (type) => {
      const sandbox = createSandbox();
      mountSmall(sandbox.backups, type, 12);
      expect((await runBackup(sandbox, { env: noReserve })).code).toBe(0);
      const earlier = treeFacts(
        sandbox.backups,
        archivesIn(sandbox.backups).filter((name) => name.endsWith('.tar')),
      );
      // History says that little room is needed; then this appears.
      writeFileSync(join(sandbox.root, 'root/big.bin'), incompressible(16));
      const record = await expectNoArchive(sandbox, [12], noReserve);
      expect(record.error).toContain('no space left on the device');
      const names = archivesIn(sandbox.backups).filter((name) => name.endsWith('.tar'));
      expect(treeFacts(sandbox.backups, names)).toEqual(earlier);
    },
  );

  test.skipIf(!canMount)(
    'with a bare archive and a compressor of its own: the same (needs mount)',
    async () => {
      const sandbox = createSandbox();
      mountSmall(sandbox.backups, 'tmpfs', 4);
      writeFileSync(join(sandbox.root, 'root/big.bin'), incompressible(16));
      const env = { ...noReserve, BUNDLE_ASSOCIATED_FILES: 'false', COMPRESSION_TYPE: 'pigz' };
      const record = await expectNoArchive(sandbox, [12], env);
      expect(record.error).toContain('no space left on the device');
      expect(record.findings).toContainEqual(expect.objectContaining({ code: 'space-may-not-suffice' }));
    },
  );
});

describe('room is judged before anything is written:', () => {
  test('less than MIN_DISK_SPACE_PRIMARY_GB ends the run with 12', async () => {
    const sandbox = createSandbox();
    const record = await expectNoArchive(sandbox, [12], { MIN_DISK_SPACE_PRIMARY_GB: '90000000' });
    expect(record.error).toContain('MIN_DISK_SPACE_PRIMARY_GB asks for');
  });

  test.skipIf(!canMount)('less than the last archive took ends the run with 12 (needs mount)', async () => {
    const sandbox = createSandbox();
    writeFileSync(join(sandbox.root, 'root/big.bin'), incompressible(5));
    mountSmall(sandbox.backups, 'tmpfs', 12);
    expect((await runBackup(sandbox, { env: noReserve })).code).toBe(0);
    const record = await expectNoArchive(sandbox, [12], noReserve);
    expect(record.error).toContain('not enough room: about 7.5 MiB may be needed');
  });
});

describe('a target that cannot be written to', () => {
  test.skipIf(!canMount)('because it is mounted read-only: exit 5 (needs mount)', async () => {
    const sandbox = createSandbox();
    mountSmall(sandbox.backups, 'tmpfs', 4);
    execFileSync('mount', ['-o', 'remount,ro', sandbox.backups]);
    expect((await expectNoArchive(sandbox, [5])).error).toContain('read-only');
  });

  test.skipIf(!isRoot)('because it is immutable, even for root: exit 7 (needs root)', async () => {
    const sandbox = createSandbox();
    mkdirSync(sandbox.backups);
    execFileSync('chattr', ['+i', sandbox.backups]);
    onTestFinished(() => {
      execFileSync('chattr', ['-i', sandbox.backups]);
    });
    expect((await expectNoArchive(sandbox, [7])).error).toContain(`cannot write to ${sandbox.backups}`);
  });

  test('because it is a file: exit 5, and the file stays as it is', async () => {
    const sandbox = createSandbox();
    writeFileSync(sandbox.backups, 'a file');
    const record = await expectNoArchive(sandbox, [5]);
    expect(record.error).toContain(`cannot write to ${sandbox.backups}`);
    expect(readFileSync(sandbox.backups, 'utf8')).toBe('a file');
  });

  test('because a part of its path is a file: exit 5', async () => {
    const sandbox = createSandbox();
    writeFileSync(join(sandbox.base, 'file'), '');
    const record = await expectNoArchive(sandbox, [5], { BACKUP_PATH: join(sandbox.base, 'file/below') });
    expect(record.error).toContain(`${join(sandbox.base, 'file')} is a file, not a directory`);
  });
});

test('a target below /proc, where Node would try to make it for ever, ends the run with 5 at once', async () => {
  const sandbox = createSandbox({ env: { BACKUP_PATH: '/proc/x' } });
  const record = await expectNoArchive(sandbox, [5]);
  expect(record.error).toBe('cannot write to /proc/x: no directory can be made in /proc');
});

test('a target that is a link to nowhere ends the run with 5 and names where it points', async () => {
  const sandbox = createSandbox();
  symlinkSync('/nowhere/disk', sandbox.backups);
  const record = await expectNoArchive(sandbox, [5]);
  expect(record.error).toContain(`${sandbox.backups} is a link to /nowhere/disk, which does not exist`);
});

test('LOG_PATH below /proc ends at once too: the backup is made, and the missing log is a warning', async () => {
  const sandbox = createSandbox({ env: { LOG_PATH: '/proc/x' } });
  const { code, stderr } = await runBackup(sandbox);
  expect(code, stderr).toBe(1);
  expect(stderr).toContain('no directory can be made in /proc');
  expect(archivesIn(sandbox.backups)).not.toEqual([]);
});

test('extract into a link to nowhere, or below a file, ends with 5 and names what stands in the way', async () => {
  const sandbox = createSandbox();
  expect((await runBackup(sandbox)).code).toBe(0);
  const archive = join(sandbox.backups, archivesIn(sandbox.backups)[0] ?? '');
  const [link, file] = [join(sandbox.base, 'link'), join(sandbox.base, 'file')];
  symlinkSync('/nowhere/disk', link);
  writeFileSync(file, '');
  const intoLink = await runProgram(['extract', archive, '--to', link]);
  expect(intoLink.code).toBe(5);
  expect(intoLink.stderr).toContain(`${link} is a link to /nowhere/disk, which does not exist`);
  const belowFile = await runProgram(['extract', archive, '--to', join(file, 'below')]);
  expect(belowFile.code).toBe(5);
  expect(belowFile.stderr).toContain(`${file} is a file, not a directory`);
});

test.skipIf(!canMount)(
  'LOCK_PATH on a full file system is a remark: the kernel holds the lock (needs mount)',
  async () => {
    const sandbox = createSandbox();
    mountSmall(sandbox.lock, 'tmpfs', 1);
    writeFileSync(join(sandbox.lock, 'filler'), Buffer.alloc(1024 * 1024));
    expect((await runBackup(sandbox)).code).toBe(0);
    expect(lastRecord(sandbox).findings).toContainEqual(
      expect.objectContaining({ code: 'lock-not-described', severity: 'info' }),
    );
  },
);

test('a target whose parents are missing is made, private', async () => {
  const sandbox = createSandbox();
  const path = join(sandbox.base, 'new/deep/er');
  expect((await runBackup(sandbox, { env: { BACKUP_PATH: path } })).code).toBe(0);
  expect(archivesIn(path)).toHaveLength(1);
  for (const directory of ['new', 'new/deep', 'new/deep/er']) {
    expect(statSync(join(sandbox.base, directory)).mode & 0o777).toBe(0o700);
  }
});

describe('LOG_PATH', () => {
  test('that cannot be used does not stop a backup: it ends with 1 and says so', async () => {
    const sandbox = createSandbox();
    writeFileSync(sandbox.log, 'a file');
    const { code, stderr, stdout } = await runBackup(sandbox, { args: ['--json'] });
    expect(code, stderr).toBe(1);
    expect(archivesIn(sandbox.backups)).toHaveLength(1);
    const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { findings: { code: string }[] };
    const codes = summary.findings.map((finding) => finding.code);
    expect(codes).toEqual(expect.arrayContaining(['log-not-written', 'record-not-written']));
  });

  test.skipIf(!canMount)(
    'that is full does not stop a backup: it ends with 1 and says so (needs mount)',
    async () => {
      const sandbox = createSandbox();
      mountSmall(sandbox.log, 'tmpfs', 1);
      try {
        writeFileSync(join(sandbox.log, 'filler'), Buffer.alloc(2 * 1024 * 1024));
      } catch {
        // Full now: that is the point.
      }
      const { code, stderr } = await runBackup(sandbox);
      expect(code, stderr).toBe(1);
      expect(stderr).toContain('no space left on the device');
      expect(archivesIn(sandbox.backups)).toHaveLength(1);
      expect(namesIn(sandbox.log).filter((name) => name.includes('.tmp-'))).toEqual([]);
    },
  );
});

test('LOCK_PATH that cannot be used ends the run with 3: two runs could meet without it', async () => {
  const sandbox = createSandbox();
  writeFileSync(sandbox.lock, 'a file');
  const record = await expectNoArchive(sandbox, [3]);
  expect(record.error).toContain('cannot take the lock in');
});

describe('a compressor', () => {
  const xzPath = execFileSync('sh', ['-c', 'command -v xz'], { encoding: 'utf8' }).trim();

  test('that is killed in the middle ends the run with 11 and leaves nothing', async () => {
    const sandbox = createSandbox();
    writeFileSync(join(sandbox.root, 'root/big.bin'), incompressible(8));
    const { pid, ended } = startBackup(sandbox, { env: { COMPRESSION_TYPE: 'xz', COMPRESSION_LEVEL: '9' } });
    await until('xz runs', () => childrenOf(pid, 'xz').length > 0);
    for (const xz of childrenOf(pid, 'xz')) process.kill(xz, 'SIGKILL');
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(11);
    expect(stderr).toContain('was killed by SIGKILL');
    expect(archivesIn(sandbox.backups)).toEqual([]);
    expect(lastRecord(sandbox)).toMatchObject({ exit_name: 'compression', archive_path: '' });
  });

  test.each([
    ['that fails at once', 'echo "cannot allocate memory" >&2; exit 1', 'cannot allocate memory'],
    ['that stops reading early', 'head -c 1000 >/dev/null; exit 0', ''],
    ['that ends well and wrote rubbish', 'cat >/dev/null; echo rubbish', ''],
    ['that swallows a part of its input', `head -c 3000000 | ${xzPath}; cat >/dev/null`, ''],
  ])('%s never makes an archive', async (_title, script, said) => {
    const sandbox = createSandbox();
    writeFileSync(join(sandbox.root, 'root/big.bin'), incompressible(4));
    addStub(sandbox, 'xz', `case "$1" in -d*) exec ${xzPath} "$@";; esac; ${script}`);
    const record = await expectNoArchive(sandbox, [8, 11], { COMPRESSION_TYPE: 'xz' });
    expect(record.error).toContain(said);
  });
});

test.skipIf(!isRoot)(
  'what a user without rights may not read is a warning; the archive is good (needs root)',
  async () => {
    const sandbox = createSandbox({ files: { ...plainHost, '/root/private/a': 'x', '/root/readable': 'x' } });
    chmodSync(join(sandbox.root, 'root/private'), 0o700);
    chmodSync(join(sandbox.root, 'etc/shadow'), 0o640);
    chmodSync(sandbox.base, 0o777);
    const wrapper = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
    const env = { CUSTOM_BACKUP_PATHS: '/root/private/a' };
    const { code, stderr } = await runBackup(sandbox, { wrapper, env: { ...env, HOME: sandbox.base } });
    expect(code, stderr).toBe(1);
    const record = lastRecord(sandbox);
    expect(record).toMatchObject({ status: 'warning', verified: true });
    for (const path of ['/etc/shadow', '/root/private', '/root/private/a']) {
      const unreadable = findingsAbout(sandbox, path).filter(({ code: kind }) => kind === 'file-unreadable');
      expect(unreadable).toMatchObject([
        { severity: 'warning', code: 'file-unreadable', hint: expect.stringContaining('root') as string },
      ]);
    }
    // Once more, because a rebuild needs it.
    expect(findingsAbout(sandbox, '/etc/shadow').map(({ code: kind }) => kind)).toContain('coverage-missing');
    expect(recordsOf(sandbox)).toHaveLength(1);
  },
);
