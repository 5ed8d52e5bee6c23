// Whole runs with three tiers: what a run copies, removes and says when a tier is away, dies, is shared, or when runs fail.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mountBindfs, noBindfs } from '../support/mounts.ts';
import { canMount, hasPrograms } from '../support/needs.ts';
import { plantDaily } from '../support/planted-archives.ts';
import { processesNaming, startBackup, until } from '../support/run-program.ts';
import {
  addStub,
  archivesIn,
  lastRecord,
  namesIn,
  plainHost,
  recordsOf,
  writeHost,
} from '../support/sandbox.ts';
import { allArchives, createTierSandbox, jsonOf, type TierSandbox } from '../support/tiers.ts';

const noRclone = !hasPrograms('rclone');
const keepThree = {
  MAX_LOCAL_BACKUPS: '3',
  MAX_SECONDARY_BACKUPS: '3',
  MAX_CLOUD_BACKUPS: '3',
  KEEP_WITHIN: '',
};

interface TierRow {
  tier: string;
  status: string;
  detail?: string;
  proof?: string;
  removed?: string[];
  retentionHeld?: string[];
}
const tiersOf = (sandbox: TierSandbox) => lastRecord(sandbox).tiers as unknown as TierRow[];

function plantEverywhere(
  sandbox: TierSandbox,
  ...planting: Parameters<typeof plantDaily> extends [string, ...infer Rest] ? Rest : never
) {
  for (const directory of [sandbox.backups, sandbox.secondary, sandbox.cloud])
    plantDaily(directory, ...planting);
}

test.skipIf(noRclone)(
  'a run leaves the same archive on three tiers, proved, with the recovery kit, and its summary says so (needs rclone)',
  async () => {
    const sandbox = createTierSandbox();
    const { code, stdout } = await sandbox.run(['backup']);
    expect(code, stdout).toBe(0);
    const [name = ''] = archivesIn(sandbox.backups);
    expect(allArchives(sandbox)).toEqual({ primary: [name], secondary: [name], cloud: [name] });
    const bytes = readFileSync(join(sandbox.backups, name));
    for (const directory of [sandbox.secondary, sandbox.cloud]) {
      expect(readFileSync(join(directory, name)).equals(bytes)).toBe(true);
      expect(namesIn(directory)).toEqual(['HOW-TO-RESTORE.txt', name, 'recover.sh'].sort());
    }
    expect(tiersOf(sandbox)).toMatchObject([
      { tier: 'primary', status: 'ok', proof: 'read-back' },
      { tier: 'secondary', status: 'ok', proof: 'read-back' },
      { tier: 'cloud', status: 'ok', proof: 'remote-hash' },
    ]);
    expect(stdout).toMatch(/secondary .* copied, read back, 1 archive/);
    expect(stdout).toMatch(/cloud .* copied, hash compared, 1 archive/);
  },
);

test.skipIf(noRclone)(
  'a new installation between 100 old archives of its name and others of pve2 and pve-2: ten runs remove none of them; ' +
    'after adopt only those of its own name go (needs rclone)',
  async () => {
    const sandbox = createTierSandbox({ files: { ...plainHost, '/etc/hostname': 'pve\n' } });
    plantEverywhere(sandbox, { hostname: 'pve' }, { count: 50 });
    plantEverywhere(
      sandbox,
      { hostname: 'pve', installId: 'the-earlier-one', status: 'complete' },
      { count: 50, newestDaysAgo: 60 },
    );
    for (const hostname of ['pve2', 'pve-2'])
      plantEverywhere(sandbox, { hostname, installId: `of-${hostname}` }, { count: 10 });
    const old = archivesIn(sandbox.backups);
    expect(old).toHaveLength(120);
    for (let run = 0; run < 10; run += 1) {
      const { code, stderr } = await sandbox.run(['backup'], keepThree);
      expect(code, stderr).toBe(0);
      for (const names of Object.values(allArchives(sandbox)))
        expect(names).toEqual(expect.arrayContaining(old));
    }
    // Its own ones are under the rules meanwhile: three, and the first.
    const own = (names: readonly string[]) => names.filter((name) => !old.includes(name));
    expect(Object.values(allArchives(sandbox)).map((names) => own(names).length)).toEqual([4, 4, 4]);

    const adopted = await sandbox.run(['adopt', '--yes'], keepThree);
    expect(adopted.code, adopted.stderr).toBe(0);
    expect(adopted.stdout).toContain('secondary: 50 archives of installation the-earlier-one');
    expect(adopted.stdout).toContain('cloud: 50 archives of an edition without installation ids');
    expect(allArchives(sandbox).primary).toEqual(expect.arrayContaining(old));
    expect((await sandbox.run(['backup'], keepThree)).code).toBe(0);
    for (const names of Object.values(allArchives(sandbox))) {
      // One run removes ten at most, the oldest first.
      expect(names.filter((name) => name.startsWith('pve-backup-') && old.includes(name))).toHaveLength(90);
      expect(names.filter((name) => /^pve-?2-/.test(name))).toHaveLength(20);
    }
    const pruned = await sandbox.run(['prune', '--yes', '--remove-more-than-ten-at-once'], keepThree);
    expect(pruned.code, pruned.stderr).toBe(0);
    for (const names of Object.values(allArchives(sandbox))) {
      expect(names.filter((name) => old.includes(name) && name.startsWith('pve-backup-'))).toEqual([]);
      expect(names.filter((name) => /^pve-?2-/.test(name))).toHaveLength(20);
      expect(own(names)).toHaveLength(4);
    }
  },
  300_000,
);

test.skipIf(noRclone)(
  'fifteen failed runs in a row and a run of a host that lost its /etc remove nothing (needs rclone)',
  async () => {
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`/etc/network/interfaces.d/card${index}`, 'auto card\n']),
    );
    const sandbox = createTierSandbox({ files: { ...plainHost, ...many } });
    for (let run = 0; run < 4; run += 1) expect((await sandbox.run(['backup'])).code).toBe(0);
    const before = allArchives(sandbox);
    for (let run = 0; run < 15; run += 1) {
      const { code } = await sandbox.run(['backup'], { ...keepThree, MIN_DISK_SPACE_PRIMARY_GB: '90000000' });
      expect(code).toBe(12);
    }
    expect(allArchives(sandbox)).toEqual(before);
    rmSync(join(sandbox.root, 'etc'), { recursive: true });
    writeHost(sandbox, { '/etc/hostname': 'node1\n', '/etc/hosts': '192.0.2.1 node1\n' });
    await sandbox.run(['backup'], {
      ...keepThree,
      MAX_LOCAL_BACKUPS: '1',
      MAX_SECONDARY_BACKUPS: '1',
      MAX_CLOUD_BACKUPS: '1',
    });
    for (const [tier, names] of Object.entries(before)) {
      expect(allArchives(sandbox)[tier]).toEqual(expect.arrayContaining(names));
    }
    expect(lastRecord(sandbox).findings).toContainEqual(
      expect.objectContaining({ code: 'retention-run-suspect' }),
    );
    // It stands apart from good ones until somebody says that it is right.
    const status = await sandbox.run(['status']);
    expect(status.code).toBe(1);
    expect(status.stdout).toContain('proxsave prune --accept');
    const accepted = await sandbox.run(['prune', '--accept', '--yes']);
    expect(accepted.stdout).toContain('counts as good from now on: node1-backup-');
    expect((await sandbox.run(['status'])).stdout).not.toContain('prune --accept');
  },
  300_000,
);

test.skipIf(noRclone)(
  'the first good archive of an installation stays until it is released (needs rclone)',
  async () => {
    const sandbox = createTierSandbox();
    const one = { ...keepThree, MAX_LOCAL_BACKUPS: '1', MAX_SECONDARY_BACKUPS: '1', MAX_CLOUD_BACKUPS: '1' };
    await sandbox.run(['backup'], one);
    const [first = ''] = archivesIn(sandbox.backups);
    for (let run = 0; run < 2; run += 1) await sandbox.run(['backup'], one);
    for (const names of Object.values(allArchives(sandbox))) {
      expect(names).toHaveLength(2);
      expect(names).toContain(first);
    }
    expect((await sandbox.run(['release', first])).stdout).toBe(`released: ${first}\n`);
    await sandbox.run(['backup'], one);
    for (const names of Object.values(allArchives(sandbox))) {
      expect(names).toHaveLength(1);
      expect(names).not.toContain(first);
    }
  },
  120_000,
);

test('a secondary tier that is the primary one by another name counts as no copy, and its retention removes nothing', async () => {
  const sandbox = createTierSandbox({ env: { CLOUD_ENABLED: 'false', MAX_SECONDARY_BACKUPS: '1' } });
  mkdirSync(sandbox.backups);
  mkdirSync(join(sandbox.base, 'nas'));
  symlinkSync(sandbox.backups, sandbox.secondary);
  for (let run = 1; run <= 3; run += 1) {
    const { code, stderr } = await sandbox.run(['backup']);
    expect(code, stderr).toBe(1);
    expect(archivesIn(sandbox.backups)).toHaveLength(run);
  }
  expect(tiersOf(sandbox)[1]).toMatchObject({
    tier: 'secondary',
    status: 'failed',
    detail: expect.stringContaining('is no copy: it is'),
  });
  expect((await sandbox.run(['backup'], { SECONDARY_REQUIRED: 'true' })).code).toBe(5);
});

const bindfs = noBindfs();
test.skipIf(noRclone || bindfs !== false)(
  'a share whose server was dead before the run: every command and the run come to their end, with the other tiers complete (needs rclone and bindfs)',
  async () => {
    // Nothing of it is known to the kernel: each look at the mount point waits for the server.
    const { path, pid } = await mountBindfs(['-o', 'attr_timeout=0,entry_timeout=0']);
    const share = { SECONDARY_PATH: join(path, 'backups'), FS_IO_TIMEOUT: '2' };
    const sandbox = createTierSandbox();
    expect((await sandbox.run(['backup'], share)).code).toBe(0);
    process.kill(pid, 'SIGSTOP');
    const { code, stdout } = await sandbox.run(['backup'], share);
    expect(code, stdout).toBe(1);
    expect(tiersOf(sandbox)).toMatchObject([
      { tier: 'primary', status: 'ok' },
      { tier: 'secondary', status: 'failed', detail: expect.stringMatching(/^timeout: .* for 2 s$/) },
      { tier: 'cloud', status: 'ok' },
    ]);
    const commands = [
      'areas',
      'status',
      'list',
      'list --tier all',
      'prune --dry-run',
      'hold latest',
      'config check',
    ];
    for (const words of commands) await sandbox.run(words.split(' '), share);
    expect(allArchives(sandbox)).toMatchObject({ primary: { length: 2 }, cloud: { length: 2 } });
  },
  120_000,
);

test('a run removes what a killed copy to the primary tier left, and no other installation its own', async () => {
  const sandbox = createTierSandbox({ env: { CLOUD_ENABLED: 'false', SECONDARY_ENABLED: 'false' } });
  expect((await sandbox.run(['backup'])).code).toBe(0);
  const installId = readFileSync(join(sandbox.state, 'install-id'), 'utf8').trim();
  const foreign = '.proxsave-6f0c9c4e-0000-4000-8000-000000000001-0123abcd.partial';
  for (const name of [`.proxsave-${installId}-0123abcd.partial`, foreign])
    writeFileSync(join(sandbox.backups, name), 'half of an arch');
  expect((await sandbox.run(['backup'])).code).toBe(0);
  expect(namesIn(sandbox.backups).filter((name) => name.startsWith('.'))).toEqual([foreign]);
});

describe('kill -9 in the middle of a copy:', () => {
  test.skipIf(noRclone)(
    'the next run makes it good: nothing unfinished, nothing twice, the archive of the killed run is copied by hand (needs rclone)',
    async () => {
      const sandbox = createTierSandbox({
        files: { ...plainHost, '/root/big.bin': randomBytes(4 * 1024 * 1024) },
        env: { RCLONE_BANDWIDTH_LIMIT: '512k' },
      });
      const killed = startBackup(sandbox);
      await until('the upload has begun', () =>
        namesIn(sandbox.cloud).some((name) => name.endsWith('.partial')),
      );
      killed.child.kill('SIGKILL');
      await killed.ended;
      for (const pid of processesNaming(sandbox.backups)) process.kill(pid, 'SIGKILL');
      const [name = ''] = archivesIn(sandbox.backups);
      expect(namesIn(sandbox.cloud)).not.toContain(name);
      const fast = { RCLONE_BANDWIDTH_LIMIT: '' };
      const { code, stderr } = await sandbox.run(['backup'], fast);
      expect(code, stderr).toBe(1);
      expect(stderr).toMatch(/never ended/);
      const hidden = (directory: string) => namesIn(directory).filter((each) => each.includes('.partial'));
      for (const directory of [sandbox.backups, sandbox.secondary, sandbox.cloud])
        expect(hidden(directory)).toEqual([]);
      expect(archivesIn(sandbox.secondary)).toEqual(archivesIn(sandbox.backups));
      expect(archivesIn(sandbox.cloud)).toHaveLength(1);
      const copied = await sandbox.run(['copy', name, '--to', 'cloud'], fast);
      expect(copied.code, copied.stderr).toBe(0);
      expect(archivesIn(sandbox.cloud)).toEqual(archivesIn(sandbox.backups));
      expect(readFileSync(join(sandbox.cloud, name)).equals(readFileSync(join(sandbox.backups, name)))).toBe(
        true,
      );
    },
    120_000,
  );
});

describe('a tier that is away:', () => {
  test.skipIf(noRclone)(
    'a share that is not mounted any more: nothing is written below its place, the cloud has its copy, exit 1 (needs rclone and mount)',
    async (context) => {
      context.skip(!canMount, 'mounting is not allowed here');
      const sandbox = createTierSandbox({ env: { SECONDARY_REQUIRE_MOUNT: 'auto' } });
      const share = join(sandbox.base, 'nas');
      mkdirSync(share);
      execFileSync('mount', ['-t', 'tmpfs', 'none', share]);
      let isMounted = true;
      onTestFinished(() => {
        if (isMounted) execFileSync('umount', ['-l', share]);
      });
      expect((await sandbox.run(['backup'])).code).toBe(0);
      expect(archivesIn(sandbox.secondary)).toHaveLength(1);
      execFileSync('umount', [share]);
      isMounted = false;
      const { code, stdout } = await sandbox.run(['backup']);
      expect(code, stdout).toBe(1);
      expect(namesIn(share)).toEqual([]);
      expect(archivesIn(sandbox.cloud)).toHaveLength(2);
      const [, secondary] = tiersOf(sandbox);
      expect(secondary).toMatchObject({ status: 'failed' });
      expect(secondary?.detail).toContain('is not used');
      const status = await sandbox.run(['status']);
      expect(status.code).toBe(1);
      expect(status.stdout).toContain('the secondary tier gives no answer');
      expect(namesIn(share)).toEqual([]);
    },
    60_000,
  );

  test.skipIf(noRclone)(
    'a required one ends the run with 5, and the summary says that the archive itself is whole (needs rclone)',
    async () => {
      const sandbox = createTierSandbox();
      writeFileSync(join(sandbox.base, 'nas'), 'a file where the share should be');
      const { code, stdout } = await sandbox.run(['backup'], { SECONDARY_REQUIRED: 'true' });
      expect(code).toBe(5);
      expect(stdout).toContain('made a whole archive, but a copy that is required is missing (secondary)');
      expect(lastRecord(sandbox)).toMatchObject({ exit_name: 'storage', verified: true });
      expect(archivesIn(sandbox.cloud)).toHaveLength(1);
      // Not required: a warning.
      expect((await sandbox.run(['backup'])).code).toBe(1);
      const status = await sandbox.run(['status', '--json'], { SECONDARY_REQUIRED: 'true' });
      expect(status.code).toBe(5);
      expect(jsonOf(status)).toMatchObject({ verdict: 'no-recent-copy' });
    },
    60_000,
  );

  test.skipIf(noRclone)(
    'a server that stops answering in the middle: the run ends in its time, with the cloud complete (needs rclone)',
    async () => {
      const sandbox = createTierSandbox({
        files: { ...plainHost, '/root/big.bin': randomBytes(64 * 1024 * 1024) },
        env: { FS_IO_TIMEOUT: '2' },
      });
      // The worker of the secondary tier is stopped while it writes, as a dead server would stop it.
      const run = startBackup(sandbox);
      const workers = () => processesNaming('--internal-io-worker').filter((pid) => isChildOf(pid, run.pid));
      await until('the worker writes', () =>
        namesIn(sandbox.secondary).some((name) => name.endsWith('.partial')),
      );
      for (const pid of workers()) process.kill(pid, 'SIGSTOP');
      const stopped = workers();
      onTestFinished(() => {
        for (const pid of stopped) killIfThere(pid);
      });
      const { code, stderr } = await run.ended;
      expect(code, stderr).toBe(1);
      expect(tiersOf(sandbox)).toMatchObject([
        { tier: 'primary', status: 'ok' },
        { tier: 'secondary', status: 'failed' },
        { tier: 'cloud', status: 'ok' },
      ]);
      expect(archivesIn(sandbox.cloud)).toEqual(archivesIn(sandbox.backups));
    },
    60_000,
  );

  test.skipIf(noRclone)(
    'a remote that refuses: its cause stands in the record, and retention leaves it alone (needs rclone)',
    async () => {
      const sandbox = createTierSandbox();
      expect((await sandbox.run(['backup'])).code).toBe(0);
      const { code } = await sandbox.run(['backup'], { CLOUD_REMOTE: 'nowhere:' });
      expect(code).toBe(1);
      const cloud = tiersOf(sandbox).find(({ tier }) => tier === 'cloud');
      expect(cloud).toMatchObject({ status: 'failed' });
      expect(cloud?.detail).toContain('nowhere');
      expect(archivesIn(sandbox.secondary)).toHaveLength(2);
      expect(recordsOf(sandbox)).toHaveLength(2);
    },
    60_000,
  );
});

test.skipIf(noRclone)(
  'once heads are known, a listing of 100 archives in the cloud asks rclone for the list and for nothing else; a damaged cache is made anew (needs rclone)',
  async () => {
    const sandbox = createTierSandbox();
    plantDaily(sandbox.cloud, { hostname: 'node1', installId: 'x', status: 'complete' }, { count: 100 });
    const calls = join(sandbox.base, 'calls');
    addStub(sandbox, 'rclone', `echo "$*" >> ${calls}\nexec /usr/bin/rclone "$@"`);
    const readings = async () => {
      rmSync(calls, { force: true });
      const listed = await sandbox.run(['list', '--tier', 'cloud', '--json']);
      expect(listed.code, listed.stderr).toBe(0);
      expect((jsonOf(listed) as { archives: unknown[] }).archives).toHaveLength(100);
      const lines = readFileSync(calls, 'utf8').trim().split('\n');
      return { reads: lines.filter((line) => /\bcat\b/.test(line)).length, all: lines.length };
    };
    expect((await readings()).reads).toBe(100);
    const known = await readings();
    expect(known.reads).toBe(0);
    // The list, the space, and what the remote can do.
    expect(known.all).toBeLessThan(8);
    const cache = join(sandbox.state, 'heads-cloud.json');
    const text = readFileSync(cache, 'utf8');
    chmodSync(cache, 0o600);
    writeFileSync(cache, text.replace('"node1"', '"evil1"'));
    expect((await readings()).reads).toBe(100);
    expect(readFileSync(cache, 'utf8')).not.toContain('evil1');
    expect((await readings()).reads).toBe(0);
    // One that changed is read again, and only that one.
    const [name = ''] = archivesIn(sandbox.cloud);
    renameSync(join(sandbox.cloud, name), join(sandbox.cloud, `${name}.old`));
    writeFileSync(join(sandbox.cloud, name), readFileSync(join(sandbox.cloud, `${name}.old`)));
    rmSync(join(sandbox.cloud, `${name}.old`));
    expect((await readings()).reads).toBe(1);
  },
  120_000,
);

function isChildOf(pid: number, parent: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[1] === String(parent);
  } catch {
    return false;
  }
}

function killIfThere(pid: number): void {
  if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
}
