// How runs end: exit code, record and log of each kind, and how private everything is that they leave.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { launcher, runBackup, startBackup, until } from '../support/run-program.ts';
import {
  addStub,
  archivesIn,
  createSandbox,
  lastRecord,
  namesIn,
  plainHost,
  recordsOf,
  type Sandbox,
} from '../support/sandbox.ts';

/** Keys of the existing edition's file, in its order. */
const olderKeys = [
  'hostname',
  'proxmox_type',
  'timestamp',
  'start_time',
  'end_time',
  'duration_seconds',
  'duration_human',
  'files_collected',
  'files_failed',
  'directories_created',
  'bytes_collected',
  'bytes_collected_human',
  'archive_path',
  'archive_size',
  'archive_size_human',
  'requested_compression',
  'requested_compression_mode',
  'compression',
  'compression_level',
  'compression_mode',
  'compression_threads',
  'compression_ratio',
  'compression_ratio_percent',
  'compression_savings_percent',
  'checksum',
  'manifest_path',
];
const newKeys = [
  'status',
  'exit_code',
  'exit_name',
  'findings',
  'areas',
  'tiers',
  'phases',
  'log_path',
  'verified',
];

const logLine =
  /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] (DEBUG|INFO|WARNING|ERROR|CRITICAL|PHASE|STEP|SKIP) +\S.*$/;

function expectLogAndRecord(sandbox: Sandbox, status: string): void {
  const record = lastRecord(sandbox);
  expect(record.status).toBe(status);
  expect(Object.keys(record).slice(0, olderKeys.length)).toEqual(olderKeys);
  expect(Object.keys(record)).toEqual(expect.arrayContaining(newKeys));
  const lines = readFileSync(record.log_path, 'utf8').trimEnd().split('\n');
  for (const line of lines) {
    expect(line).toMatch(logLine);
    expect(line.slice(22, 31)).toMatch(/^[A-Z]+ +$/); // the label takes eight columns
  }
  expect(lines.at(-1)).toContain(`run ended: ${status}, exit code ${record.exit_code}`);
  expect(record.log_path).toMatch(/\/backup-[A-Za-z0-9.-]+-\d{8}-\d{6}(-\d+)?\.log$/);
}

describe('a run leaves a log in the known line format and a record with the known keys', () => {
  test('when it succeeds', async () => {
    const sandbox = createSandbox();
    const { code, stderr } = await runBackup(sandbox);
    expect(code, stderr).toBe(0);
    expectLogAndRecord(sandbox, 'success');
    expect(lastRecord(sandbox)).toMatchObject({ exit_code: 0, verified: true, findings: [] });
  });

  test('when it has warnings, also about names that could forge a log line', async () => {
    const sandbox = createSandbox();
    const forged = 'x\n[2026-01-01 00:00:00] ERROR    forged';
    const { code } = await runBackup(sandbox, {
      env: { CUSTOM_BACKUP_PATHS: `/srv/${forged.split('\n')[0]}` },
    });
    expect(code).toBe(1);
    expectLogAndRecord(sandbox, 'warning');
    writeFileSync(join(sandbox.root, 'root', forged), Buffer.alloc(2048));
    await runBackup(sandbox, { env: { MAX_FILE_SIZE: '1K' } });
    expectLogAndRecord(sandbox, 'warning');
    expect(readFileSync(lastRecord(sandbox).log_path, 'utf8')).not.toMatch(/^\[2026-01-01/m);
  });

  test('when it fails', async () => {
    const sandbox = createSandbox({ env: { MIN_DISK_SPACE_PRIMARY_GB: '90000000' } });
    expect((await runBackup(sandbox)).code).toBe(12);
    expectLogAndRecord(sandbox, 'failed');
  });

  test('when an area is not known (2): before the host was looked at', async () => {
    const sandbox = createSandbox();
    expect((await runBackup(sandbox, { args: ['--skip', 'nothing'] })).code).toBe(2);
    expectLogAndRecord(sandbox, 'failed');
  });

  test('when encryption is asked for and there is nobody to encrypt for (15): no archive at all', async () => {
    const sandbox = createSandbox({ env: { ENCRYPT_ARCHIVE: 'true' } });
    const { code, stderr } = await runBackup(sandbox);
    expect([code, stderr]).toEqual([15, expect.stringContaining('nobody is named to encrypt for')]);
    expect(existsSync(sandbox.backups)).toBe(false);
    expectLogAndRecord(sandbox, 'failed');
  });

  test('when backups are disabled (16)', async () => {
    const sandbox = createSandbox({ env: { BACKUP_ENABLED: 'false' } });
    expect((await runBackup(sandbox)).code).toBe(16);
    expect(existsSync(sandbox.backups)).toBe(false);
    expectLogAndRecord(sandbox, 'skipped');
  });

  test('when it is interrupted (130), also while it still looks at the host', async () => {
    const sandbox = createSandbox();
    const mark = join(sandbox.base, 'asked');
    addStub(sandbox, 'uname', `: > ${mark}; exec sleep 30`);
    const { child, ended } = startBackup(sandbox);
    await until('the host is looked at', () => existsSync(mark));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(130);
    expectLogAndRecord(sandbox, 'interrupted');
  });
});

test('a wrong value in the configuration ends with 2 and names file, line and key', async () => {
  const sandbox = createSandbox();
  const file = join(sandbox.base, 'backup.env');
  writeFileSync(file, '# comment\nCOMPRESSION_TYPE=rar\n');
  const { code, stderr } = await runBackup(sandbox, { args: ['--config', file] });
  expect(code).toBe(2);
  expect(stderr).toMatch(/backup\.env.*2.*COMPRESSION_TYPE/s);
  expect(existsSync(sandbox.backups)).toBe(false);
});

test('a host without a single file to save ends with 9', async () => {
  const sandbox = createSandbox();
  const { code, stderr } = await runBackup(sandbox, { args: ['--only', 'custom-paths'] });
  expect([code, stderr]).toEqual([9, expect.stringContaining('nothing could be saved')]);
  expect(archivesIn(sandbox.backups)).toEqual([]);
});

test('a dry run writes nothing whatever', async () => {
  const sandbox = createSandbox();
  const { code, stdout } = await runBackup(sandbox, { args: ['--dry-run'] });
  expect(code).toBe(0);
  expect(stdout).toMatch(/ssh +1 +20 B/);
  expect(namesIn(sandbox.base)).toEqual(['root', 'stubs']);
  expect(namesIn(sandbox.root)).toEqual(['etc', 'home', 'root']);
});

describe('a run beside the one before it', () => {
  const manyFiles = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`/root/many/${index}`, `${index}`]));
  const dropFindings = (sandbox: Sandbox) =>
    lastRecord(sandbox).findings.filter((finding) => finding.code === 'far-fewer-files');

  test('with less than half of its files is a warning', async () => {
    const sandbox = createSandbox({ files: { ...plainHost, ...manyFiles(100) } });
    await runBackup(sandbox);
    rmSync(join(sandbox.root, 'root/many'), { recursive: true });
    expect((await runBackup(sandbox)).code).toBe(1);
    expect(dropFindings(sandbox)).toMatchObject([{ severity: 'warning' }]);
  });

  test('with --only is no drop, and no measure for the next whole run', async () => {
    const sandbox = createSandbox({ files: { ...plainHost, ...manyFiles(100) } });
    await runBackup(sandbox);
    expect((await runBackup(sandbox, { args: ['--only', 'ssh'] })).code).toBe(0);
    rmSync(join(sandbox.root, 'root/many'), { recursive: true });
    expect((await runBackup(sandbox)).code).toBe(1);
    expect(dropFindings(sandbox)).toHaveLength(1);
    expect(recordsOf(sandbox)).toHaveLength(3);
  });
});

describe('with umask 022', () => {
  const underUmask = ['sh', '-c', 'umask 022; exec "$@"', 'sh'];

  test('all files that a run leaves are 0600 and all directories 0700', async () => {
    const sandbox = createSandbox();
    for (const env of [{}, { BUNDLE_ASSOCIATED_FILES: 'false', COMPRESSION_TYPE: 'xz' }]) {
      await runBackup(sandbox, { wrapper: underUmask, env });
    }
    const places = [sandbox.backups, sandbox.log, sandbox.lock, join(sandbox.root, 'var')];
    const modes = execFileSync('find', [...places, '-printf', '%y %m %p\n'], { encoding: 'utf8' });
    expect(modes.trim().split('\n').length).toBeGreaterThan(12);
    expect(modes.split('\n').filter((line) => line !== '' && !/^(f 600|d 700) /.test(line))).toEqual([]);
  });

  test.skipIf(!hasPrograms('strace'))(
    'they are so from the first byte: seen by strace (needs strace)',
    () => {
      const sandbox = createSandbox();
      const trace = join(sandbox.base, 'trace');
      const calls = 'openat,open,creat,mkdir,mkdirat,chmod,fchmod,fchmodat,mknod,mknodat';
      const argv = ['-f', '-qq', '-o', trace, '-e', `trace=${calls}`, ...underUmask];
      execFileSync('strace', [...argv, launcher, 'backup', '--root', sandbox.root], {
        env: sandbox.env,
        stdio: 'ignore',
      });
      const lines = readFileSync(trace, 'utf8').split('\n');
      const made = lines.filter(
        (line) => line.includes(sandbox.base) && /O_CREAT|mkdir|mknod|creat\(/.test(line),
      );
      expect(made.length).toBeGreaterThan(6);
      expect(made.filter((line) => !/O_CREAT.*, 0600\)|mkdir.*, 0700\)/.test(line))).toEqual([]);
    },
  );

  test('a directory that exists keeps its mode', async () => {
    const sandbox = createSandbox();
    execFileSync('mkdir', ['-m', '0755', sandbox.backups]);
    chmodSync(sandbox.backups, 0o750);
    await runBackup(sandbox, { wrapper: underUmask });
    expect(statSync(sandbox.backups).mode & 0o7777).toBe(0o750);
  });
});
