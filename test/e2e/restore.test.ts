// The way back through the program: a host is saved, wrecked and restored; everything is compared.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeOldArchive } from '../support/old-archives/make-old-archive.ts';
import { deduplicated, sharedContent } from '../support/old-archives/old-host.ts';
import { hasPrograms } from '../support/needs.ts';
import { launcher, runBackup, runProgram } from '../support/run-program.ts';
import {
  hostFacts,
  restore,
  restoredHost,
  savedHost,
  summaryOf,
  undo,
  wreck,
} from '../support/restore-host.ts';
import { createSandbox, namesIn, pveHost, writeHost } from '../support/sandbox.ts';
import { treeFacts } from '../support/unpack.ts';

const all = ['--with-review', '--yes'];

/** Times of directories in which something was made that stays, and what stays. */
function withoutStaying(facts: readonly string[]): string[] {
  return facts.filter((line) => !/ etc$| etc\/new\.d(?:\/stays)?$/u.test(line));
}

test('a wrecked host comes back byte, mode, owner, time and link; the undo brings the wreck back', async () => {
  const sandbox = await savedHost();
  const saved = hostFacts(sandbox);
  wreck(sandbox);
  const wrecked = hostFacts(sandbox);
  const done = await restore(sandbox, ['--from', sandbox.archive, ...all]);
  expect(done.code, done.stderr).toBeLessThanOrEqual(1);
  expect(withoutStaying(hostFacts(sandbox))).toEqual(withoutStaying(saved));
  expect(readFileSync(join(sandbox.root, 'etc/new.d/stays'), 'utf8')).toContain('ever deleted');
  expect(done.stdout).toContain('read back from disk');
  expect(done.stdout).toMatch(/proxsave undo \d{8}-\d{6}-[0-9a-f]{4}/);
  const undone = await undo(sandbox, '--yes');
  expect(undone.code, undone.stderr).toBe(0);
  expect(hostFacts(sandbox)).toEqual(wrecked);
  expect((await undo(sandbox, '--yes')).code).toBe(2);
});

test('a restored host has nothing more to restore', async () => {
  const sandbox = await savedHost();
  wreck(sandbox);
  await restore(sandbox, ['--from', sandbox.archive, ...all]);
  const again = await restore(sandbox, ['--from', sandbox.archive, ...all, '--dry-run', '--json']);
  const plan = summaryOf(again) as { entries: { action: string; path: string; strategy?: string }[] };
  expect(plan.entries.filter(({ action }) => action === 'create' || action === 'replace')).toEqual([]);
});

test('a dry run changes nothing at all below the root, and tells the plan on stdout', async () => {
  const sandbox = await savedHost();
  wreck(sandbox);
  const before = treeFacts(sandbox.base);
  const { code, stdout } = await restore(sandbox, [
    '--from',
    sandbox.archive,
    '--with-review',
    '--dry-run',
    '--diff',
  ]);
  expect(code).toBe(0);
  expect(treeFacts(sandbox.base)).toEqual(before);
  expect(stdout).toContain('+PermitRootLogin yes');
  expect(stdout).not.toContain('root:*:19000');
});

test.skipIf(!hasPrograms('strace'))('a dry run opens nothing for writing (needs strace)', async () => {
  const sandbox = await savedHost();
  wreck(sandbox);
  const trace = join(sandbox.base, 'trace');
  const calls =
    'trace=openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,lchown,fchownat,utimensat,truncate,ftruncate';
  execFileSync(
    'strace',
    [
      '-f',
      '-o',
      trace,
      '-e',
      calls,
      launcher,
      'restore',
      '--root',
      sandbox.root,
      '--from',
      sandbox.archive,
      '-n',
    ],
    { env: sandbox.env, stdio: 'ignore' },
  );
  const changing = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line.includes(sandbox.base) && !line.includes('ENOENT'))
    .filter((line) => !/open(?:at)?\(/u.test(line) || /O_WRONLY|O_RDWR|O_CREAT/u.test(line));
  expect(changing).toEqual([]);
});

test('a bare host takes an archive from a directory, with no configuration at all', async () => {
  const source = await savedHost();
  const bare = createSandbox({
    files: { '/etc/hostname': 'node1\n', '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n' },
  });
  const { PATH = '' } = bare.env;
  const { code, stderr } = await runProgram(
    ['restore', '--root', bare.root, '--from', source.backups, ...all],
    { PATH },
  );
  expect(code, stderr).toBeLessThanOrEqual(1);
  expect(readFileSync(join(bare.root, 'etc/ssh/sshd_config'), 'utf8')).toBe('PermitRootLogin yes\n');
  expect(readFileSync(join(bare.root, 'root/.ssh/authorized_keys'), 'utf8')).toContain('admin');
  const logs = namesIn(join(bare.root, 'var/log/proxsave'));
  expect(logs.filter((name) => name.startsWith('restore-node1-') && name.endsWith('.log'))).toHaveLength(1);
  expect(logs.filter((name) => name.startsWith('restore-stats-'))).toHaveLength(1);
});

test('without a terminal and without --yes nothing is begun, and the flags are named', async () => {
  const sandbox = await savedHost();
  wreck(sandbox);
  const before = treeFacts(sandbox.base);
  const { code, stderr } = await restore(sandbox, ['--from', sandbox.archive]);
  expect(code).toBe(2);
  expect(stderr).toContain('--yes');
  expect(stderr).toContain('--dry-run');
  expect(treeFacts(sandbox.base)).toEqual(before);
});

test.each([
  [['--from', '/no/such/place', '--yes'], '/no/such/place'],
  [['--only', 'no-such-area', '--yes'], 'no-such-area'],
  [['--only', 'etc/hosts', '--yes'], '/etc/hosts'],
  [['--map', 'eno1', '--yes'], 'OLD=NEW'],
  [['--mode', 'custom', '--yes'], '--categories'],
  [['--categories', 'sshh', '--yes'], 'did you mean "ssh"'],
  [['--keep-address', '--archive-address', '--yes'], 'contradict'],
  [['--resume', '20260101-000000-abcd'], 'there is no restore'],
])('wrong input ends with 2 and says what to do: %s', async (args, told) => {
  const sandbox = createSandbox();
  const { code, stderr } = await restore(sandbox, args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
});

test('a damaged archive is refused before anything is changed', async () => {
  const sandbox = await savedHost();
  wreck(sandbox);
  const before = hostFacts(sandbox);
  const bytes = readFileSync(sandbox.archive);
  const at = bytes.length - 3000;
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(sandbox.archive, bytes);
  const { code, stderr } = await restore(sandbox, ['--from', sandbox.archive, ...all]);
  expect(code).toBe(8);
  expect(stderr).toContain('is not restored');
  expect(hostFacts(sandbox)).toEqual(before);
});

test('areas and paths are named or left out', async () => {
  const sandbox = await savedHost();
  wreck(sandbox);
  const { code } = await restore(sandbox, [
    '--from',
    sandbox.archive,
    '--only',
    'cron,/root/.ssh',
    '--skip',
    '/etc/cron.daily',
    '--yes',
  ]);
  expect(code).toBeLessThanOrEqual(1);
  expect(existsSync(join(sandbox.root, 'etc/cron.d/job'))).toBe(true);
  expect(existsSync(join(sandbox.root, 'root/.ssh/authorized_keys'))).toBe(true);
  expect(statSync(join(sandbox.root, 'etc/cron.daily/report')).mode & 0o777).toBe(0o777);
  expect(readFileSync(join(sandbox.root, 'etc/ssh/sshd_config'), 'utf8')).toBe('wrecked\n');
});

test('names that are empty are refused, and those that mean nothing in the archive are told', async () => {
  const sandbox = await savedHost();
  wreck(sandbox);
  const wrecked = hostFacts(sandbox);
  for (const flag of ['--only', '--skip', '--include', '--from', '--mode']) {
    const empty = await restore(sandbox, ['--from', sandbox.archive, ...all, flag, '']);
    expect([empty.code, empty.stderr], flag).toEqual([2, expect.stringContaining(flag)]);
  }
  const root = await runProgram(['restore', '--root', '', '--from', sandbox.archive, ...all], sandbox.env);
  expect([root.code, root.stderr]).toEqual([2, expect.stringContaining('--root has no value')]);
  const none = await restore(sandbox, ['--from', sandbox.archive, ...all, '--only', '/etc/cron.t,/etc/[a-']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('/etc/cron.t')]);
  expect(hostFacts(sandbox)).toEqual(wrecked);
  // A slip in what is skipped, beside what was meant; paths are read as the system reads them.
  const slip = await restore(sandbox, [
    '--from',
    sandbox.archive,
    ...all,
    '--only',
    '//etc/./cron.daily/../cron.d/,ssh',
    '--skip',
    '/etc/shh',
  ]);
  expect([slip.code, slip.stdout]).toEqual([1, expect.stringContaining('/etc/shh')]);
  expect(existsSync(join(sandbox.root, 'etc/cron.d/job'))).toBe(true);
  expect(readFileSync(join(sandbox.root, 'etc/default/grub'), 'utf8')).toBe('GRUB_TIMEOUT=0\n');
});

test('a plan that was saved is carried out as it was shown, or not at all', async () => {
  const sandbox = await savedHost();
  const saved = hostFacts(sandbox);
  wreck(sandbox);
  const file = join(sandbox.base, 'plan.json');
  const planned = await restore(sandbox, [
    '--from',
    sandbox.archive,
    '--with-review',
    '--dry-run',
    '--save-plan',
    file,
  ]);
  expect(planned.code, planned.stderr).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(join(sandbox.root, 'etc/ssh/sshd_config'), 'changed since the plan\n');
  const refused = await restore(sandbox, ['--from', sandbox.archive, '--plan', file, '--yes']);
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain('/etc/ssh/sshd_config');
  wreckConfig(sandbox.root);
  const again = await restore(sandbox, ['--from', sandbox.archive, '--with-review', '--dry-run', '--json']);
  writeFileSync(file, again.stdout);
  const done = await restore(sandbox, ['--from', sandbox.archive, '--plan', file, '--yes']);
  expect(done.code, done.stderr).toBeLessThanOrEqual(1);
  expect(withoutStaying(hostFacts(sandbox))).toEqual(withoutStaying(saved));
});

function wreckConfig(root: string): void {
  writeFileSync(join(root, 'etc/ssh/sshd_config'), 'wrecked\n');
}

test('an encrypted archive opens with its key; without one, or with a wrong one, nothing is changed', async () => {
  const identity = join(createSandbox().base, 'key.txt');
  execFileSync('age-keygen', ['-o', identity], { stdio: 'ignore' });
  const recipient = execFileSync('age-keygen', ['-y', identity], { encoding: 'utf8' }).trim();
  const sandbox = await savedHost(restoredHost, { ENCRYPT_ARCHIVE: 'true', AGE_RECIPIENT: recipient });
  const saved = hostFacts(sandbox);
  wreck(sandbox);
  const wrecked = hostFacts(sandbox);
  const without = await restore(sandbox, ['--from', sandbox.archive, ...all]);
  expect(without.code).toBe(2);
  expect(without.stderr).toContain('--identity');
  const other = join(sandbox.base, 'other.txt');
  execFileSync('age-keygen', ['-o', other], { stdio: 'ignore' });
  expect((await restore(sandbox, ['--from', sandbox.archive, ...all, '--identity', other])).code).toBe(15);
  expect(hostFacts(sandbox)).toEqual(wrecked);
  const done = await restore(sandbox, ['--from', sandbox.archive, ...all, '--identity', identity]);
  expect(done.code, done.stderr).toBeLessThanOrEqual(1);
  expect(withoutStaying(hostFacts(sandbox))).toEqual(withoutStaying(saved));
});

test('a backup while a change waits to be confirmed does nothing, ends with 16 and says how to confirm', async () => {
  const sandbox = await savedHost();
  const unit = join(sandbox.root, 'etc/systemd/system/proxsave-guard-20260101-000000-abcd.timer');
  writeHost(sandbox, { [unit.slice(sandbox.root.length)]: '[Timer]\n' });
  // systemctl of the host below the root is a stub: the timer is enabled and runs.
  writeFileSync(join(sandbox.stubs, 'systemctl'), '#!/bin/sh\nexit 0\n');
  chmodSync(join(sandbox.stubs, 'systemctl'), 0o755);
  const { code, stderr } = await runBackup(sandbox, { env: { PROXSAVE_COMMANDS: sandbox.stubs } });
  expect(code).toBe(16);
  expect(stderr).toContain('proxsave confirm 20260101-000000-abcd');
  rmSync(unit);
  expect(readdirSync(sandbox.backups).length).toBeGreaterThan(0);
});

test('undo --list tells every restore and its state, as text and as JSON', async () => {
  const sandbox = await savedHost();
  expect((await undo(sandbox, '--list')).stderr).toContain('no restore');
  wreck(sandbox);
  await restore(sandbox, ['--from', sandbox.archive, ...all]);
  const listed = await undo(sandbox, '--list');
  expect(listed.stdout).toMatch(/^\d{8}-\d{6}-[0-9a-f]{4} {2}done; /u);
  const { restores } = JSON.parse((await undo(sandbox, '--list', '--json')).stdout) as {
    restores: { status: string; isUndoable: boolean }[];
  };
  expect(restores).toMatchObject([{ status: 'finished', isUndoable: true }]);
});

test('the summary as JSON names every path with what was done, and the record holds the same', async () => {
  const sandbox = await savedHost();
  wreck(sandbox);
  const done = await restore(sandbox, ['--from', sandbox.archive, ...all, '--json']);
  const summary = summaryOf(done) as {
    type: string;
    applied: number;
    recordPath: string;
    paths: { path: string; change?: string }[];
  };
  expect(summary.type).toBe('summary');
  expect(summary.paths).toContainEqual(
    expect.objectContaining({ path: 'etc/cron.d/job', change: 'created' }),
  );
  const record = JSON.parse(readFileSync(summary.recordPath, 'utf8')) as { applied: number; kind: string };
  expect([record.kind, record.applied]).toEqual(['restore', summary.applied]);
});

test('an archive of the existing edition comes back, its deduplicated links as the files they stand for', async () => {
  const sandbox = createSandbox({
    files: { ...pveHost, '/etc/hostname': 'pve1\n' },
  });
  const directory = join(sandbox.base, 'usb');
  mkdirSync(directory);
  makeOldArchive(directory, { codec: 'xz' });
  const done = await restore(sandbox, ['--from', directory, '--with-review', '--yes']);
  expect(done.code, done.stderr).toBeLessThanOrEqual(1);
  for (const { path, mode } of deduplicated.filter((one) => !one.path.startsWith('etc/pve/'))) {
    const place = join(sandbox.root, path);
    expect([path, lstatSync(place).isFile(), statSync(place).mode & 0o7777]).toEqual([path, true, mode]);
    expect(readFileSync(place, 'utf8')).toBe(sharedContent);
  }
});

test('fstab keeps the mounts of this host, and what only the backup mounts is merged or named', async () => {
  const there =
    '# there\nUUID=aaaa-1 / ext4 defaults 0 1\nUUID=aaaa-2 none swap sw 0 0\nnas:/export /mnt/nas nfs defaults 0 0\n';
  const here = 'UUID=bbbb-1 / ext4 errors=remount-ro 0 1\n';
  const sandbox = await savedHost({ ...restoredHost, '/etc/fstab': there });
  writeFileSync(join(sandbox.root, 'etc/fstab'), here);
  const done = await restore(sandbox, ['--from', sandbox.archive, '--include', 'storage', '--yes']);
  expect(done.code, done.stderr).toBeLessThanOrEqual(1);
  const merged = readFileSync(join(sandbox.root, 'etc/fstab'), 'utf8');
  expect(merged).toContain('UUID=bbbb-1 / ext4 errors=remount-ro 0 1');
  expect(merged).not.toMatch(/^UUID=aaaa-1/mu);
  expect(merged).toMatch(/^nas:\/export\s+\/mnt\/nas\s+nfs\s+\S*nofail/mu);
  expect(statSync(join(sandbox.root, 'mnt/nas')).isDirectory()).toBe(true);
});

test('a host with another name keeps it when asked to', async () => {
  const sandbox = await savedHost();
  writeHost(sandbox, { '/etc/hostname': 'other\n', '/etc/hosts': '127.0.0.1 localhost\n192.0.2.2 other\n' });
  const done = await restore(sandbox, ['--from', sandbox.archive, ...all, '--keep-hostname']);
  expect(done.code, done.stderr).toBeLessThanOrEqual(1);
  expect(readFileSync(join(sandbox.root, 'etc/hostname'), 'utf8')).toBe('other\n');
  expect(readFileSync(join(sandbox.root, 'etc/hosts'), 'utf8')).toContain('192.0.2.2 other');
});

test('a directory with archives of several hosts, and none of this one, wants one to be named', async () => {
  const first = await savedHost();
  const second = await savedHost({ ...restoredHost, '/etc/hostname': 'node2\n' });
  copyFileSync(second.archive, join(first.backups, basename(second.archive)));
  writeFileSync(join(first.root, 'etc/hostname'), 'node3\n');
  const refused = await restore(first, ['--from', first.backups, ...all]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('hosts: node2, node1')]);
  const named = await restore(first, [
    '--from',
    first.backups,
    basename(second.archive),
    ...all,
    '--dry-run',
  ]);
  expect([named.code, named.stdout]).toEqual([0, expect.stringContaining('of node2')]);
});

/** A card on the bus, as sysfs shows it. */
function card(name: string, mac: string, slot: string): Record<string, string> {
  const device = `/sys/devices/pci0000:00/0000:00:${slot}.0`;
  return {
    [`${device}/net/${name}/address`]: `${mac}\n`,
    [`${device}/net/${name}/device`]: `-> ../../../0000:00:${slot}.0`,
    [`/sys/class/net/${name}`]: `-> ../../devices/pci0000:00/0000:00:${slot}.0/net/${name}`,
  };
}

const bridge =
  'auto lo\niface lo inet loopback\n\niface eno1 inet manual\n\nauto vmbr0\niface vmbr0 inet static\n\taddress 192.0.2.1/24\n\tgateway 192.0.2.254\n\tbridge-ports eno1\n';

test('on other network cards the network is left alone until they are mapped, and then bears their names', async () => {
  const there = await savedHost({
    ...restoredHost,
    ...card('eno1', '02:00:00:00:00:01', '1f'),
    '/etc/network/interfaces': bridge,
  });
  const here = createSandbox({
    files: { ...restoredHost, ...card('enp3s0', '02:00:00:00:00:99', '03') },
  });
  const live = readFileSync(join(here.root, 'etc/network/interfaces'), 'utf8');
  const first = await restore(here, ['--from', there.archive, '--yes']);
  expect(first.code, first.stderr).toBeLessThanOrEqual(1);
  expect(readFileSync(join(here.root, 'etc/network/interfaces'), 'utf8')).toBe(live);
  const mapped = await restore(here, [
    '--from',
    there.archive,
    '--yes',
    '--map',
    'eno1=enp3s0',
    '--archive-address',
  ]);
  expect(mapped.code, mapped.stderr).toBeLessThanOrEqual(1);
  const restored = readFileSync(join(here.root, 'etc/network/interfaces'), 'utf8');
  expect(restored).toContain('bridge-ports enp3s0');
  expect(restored).not.toMatch(/\beno1\b/u);
  expect(restored).toContain('192.0.2.1/24');
});
