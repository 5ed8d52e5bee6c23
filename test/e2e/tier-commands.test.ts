// The commands about tiers, through the program: list, copy, verify, status, prune, hold, release, adopt, and every command
// that reads an archive from another tier.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { plantArchive, plantDaily } from '../support/planted-archives.ts';
import { startProgram, until } from '../support/run-program.ts';
import { addStub, archivesIn, namesIn, writeHost } from '../support/sandbox.ts';
import { allArchives, createTierSandbox, jsonOf, type TierSandbox } from '../support/tiers.ts';

const noRclone = !hasPrograms('rclone');

async function backedUp(): Promise<TierSandbox & { name: string }> {
  const sandbox = createTierSandbox();
  const { code, stderr } = await sandbox.run(['backup']);
  expect(code, stderr).toBe(0);
  return { ...sandbox, name: archivesIn(sandbox.backups)[0] ?? '' };
}

/** Files that a command fetched and left. */
const fetched = ({ state }: TierSandbox) => namesIn(join(state, 'fetched'));

describe('archives on other tiers', () => {
  test.skipIf(noRclone)(
    'are read by every command that reads archives, and nothing of a fetched copy stays (needs rclone)',
    async () => {
      const sandbox = await backedUp();
      const { run, name } = sandbox;
      rmSync(join(sandbox.backups, name));
      for (const tier of ['secondary', 'cloud']) {
        const at = ['--tier', tier];
        expect((await run(['cat', 'latest:/etc/hosts', ...at])).stdout).toBe(
          '127.0.0.1 localhost\n192.0.2.1 node1\n',
        );
        expect((await run(['ls', name, '/etc/hosts', ...at])).stdout).toMatch(/ \/etc\/hosts\n$/);
        expect((await run(['show', 'latest', ...at])).stdout).toContain('node1');
        expect((await run(['find', 'sshd_config', ...at])).stdout).toContain('/etc/ssh/sshd_config');
        const to = join(sandbox.base, `from-${tier}`);
        expect((await run(['extract', 'latest', '/etc/fstab', '--to', to, ...at])).code).toBe(0);
        expect(readFileSync(join(to, 'etc/fstab'), 'utf8')).toBe('# nothing\n');
        expect((await run(['verify', 'latest', '--deep', ...at])).stdout).toMatch(/^good: /);
      }
      const place = `far:backups/${name}`;
      expect((await run(['cat', `${place}:/etc/hostname`])).stdout).toBe('node1\n');
      expect((await run(['cat', 'far:backups/latest:/etc/hostname'])).stdout).toBe('node1\n');
      expect(jsonOf(await run(['show', place, '--json']))).toMatchObject({ path: place });
      expect(fetched(sandbox)).toEqual([]);
    },
    120_000,
  );

  test.skipIf(noRclone)(
    'show reads the head of a remote archive and not its content (needs rclone)',
    async () => {
      const { run, name, cloud, base, ...sandbox } = await backedUp();
      // All behind the manifest is gone: a head is enough.
      const calls = join(base, 'calls');
      addStub({ ...sandbox, base }, 'rclone', `echo "$*" >> ${calls}\nexec /usr/bin/rclone "$@"`);
      expect((await run(['show', name, '--tier', 'cloud'])).code).toBe(0);
      const reads = readFileSync(calls, 'utf8')
        .split('\n')
        .filter((line) => line.includes(' cat ') || line.startsWith('cat '));
      expect(reads.every((line) => line.includes('--count'))).toBe(true);
      expect(existsSync(join(cloud, name))).toBe(true);
    },
  );

  test.skipIf(noRclone)(
    'an interrupt while one is fetched leaves nothing; what a kill -9 leaves goes with the next command (needs rclone)',
    async () => {
      const sandbox = await backedUp();
      const slow = `case "$*" in *--count*|*lsjson*|*features*) exec /usr/bin/rclone "$@";; *cat*) : > ${sandbox.base}/fetching; sleep 30;; esac\nexec /usr/bin/rclone "$@"`;
      const attempt = async (signal: NodeJS.Signals) => {
        addStub(sandbox, 'rclone', slow);
        rmSync(join(sandbox.base, 'fetching'), { force: true });
        const started = startProgram(
          ['cat', 'latest:/etc/hosts', '--tier', 'cloud', '--root', sandbox.root],
          sandbox.env,
        );
        await until('it fetches', () => existsSync(join(sandbox.base, 'fetching')));
        expect(fetched(sandbox)).toHaveLength(1);
        started.child.kill(signal);
        const ended = await started.ended;
        rmSync(join(sandbox.stubs, 'rclone'));
        return ended;
      };
      expect((await attempt('SIGTERM')).code).toBe(130);
      expect(fetched(sandbox)).toEqual([]);
      await attempt('SIGKILL');
      expect(fetched(sandbox)).toHaveLength(1);
      expect((await sandbox.run(['cat', 'latest:/etc/hostname', '--tier', 'cloud'])).stdout).toBe('node1\n');
      expect(fetched(sandbox)).toEqual([]);
    },
    60_000,
  );

  test('words that mean nothing on the primary tier point to the others', async () => {
    const sandbox = createTierSandbox();
    const { code, stderr } = await sandbox.run(['show', 'latest']);
    expect(code).toBe(2);
    expect(stderr).toContain('look on another tier: --tier secondary or --tier cloud');
    const off = await sandbox.run(['show', 'latest', '--tier', 'cloud'], { CLOUD_ENABLED: 'false' });
    expect([off.code, off.stderr]).toEqual([2, expect.stringContaining('CLOUD_ENABLED is false')]);
  });
});

describe('list --tier', () => {
  test.skipIf(noRclone)(
    'shows where each archive is, how it was proved and why it stays; a tier that is away is told and hides nothing (needs rclone)',
    async () => {
      const { run, name, ...sandbox } = await backedUp();
      plantArchive(sandbox.secondary, { hostname: 'pve2', installId: 'x', createdAt: new Date(2026, 0, 1) });
      const { code, stdout } = await run(['list', '--tier', 'all', '-v']);
      expect(code).toBe(0);
      const lines = stdout.split('\n');
      expect(lines[0]).toMatch(/^made +age +size +primary +secondary +cloud +stays as +name$/);
      expect(lines[1]).toMatch(
        / verified (now|\dm) +read back (now|\dm) +hash (now|\dm) +first +node1-backup-/,
      );
      expect(stdout).toContain('first good archive of this installation, held until');
      expect(stdout).toMatch(/ - +there +- +foreign +pve2-backup-20260101/);
      rmSync(join(sandbox.base, 'cloud'), { recursive: true });
      const away = await run(['list', '--tier', 'all']);
      expect(away.code).toBe(1);
      expect(away.stdout).toContain(name);
      expect(away.stdout).toMatch(/ \? +first +node1-backup-/);
      expect(away.stderr).toContain('the cloud tier cannot be listed: ');
    },
  );
});

describe('copy', () => {
  test.skipIf(noRclone)(
    'brings an archive from one tier to another, proves it, and does nothing twice (needs rclone)',
    async () => {
      const { run, name, backups, secondary, cloud } = await backedUp();
      const bytes = readFileSync(join(backups, name));
      rmSync(join(backups, name));
      rmSync(secondary, { recursive: true });
      const dry = await run(['copy', name, '--from', 'cloud', '--to', 'secondary', '--dry-run']);
      expect(dry.stdout).toContain('would copy');
      expect(existsSync(secondary)).toBe(false);
      const first = await run(['copy', name, '--from', 'cloud', '--to', 'secondary']);
      expect([first.code, first.stdout]).toEqual([
        0,
        expect.stringMatching(/^copied: .*read back there and compared/),
      ]);
      expect(readFileSync(join(secondary, name)).equals(bytes)).toBe(true);
      expect(namesIn(secondary)).toContain('HOW-TO-RESTORE.txt');
      const again = await run(['copy', 'latest', '--from', 'secondary', '--to', 'cloud']);
      expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^there already: /)]);
      expect((await run(['copy', 'latest', '--from', 'secondary', '--to', 'primary'])).code).toBe(0);
      expect(archivesIn(backups)).toEqual([name]);
      expect(archivesIn(cloud)).toEqual([name]);
      const nowhere = await run(['copy', 'latest', '--to', 'primary']);
      expect([nowhere.code, nowhere.stderr]).toEqual([
        2,
        expect.stringContaining('is on the primary tier already'),
      ]);
    },
    60_000,
  );

  test.skipIf(noRclone)(
    'never replaces a file of this name that has other content (needs rclone)',
    async () => {
      const { run, name, cloud } = await backedUp();
      writeFileSync(join(cloud, name), 'something else');
      const { code, stderr } = await run(['copy', 'latest', '--to', 'cloud']);
      expect([code, stderr]).toEqual([5, expect.stringContaining('has other content; it was left as it is')]);
      expect(readFileSync(join(cloud, name), 'utf8')).toBe('something else');
    },
  );
});

describe('verify --tier cloud', () => {
  test.skipIf(noRclone)(
    'says what was proved and what was not; finds a copy that was changed; works from what was recorded when the primary copy is gone (needs rclone)',
    async () => {
      const { run, name, backups, cloud, state } = await backedUp();
      const verify = () => run(['verify', 'latest', '--tier', 'cloud']);
      const good = await verify();
      expect(good.code).toBe(0);
      expect(good.stdout).toContain(
        'the sha256 hash that the remote gives is that of the copy on the primary tier',
      );
      expect(good.stdout).toContain('not proved  that every byte can still be read');
      renameSync(join(backups, name), join(backups, 'away'));
      const recorded = await verify();
      expect([recorded.code, recorded.stdout]).toEqual([
        0,
        expect.stringContaining('what was recorded when the copy was made'),
      ]);
      rmSync(join(state, 'proofs.json'));
      const unknown = await verify();
      expect([unknown.code, unknown.stdout]).toEqual([
        1,
        expect.stringContaining('its content was not proved'),
      ]);
      renameSync(join(backups, 'away'), join(backups, name));
      const bytes = readFileSync(join(cloud, name));
      bytes[bytes.length - 2000] = (bytes[bytes.length - 2000] ?? 0) ^ 1;
      writeFileSync(join(cloud, name), bytes);
      const damaged = await verify();
      expect([damaged.code, damaged.stdout]).toEqual([
        8,
        expect.stringContaining('is not that of the copy on the primary tier'),
      ]);
      expect(jsonOf(await run(['verify', 'latest', '--tier', 'cloud', '--json']))).toMatchObject({
        ok: false,
        level: 'remote',
        problems: [{ code: 'copy-differs' }],
      });
    },
    60_000,
  );
});

describe('status', () => {
  test('without any backup: exit 5, and the next command', async () => {
    const { code, stdout } = await createTierSandbox().run(['status'], { CLOUD_ENABLED: 'false' });
    expect(code).toBe(5);
    expect(stdout).toContain('no good copy where there must be one that is younger than 26 hours');
    expect(stdout).toMatch(/no backup was made yet\n.*proxsave backup\n/);
  });

  test.skipIf(noRclone)(
    'after a good run: exit 0; too old a copy: 5; a tier that lacks the newest one: 1 and the command that mends it (needs rclone)',
    async () => {
      const { run, name, secondary } = await backedUp();
      const good = await run(['status']);
      expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/^node1: all is well\n/)]);
      expect(good.stdout).toMatch(/cloud +newest good copy (just now|\d minutes? ago), 1 archive, /);
      rmSync(join(secondary, name));
      const lacking = await run(['status']);
      expect(lacking.code).toBe(1);
      expect(lacking.stdout).toContain('proxsave copy latest --to secondary');
      expect((await run(['status'], { SECONDARY_REQUIRED: 'true' })).code).toBe(5);
      const wrong = await run(['status', '--max-age', 'soon']);
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('for example: 26h')]);
    },
    60_000,
  );

  test('an archive of yesterday is young enough for 2 days and too old for 12 hours', async () => {
    const sandbox = createTierSandbox({ env: { CLOUD_ENABLED: 'false', SECONDARY_ENABLED: 'false' } });
    await sandbox.run(['backup']);
    const installId = readFileSync(join(sandbox.state, 'install-id'), 'utf8').trim();
    rmSync(join(sandbox.backups, archivesIn(sandbox.backups)[0] ?? ''));
    const createdAt = new Date(Date.now() - 24 * 3_600_000);
    plantArchive(sandbox.backups, { hostname: 'node1', installId, status: 'complete', createdAt });
    expect((await sandbox.run(['status', '--max-age', '2d'])).code).toBe(0);
    expect((await sandbox.run(['status', '--max-age', '12h'])).code).toBe(5);
  });

  test('names the timer or the cron line that starts the next run', async () => {
    const sandbox = createTierSandbox({ env: { CLOUD_ENABLED: 'false', SECONDARY_ENABLED: 'false' } });
    mkdirSync(join(sandbox.root, 'etc/cron.d'), { recursive: true });
    writeFileSync(
      join(sandbox.root, 'etc/cron.d/proxsave'),
      '# proxsave\nPATH=/usr/bin\n30 3 * * * root /usr/bin/proxsave backup\n',
    );
    expect((await sandbox.run(['status'])).stdout).toMatch(
      /next run +\d{4}-\d\d-\d\d 03:30 \(cron: \/etc\/cron\.d\/proxsave\)/,
    );
    addStub(
      sandbox,
      'systemctl',
      'case "$*" in *proxsave.timer*) printf "ActiveState=active\\nNextElapseUSecRealtime=@1900000000\\n";; *) exit 1;; esac',
    );
    expect((await sandbox.run(['status'])).stdout).toMatch(
      /next run +2030-03-1\d \d\d:\d\d \(proxsave\.timer\)/,
    );
  });
});

describe('prune', () => {
  const three = {
    MAX_LOCAL_BACKUPS: '3',
    MAX_SECONDARY_BACKUPS: '3',
    MAX_CLOUD_BACKUPS: '3',
    KEEP_WITHIN: '',
  };
  const planted = async () => {
    const sandbox = await backedUp();
    const installId = readFileSync(join(sandbox.state, 'install-id'), 'utf8').trim();
    for (const directory of [sandbox.backups, sandbox.secondary, sandbox.cloud]) {
      plantDaily(directory, { hostname: 'node1', installId, status: 'complete' }, { count: 8 });
    }
    return sandbox;
  };

  test.skipIf(noRclone)(
    'without a terminal refuses and removes nothing; with --yes removes what the dry run showed (needs rclone)',
    async () => {
      const sandbox = await planted();
      const before = allArchives(sandbox);
      const refused = await sandbox.run(['prune'], three);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('prune --yes')]);
      const json = await sandbox.run(['prune', '--json'], three);
      expect(json.code).toBe(2);
      const dry = await sandbox.run(['prune', '--dry-run', '--explain'], three);
      expect(dry.code).toBe(0);
      expect(allArchives(sandbox)).toEqual(before);
      // The newest three and the first one, which is the newest here, stay.
      expect(dry.stdout.match(/^ {2}remove /gm)).toHaveLength(18);
      expect(dry.stdout).toContain('beyond the newest 3');
      const one = await sandbox.run(['prune', '--yes', '--tier', 'cloud'], three);
      expect([one.code, one.stdout]).toEqual([0, expect.stringContaining('cloud: removed 6 archives')]);
      expect(archivesIn(sandbox.cloud)).toEqual(before.cloud?.slice(-3));
      expect(archivesIn(sandbox.backups)).toEqual(before.primary);
      const done = jsonOf(await sandbox.run(['prune', '--yes', '--json'], three)) as {
        tiers: { removed: string[] }[];
      };
      expect(done.tiers.map(({ removed }) => removed.length)).toEqual([6, 6, 0]);
      expect(archivesIn(sandbox.secondary)).toEqual(before.secondary?.slice(-3));
    },
    60_000,
  );

  test.skipIf(noRclone)(
    'a tier that cannot be listed is left alone, the others are pruned, exit 1; alone it is exit 5 (needs rclone)',
    async () => {
      const sandbox = await planted();
      const away = { ...three, CLOUD_REMOTE: 'nowhere:' };
      const { code, stderr } = await sandbox.run(['prune', '--yes'], away);
      expect([code, stderr]).toEqual([1, expect.stringContaining('the cloud tier cannot be listed')]);
      expect(archivesIn(sandbox.cloud)).toHaveLength(9);
      expect(archivesIn(sandbox.secondary)).toHaveLength(3);
      expect((await sandbox.run(['prune', '--yes', '--tier', 'cloud'], away)).code).toBe(5);
    },
    60_000,
  );

  test.skipIf(noRclone)(
    'does nothing while a run holds the lock, or when what is held cannot be known (needs rclone)',
    async () => {
      const sandbox = await planted();
      const state = readFileSync(join(sandbox.state, 'retention.json'));
      writeFileSync(join(sandbox.state, 'retention.json'), 'damaged');
      const unknown = await sandbox.run(['prune', '--yes'], three);
      expect([unknown.code, unknown.stdout]).toEqual([
        1,
        expect.stringContaining('which archives are held is not known'),
      ]);
      expect(archivesIn(sandbox.backups)).toHaveLength(9);
      const held = await sandbox.run(['hold', 'latest']);
      expect(held.code).toBe(5);
      writeFileSync(join(sandbox.state, 'retention.json'), state);
      const mark = join(sandbox.base, 'held');
      addStub(sandbox, 'lsmod', `: > ${mark}; sleep 20`);
      const backup = startProgram(['backup', '--root', sandbox.root], sandbox.env);
      await until('the run is at work', () => existsSync(mark));
      for (const args of [
        ['prune', '--yes'],
        ['hold', 'latest'],
        ['copy', 'latest', '--to', 'secondary'],
      ]) {
        const { code, stderr } = await sandbox.run(args, three);
        expect([code, stderr]).toEqual([16, expect.stringContaining('another run')]);
      }
      backup.child.kill('SIGKILL');
      expect(archivesIn(sandbox.backups).filter((name) => name.endsWith('.bundle.tar'))).toHaveLength(9);
    },
    60_000,
  );

  test('held archives stay, with the reason in the plan, until they are released', async () => {
    const sandbox = createTierSandbox({ env: { CLOUD_ENABLED: 'false', SECONDARY_ENABLED: 'false' } });
    await sandbox.run(['backup']);
    const installId = readFileSync(join(sandbox.state, 'install-id'), 'utf8').trim();
    const names = plantDaily(
      sandbox.backups,
      { hostname: 'node1', installId, status: 'complete' },
      { count: 6 },
    );
    const oldest = names.at(-1) ?? '';
    expect((await sandbox.run(['hold', oldest, '--reason', 'before the upgrade'])).code).toBe(0);
    await sandbox.run(['prune', '--yes'], three);
    expect(archivesIn(sandbox.backups)).toContain(oldest);
    expect((await sandbox.run(['prune', '--dry-run', '--explain'], three)).stdout).toContain(
      'held: before the upgrade',
    );
    // Also one whose file is gone can be released, by the beginning of its name.
    expect((await sandbox.run(['release', oldest.slice(0, 21)])).stdout).toBe(`released: ${oldest}\n`);
    await sandbox.run(['prune', '--yes'], three);
    expect(archivesIn(sandbox.backups)).not.toContain(oldest);
  });

  test('--simulate draws the calendar of the rules that are set and looks at no archive', async () => {
    const sandbox = createTierSandbox({ env: { CLOUD_REMOTE: 'nowhere:' } });
    const gfs = {
      RETENTION_POLICY: 'gfs',
      RETENTION_DAILY: '7',
      RETENTION_WEEKLY: '4',
      RETENTION_MONTHLY: '12',
    };
    const { code, stdout } = await sandbox.run(['prune', '--simulate', '365d', '--tier', 'primary'], gfs);
    expect(code).toBe(0);
    expect(stdout).toContain('After 365 days with one backup a day');
    expect(stdout).toMatch(/^\d{4}-\d\d .*D{2,}/m);
    expect(stdout).toContain('M monthly');
  });
});

test('adopt without a terminal shows, refuses and changes nothing; a host of another name gets a warning', async () => {
  const sandbox = createTierSandbox({ env: { CLOUD_ENABLED: 'false', SECONDARY_ENABLED: 'false' } });
  plantDaily(sandbox.backups, { hostname: 'node1', installId: 'earlier' }, { count: 3 });
  plantDaily(sandbox.backups, { hostname: 'oldname', installId: 'earlier' }, { count: 2 });
  await sandbox.run(['backup']);
  const before = readFileSync(join(sandbox.state, 'retention.json'), 'utf8');
  const refused = await sandbox.run(['adopt']);
  expect([refused.code, refused.stdout]).toEqual([
    2,
    expect.stringContaining('primary: 3 archives of installation earlier'),
  ]);
  expect(refused.stderr).toContain('adopt --yes');
  expect(readFileSync(join(sandbox.state, 'retention.json'), 'utf8')).toBe(before);
  const other = await sandbox.run(['adopt', '--host', 'oldname', '--yes']);
  expect(other.stderr).toContain('oldname is not the name of this host (node1)');
  expect(JSON.parse(readFileSync(join(sandbox.state, 'retention.json'), 'utf8'))).toMatchObject({
    adoptions: [{ tier: 'primary', hostname: 'oldname', installId: 'earlier' }],
  });
  expect(archivesIn(sandbox.backups)).toHaveLength(6);
});

test.skipIf(noRclone)(
  'diff compares what lies on another tier, also when the primary one has nothing (needs rclone)',
  async () => {
    const sandbox = createTierSandbox();
    await sandbox.run(['backup']);
    writeHost(sandbox, { '/root/new.txt': 'x\n' });
    await sandbox.run(['backup']);
    rmSync(sandbox.backups, { recursive: true });
    for (const tier of ['secondary', 'cloud']) {
      const { code, stdout, stderr } = await sandbox.run(['diff', 'latest', '--tier', tier]);
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('+ /root/new.txt');
      const both = await sandbox.run(['diff', 'latest', 'latest~1', '--tier', tier]);
      expect(both.stdout).toContain('- /root/new.txt');
    }
    const none = await sandbox.run(['diff', 'latest~1', '--tier', 'secondary']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining(sandbox.secondary)]);
  },
);
