// What a host does that lost the files by which it knows its own archives and what is held. A host with all of its history may
// come to this by a restore, a full disk, a broken disk or an eager hand.

import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { plantDaily } from '../support/planted-archives.ts';
import { archivesIn, lastRecord, namesIn, writeHost } from '../support/sandbox.ts';
import { createTierSandbox, jsonOf, type TierSandbox } from '../support/tiers.ts';

const localOnly = { SECONDARY_ENABLED: 'false', CLOUD_ENABLED: 'false' };
const keepOne = { MAX_LOCAL_BACKUPS: '1', KEEP_WITHIN: '' };

function createLocal(env: Record<string, string> = {}): TierSandbox {
  return createTierSandbox({ env: { ...localOnly, ...keepOne, ...env } });
}

const idOf = ({ state }: TierSandbox) => readFileSync(join(state, 'install-id'), 'utf8').trim();
const codesOf = (sandbox: TierSandbox) => lastRecord(sandbox).findings.map(({ code }) => code);

/** Archives of this installation, older than all that it makes. */
function plantOwn(sandbox: TierSandbox, count: number): string[] {
  plantDaily(
    sandbox.backups,
    { hostname: 'node1', installId: idOf(sandbox), status: 'complete' },
    { count, newestDaysAgo: 5 },
  );
  return archivesIn(sandbox.backups);
}

test('the first run makes both files, also when it saves some areas only', async () => {
  const sandbox = createLocal();
  expect((await sandbox.run(['backup', '--only', 'network'])).code).toBe(0);
  expect(namesIn(sandbox.state)).toEqual(expect.arrayContaining(['install-id', 'retention.json']));
});

describe('retention.json is lost', () => {
  async function lose(): Promise<TierSandbox> {
    const sandbox = createLocal();
    await sandbox.run(['backup']);
    plantOwn(sandbox, 5);
    rmSync(join(sandbox.state, 'retention.json'));
    return sandbox;
  }

  test('nothing is removed, every command says why, and none begins anew unasked', async () => {
    const sandbox = await lose();
    const before = archivesIn(sandbox.backups);
    const run = await sandbox.run(['backup']);
    expect(run.code, run.stderr).toBe(1);
    expect(run.stderr + run.stdout).toMatch(/retention\.json is missing/);
    expect(codesOf(sandbox)).toContain('retention-state-unreadable');
    const prune = await sandbox.run(['prune', '--yes']);
    expect(prune.code).toBe(1);
    expect(prune.stdout + prune.stderr).toMatch(/retention\.json is missing/);
    const hold = await sandbox.run(['hold', 'latest']);
    expect(hold.code).toBe(5);
    expect(hold.stderr).toMatch(/prune --accept/);
    expect((await sandbox.run(['status'])).stdout).toMatch(/retention\.json is missing/);
    expect(archivesIn(sandbox.backups)).toEqual(expect.arrayContaining(before));
    expect(namesIn(sandbox.state)).not.toContain('retention.json');
  });

  test('prune --accept begins anew: the oldest good one is held as the first, and retention goes on', async () => {
    const sandbox = await lose();
    const [oldest] = archivesIn(sandbox.backups);
    const accept = await sandbox.run(['prune', '--accept', '--yes']);
    expect(accept.code, accept.stderr).toBe(0);
    expect(accept.stdout).toMatch(/begins anew/);
    expect(archivesIn(sandbox.backups)).toHaveLength(2);
    expect(archivesIn(sandbox.backups)).toContain(oldest);
  });

  test('an archive brings it back with its holds', async () => {
    const sandbox = createLocal({ MAX_LOCAL_BACKUPS: '5' });
    await sandbox.run(['backup']);
    await sandbox.run(['hold', 'latest']);
    await sandbox.run(['backup']);
    const saved = readFileSync(join(sandbox.state, 'retention.json'), 'utf8');
    rmSync(join(sandbox.state, 'retention.json'));
    const got = await sandbox.run(['cat', 'latest:/var/lib/proxsave/retention.json']);
    expect(got.stdout).toBe(saved);
  });
});

describe.each<[string, (path: string) => void]>([
  ['lost', (path) => rmSync(path)],
  ['damaged', (path) => writeFileSync(path, 'garbage\n')],
  ['emptied', (path) => writeFileSync(path, '')],
])('the installation id is %s', (_what, spoil) => {
  test('the run has a new one and says so once; older archives stay until they are adopted', async () => {
    const sandbox = createLocal();
    await sandbox.run(['backup']);
    const own = plantOwn(sandbox, 5);
    const before = idOf(sandbox);
    spoil(join(sandbox.state, 'install-id'));
    const run = await sandbox.run(['backup']);
    expect(run.code).toBe(1);
    expect(codesOf(sandbox)).toContain('install-id-lost');
    expect(run.stderr + run.stdout).toMatch(/adopt --dry-run/);
    expect(idOf(sandbox)).not.toBe(before);
    const next = await sandbox.run(['backup']);
    expect(next.code, next.stderr).toBe(0);
    expect(archivesIn(sandbox.backups)).toEqual(expect.arrayContaining(own));
    expect((await sandbox.run(['adopt', '--yes'])).code).toBe(0);
    await sandbox.run(['prune', '--yes']);
    expect(archivesIn(sandbox.backups).length).toBeLessThan(own.length);
  });
});

test('without it status and adopt still tell what is there, and adopt passes on what to do', async () => {
  const sandbox = createLocal();
  await sandbox.run(['backup']);
  plantOwn(sandbox, 3);
  rmSync(join(sandbox.state, 'retention.json'));
  const status = await sandbox.run(['status']);
  expect([status.code, status.stdout]).toEqual([1, expect.stringContaining('4 archives')]);
  const adopt = await sandbox.run(['adopt', '--dry-run']);
  expect([adopt.code, adopt.stderr]).toEqual([5, expect.stringContaining('prune --accept')]);
});

test.each([
  [['adopt', '--host', '']],
  [['adopt', '--host', ' ']],
  [['hold', '']],
  [['release', '']],
  [['show', '']],
])('%j means nothing: exit 2', async (args) => {
  const sandbox = createLocal();
  await sandbox.run(['backup']);
  expect((await sandbox.run(args)).code).toBe(2);
});

test('archives under a former name of this host are told, with the command that takes them in', async () => {
  const sandbox = createLocal({ MAX_LOCAL_BACKUPS: '9' });
  await sandbox.run(['backup']);
  writeHost(sandbox, { '/etc/hostname': 'renamed\n' });
  await sandbox.run(['backup']);
  const { stdout } = await sandbox.run(['status']);
  expect(stdout).toMatch(/1 archive of this host under its former name node1/);
  expect(stdout).toContain('adopt --host node1 --dry-run');
  expect((await sandbox.run(['adopt', '--host', 'node1', '--yes'])).code).toBe(0);
  expect((await sandbox.run(['status'])).stdout).not.toMatch(/former name/);
});

describe.skipIf(!hasPrograms('rclone'))('logs and small files on other tiers (needs rclone)', () => {
  const keepTwo = {
    MAX_LOCAL_BACKUPS: '2',
    MAX_SECONDARY_BACKUPS: '2',
    MAX_CLOUD_BACKUPS: '2',
    KEEP_WITHIN: '',
  };
  const logsIn = (directory: string) => namesIn(directory).filter((name) => name.endsWith('.log'));

  test('copies of logs go with their archives, and what a killed run left of one too', async () => {
    const sandbox = createTierSandbox({ env: keepTwo });
    const places = { secondary: join(sandbox.base, 'nas/logs'), cloud: join(sandbox.base, 'cloud/logs') };
    const env = { SECONDARY_LOG_PATH: places.secondary, CLOUD_LOG_PATH: 'logs' };
    await sandbox.run(['backup'], env);
    const installId = idOf(sandbox);
    for (const directory of Object.values(places)) {
      writeFileSync(join(directory, `.proxsave-${installId}-0123abcd.partial`), 'half');
      writeFileSync(join(directory, 'backup-node2-20200101-000000.log'), 'of another host');
    }
    for (let run = 0; run < 4; run += 1) await sandbox.run(['backup'], env);
    for (const [tier, directory] of Object.entries(places)) {
      const archives = archivesIn(tier === 'cloud' ? sandbox.cloud : sandbox.secondary);
      // Two and the first one, which is held.
      expect(archives).toHaveLength(3);
      const stamps = archives.map((name) => /\d{8}-\d{6}/.exec(name)?.[0] ?? '');
      expect(namesIn(directory)).toEqual(
        [...stamps.map((stamp) => `backup-node1-${stamp}.log`), 'backup-node2-20200101-000000.log'].sort(),
      );
    }
  });

  test('a tier whose listing fails keeps all of its logs', async () => {
    const sandbox = createTierSandbox({ env: { ...keepTwo, CLOUD_ENABLED: 'false', MAX_FAILED_LOGS: '1' } });
    const env = { SECONDARY_LOG_PATH: join(sandbox.base, 'nas/logs') };
    for (let run = 0; run < 2; run += 1) await sandbox.run(['backup'], env);
    rmSync(sandbox.secondary, { recursive: true });
    writeFileSync(sandbox.secondary, 'no directory');
    await sandbox.run(['backup'], env);
    await sandbox.run(['prune', '--yes'], env);
    expect(logsIn(env.SECONDARY_LOG_PATH)).toHaveLength(2);
  });

  test('small files whose archive is gone are removed, but not those of today or of another host', async () => {
    const sandbox = createTierSandbox({ env: { BUNDLE_ASSOCIATED_FILES: 'false' } });
    const names = ['node1', 'node2'].flatMap((host) =>
      ['sha256', 'manifest.json'].map((ending) => `${host}-backup-20250101-020000.tar.zst.${ending}`),
    );
    const fresh = 'node1-backup-20250102-020000.tar.zst.sha256';
    const old = new Date(Date.now() - 3 * 86_400_000);
    for (const directory of [sandbox.secondary, sandbox.cloud]) {
      mkdirSync(directory, { recursive: true });
      for (const name of names) {
        writeFileSync(join(directory, name), 'x');
        utimesSync(join(directory, name), old, old);
      }
      writeFileSync(join(directory, fresh), 'x');
    }
    const { code, stderr } = await sandbox.run(['backup']);
    expect(code, stderr).toBe(0);
    for (const directory of [sandbox.secondary, sandbox.cloud]) {
      const left = archivesIn(directory).filter((name) => name.includes('2025'));
      expect(left).toEqual([fresh, ...names.filter((name) => name.startsWith('node2'))].sort());
    }
  });
});

test.skipIf(!hasPrograms('rclone'))(
  'the small files beside an archive are sent at the same time, the archive last (needs rclone)',
  async () => {
    const sandbox = createTierSandbox({
      env: { SECONDARY_ENABLED: 'false', BUNDLE_ASSOCIATED_FILES: 'false' },
    });
    for (const mode of [{ CLOUD_PARALLEL_MAX_JOBS: '4' }, { CLOUD_UPLOAD_MODE: 'sequential' }]) {
      const { code, stderr } = await sandbox.run(['backup'], mode);
      expect(code, stderr).toBe(0);
    }
    const names = archivesIn(sandbox.cloud);
    expect(names).toEqual(archivesIn(sandbox.backups));
    const { archives } = jsonOf(await sandbox.run(['list', '--tier', 'cloud', '--json'])) as {
      archives: object[];
    };
    expect(archives).toHaveLength(2);
  },
);
