import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import type { FileSystem } from '../../../src/host/file-system.ts';
import type { HostFacts } from '../../../src/host/facts.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import { createEngineMerges } from '../../../src/restore/merge/engine-merges.ts';
import { planRestore } from '../../../src/restore/plan/plan-restore.ts';
import { parsePlan, renderPlan } from '../../../src/restore/plan/restore-plan.ts';
import type { RestoreStrategies } from '../../../src/restore/strategies.ts';
import { isRoot } from '../../support/needs.ts';
import { debianFacts, member, members, setFacts, sourceOf, writeTree } from './restore-archive.ts';
import { actionsOf, createBench, entryOf, planOn, prepareOptions, restoreOn } from './restore-bench.ts';
import { optionsFor } from './restore-options.ts';
import { manifestOf } from './small-host.ts';

const pveFacts: HostFacts = { ...debianFacts, pve: { version: '9.0.3', evidence: 'test' } };

describe('a plan', () => {
  test('changes nothing: no call that could, and the tree is the same', async () => {
    const calls: string[] = [];
    const watched = [
      'createFile',
      'openForAppend',
      'write',
      'makeDirectory',
      'makeOneDirectory',
      'makeTempDirectory',
      'rename',
      'link',
      'symlink',
      'unlink',
      'removeDirectory',
      'removeTree',
      'changeMode',
      'changeModeOf',
      'changeOwner',
      'changeTimes',
      'writeFileAtomic',
    ] as const;
    const bench = createBench((real: FileSystem) =>
      Object.fromEntries(
        watched.map((name) => [name, () => calls.push(`${name} of ${String(real[name].length)}`)]),
      ),
    );
    writeTree(bench.root, { 'etc/cron.d/job': 'edited\n', 'root/same': 'same\n' });
    const before = manifestOf(bench.base);
    const plan = await planOn(
      bench.host,
      sourceOf(members({ 'etc/cron.d/job': 'saved\n', 'root/new': 'x', 'etc/fstab': '# x\n' })),
    );
    expect(plan.entries.map(({ action }) => action)).toContain('replace');
    expect(calls).toEqual([]);
    expect(manifestOf(bench.base)).toEqual(before);
  });

  test('tells for each entry what would be done, and why', async () => {
    const { host, root } = createBench();
    writeTree(root, {
      'root/same': 'same\n',
      'root/edited': 'xame\n',
      'root/mode': 'm\n',
      'root/full/x': '',
      'root/hollow/': '',
    });
    symlinkSync('/dev/null', join(root, 'root/linked'));
    setFacts(join(root, 'root/same'), { mode: 0o640 });
    setFacts(join(root, 'root/edited'), { mode: 0o640 });
    const names = ['same', 'edited', 'mode', 'full', 'hollow', 'linked', 'missing'];
    const plan = await planOn(
      host,
      sourceOf(names.map((name) => member(`root/${name}`, name === 'mode' ? 'm\n' : 'same\n'))),
    );
    expect(
      names.map((name) => entryOf(plan, `root/${name}`)).map(({ action, reason }) => `${action}: ${reason}`),
    ).toEqual([
      'same: it is here as it was saved',
      'replace: content differs',
      'replace: mode differs',
      'skip: a directory with content is in its place, and nothing of it is deleted',
      'replace: an empty directory is in its place',
      'replace: a link to /dev/null is in its place; what it leads to is left alone',
      'create: it is missing here',
    ]);
    expect(plan.areas).toEqual([
      {
        id: 'root-home',
        title: "Root's home",
        counts: { create: 1, replace: 4, same: 1, merge: 0, stage: 0, export: 0, skip: 1 },
      },
    ]);
    expect(plan.sizes).toEqual({ writeBytes: 22, snapshotBytes: 7, exportBytes: 0 });
  });

  test('names the directories that must be made', async () => {
    const { host } = createBench();
    const plan = await planOn(
      host,
      sourceOf([member('usr/local/bin/', '', { mode: 0o2755 }), member('usr/local/bin/x', 'x')]),
    );
    expect(actionsOf(plan)).toEqual([
      'create usr',
      'create usr/local',
      'create usr/local/bin',
      'create usr/local/bin/x',
    ]);
    expect(entryOf(plan, 'usr/local/bin').after?.mode).toBe(0o2755);
  });

  test('tells services and whether a reboot is needed', async () => {
    const { host } = createBench();
    const plan = await planOn(host, sourceOf(members({ 'etc/ssh/sshd_config': 'x', 'etc/modules': 'x' })));
    expect(plan.services).toEqual([{ unit: 'ssh.service', how: 'reload', areas: ['ssh'] }]);
    expect(plan.rebootReasons.join()).toContain('kernel-modules');
  });

  test.runIf(isRoot)(
    'finds owners by name where numbers differ, and by number where no name is known',
    async () => {
      const { host, root } = createBench();
      writeTree(root, {
        'etc/passwd': 'alice:x:1007:1007::/home/alice:/bin/sh\n',
        'etc/group': 'alice:x:1008:\n',
      });
      const alice = { uid: 1000, gid: 1000, userName: 'alice', groupName: 'alice' };
      const entries = [
        member('home/alice/x', 'x', alice),
        member('home/bob/x', 'x', { ...alice, userName: 'bob', groupName: '' }),
      ];
      const plan = await planOn(host, sourceOf(entries));
      expect(entryOf(plan, 'home/alice/x').after).toMatchObject({ uid: 1007, gid: 1008 });
      expect(entryOf(plan, 'home/bob/x').after).toMatchObject({ uid: 1000, gid: 1000 });
    },
  );

  test('is the same value after it was saved, and nothing else is taken for one', async () => {
    const { host } = createBench();
    const plan = await planOn(host, sourceOf([member('root/raw\udcff', 'x'), member('../x', 'x')]));
    expect(parsePlan(renderPlan(plan), 'p.json')).toEqual(plan);
    for (const text of ['', '{}', '{"schemaVersion":2}', renderPlan({ ...plan, schemaVersion: 2 as 1 })]) {
      expect(() => parsePlan(text, 'p.json')).toThrow(UsageError);
    }
  });

  test('gives both sides of small texts for a difference', async () => {
    const { host, root } = createBench();
    writeTree(root, { 'root/notes': 'live\n' });
    const options = optionsFor(host, { more: { withDifferences: true } });
    const source = sourceOf(members({ 'root/notes': 'saved\n', 'root/new': 'new\n' }));
    const { differences } = await planRestore(host, source, options);
    expect([...differences]).toEqual([
      ['root/new', { planned: 'new\n', live: undefined }],
      ['root/notes', { planned: 'saved\n', live: 'live\n' }],
    ]);
  });
});

describe('what is selected', () => {
  const entries = members({
    'etc/cron.d/job': 'x',
    'etc/ssh/sshd_config': 'x',
    'etc/ssh/ssh_host_ed25519_key': 'x',
    'etc/hostid': 'x',
    'etc/hostname': 'x',
    'etc/hosts': 'x',
    'etc/zfs/zpool.cache': 'x',
    'etc/network/interfaces': 'x',
    'etc/pve/storage.cfg': 'x',
    'etc/shadow-': 'x',
    'root/notes': 'x',
    'srv/unowned': 'x',
  });

  async function comesBack(request: object, live = debianFacts): Promise<string[]> {
    const { host } = createBench();
    const plan = await planOn(host, sourceOf(entries), { request, live });
    return plan.entries
      .filter(({ action, type }) => action !== 'skip' && type === 'file')
      .map(({ path, action }) => `${action} ${path}`);
  }

  test('in full mode is all but what comes back on request only', async () => {
    expect(await comesBack({})).toEqual([
      'create etc/cron.d/job',
      'stage etc/hostname',
      'stage etc/hosts',
      'stage etc/network/interfaces',
      'create etc/ssh/sshd_config',
      'create etc/zfs/zpool.cache',
      'create root/notes',
      'export srv/unowned',
    ]);
  });

  test('depends on the host: products, and pools in use', async () => {
    expect(await comesBack({}, pveFacts)).toContain('stage etc/pve/storage.cfg');
    expect(await comesBack({}, { ...debianFacts, usesZfs: true })).not.toContain(
      'create etc/zfs/zpool.cache',
    );
  });

  test('follows modes and categories of the existing edition', async () => {
    expect(await comesBack({ mode: 'storage' })).toEqual(['create etc/zfs/zpool.cache']);
    expect(await comesBack({ mode: 'custom', categories: ['crontabs'] })).toEqual(['create etc/cron.d/job']);
    expect(await comesBack({ mode: 'custom', categories: ['ssh'] })).toContain(
      'create etc/ssh/ssh_host_ed25519_key',
    );
    expect(await comesBack({ mode: 'custom', categories: [] })).toEqual([]);
  });

  test('follows --only, --skip and --include, by area and by path', async () => {
    expect(await comesBack({ only: ['ssh'] })).toEqual([
      'create etc/ssh/ssh_host_ed25519_key',
      'create etc/ssh/sshd_config',
    ]);
    expect(await comesBack({ only: ['/etc/cron.d'] })).toEqual(['create etc/cron.d/job']);
    expect(await comesBack({ only: ['/etc/ssh/*_config'] })).toEqual(['create etc/ssh/sshd_config']);
    expect(await comesBack({ skip: ['ssh', '/etc/cron.d/'] })).not.toContain('create etc/cron.d/job');
    expect(await comesBack({ include: ['/etc/hostid'] })).toContain('create etc/hostid');
  });

  test('leaves the name and the network alone where that is asked for', async () => {
    const kept = await comesBack({ keepHostname: true, skipNetwork: true });
    expect(kept).toContain('export etc/hosts');
    expect(kept.join()).not.toMatch(/hostname|interfaces/);
  });

  test('does not cross a major version or a machine, unless it is named', async () => {
    const { host } = createBench();
    const old = { ...debianFacts, codename: 'bookworm' };
    const source = sourceOf(entries, { facts: old });
    const planned = async (request: object) =>
      planOn(host, source, { request: { withReview: false, ...request } });
    const careful = await planned({});
    expect(entryOf(careful, 'etc/network/interfaces')).toMatchObject({ action: 'skip' });
    expect(entryOf(careful, 'etc/network/interfaces').reason).toContain(
      'it is of bookworm, this host runs trixie',
    );
    expect(entryOf(careful, 'etc/cron.d/job').action).toBe('create');
    expect(entryOf(await planned({ include: ['network'] }), 'etc/network/interfaces').action).toBe('stage');
  });

  test('is by the area of the index where paths alone do not tell', async () => {
    const { host } = createBench();
    const keyFile = { ...member('root/luks.key', 'x'), area: 'storage' };
    const listed = { ...member('srv/own/file', 'x'), area: 'custom-paths' };
    const plan = await planOn(host, sourceOf([keyFile, listed]));
    expect(entryOf(plan, 'root/luks.key')).toMatchObject({ area: 'storage', secret: true, action: 'create' });
    expect(entryOf(plan, 'srv/own/file')).toMatchObject({ area: 'custom-paths', action: 'create' });
  });
});

describe('strategies', () => {
  const strategies: RestoreStrategies = {
    merge: {
      fstab: (live = '', archived) => ({
        text: live.includes(archived) ? live : `${live}${archived}`,
        notes: ['one line taken over'],
        directories: ['/mnt/data'],
      }),
    },
    stage: {
      network: (files, { archived }) =>
        files.map(({ path }) =>
          path === 'etc/hosts'
            ? { path, action: 'leave', reason: 'is right' }
            : {
                path,
                action: 'write',
                text: `decided with ${archived.size} texts\n`,
                reason: 'cards are mapped',
              },
        ),
    },
  };
  const source = sourceOf([
    member('etc/fstab', 'UUID=1 /mnt/data ext4 nofail 0 0\n'),
    member('etc/hosts', 'x'),
    member('etc/network/interfaces', 'auto eno1\n'),
  ]);

  test('decide in the plan what is written, and the same is written then', async () => {
    const bench = createBench();
    writeTree(bench.root, { 'etc/fstab': 'UUID=0 / ext4 defaults 0 1\n' });
    setFacts(join(bench.root, 'etc/fstab'), { mode: 0o604 });
    const plan = await planOn(bench.host, source, { strategies });
    expect(entryOf(plan, 'etc/fstab')).toMatchObject({ action: 'merge', notes: ['one line taken over'] });
    expect(entryOf(plan, 'etc/hosts')).toMatchObject({ action: 'skip', reason: 'is right' });
    expect(entryOf(plan, 'mnt/data').action).toBe('create');
    const before = manifestOf(join(bench.root, 'etc'));
    await restoreOn(bench, source, { strategies });
    const text = readFileSync(join(bench.root, 'etc/fstab'), 'utf8');
    expect(text).toBe('UUID=0 / ext4 defaults 0 1\nUUID=1 /mnt/data ext4 nofail 0 0\n');
    expect(bench.host.fs.lstat(bench.host.resolve('/etc/fstab')).mode).toBe(0o604);
    expect(readFileSync(join(bench.root, 'etc/network/interfaces'), 'utf8')).toMatch(/^decided with/);
    expect(manifestOf(join(bench.root, 'etc'))).not.toEqual(before);
    expect(entryOf(await planOn(bench.host, source, { strategies }), 'etc/fstab').action).toBe('same');
  });

  test('that say something else than for the plan stop the restore before it begins', async () => {
    const bench = createBench();
    const plan = await planOn(bench.host, source, { strategies });
    const other = { ...strategies, merge: { fstab: () => ({ text: 'other', notes: [] }) } };
    const prepared = prepareRestore(bench.host, source, plan, prepareOptions(bench, { strategies: other }));
    await expect(prepared).rejects.toThrow(/not what the plan says/);
  });

  test('see a file that changed since the plan', async () => {
    const bench = createBench();
    writeTree(bench.root, { 'etc/fstab': 'UUID=0 / ext4 defaults 0 1\n' });
    const plan = await planOn(bench.host, source, { strategies });
    writeFileSync(join(bench.root, 'etc/fstab'), 'UUID=9 / ext4 defaults 0 1\n');
    await expect(
      prepareRestore(bench.host, source, plan, prepareOptions(bench, { strategies })),
    ).rejects.toThrow(/changed on this host/);
  });
});

describe('keys that lie in the cluster file system there', () => {
  const archive = sourceOf(members({ 'root/.ssh/authorized_keys': '-> /etc/pve/priv/authorized_keys' }));
  const path = 'root/.ssh/authorized_keys';

  test('do not take the place of those by which the admin gets into a host without one', async () => {
    const bench = createBench();
    writeTree(bench.root, { [path]: 'ssh-ed25519 AAAA admin\n' });
    const entry = entryOf(await planOn(bench.host, archive), path);
    expect(entry).toMatchObject({
      action: 'skip',
      reason: expect.stringContaining('the file stays') as string,
    });
    await restoreOn(bench, archive);
    expect(readFileSync(join(bench.root, path), 'utf8')).toContain('admin');
  });

  test('are linked again where there is one, and where nothing would be lost', async () => {
    const bench = createBench();
    writeTree(bench.root, { [path]: 'ssh-ed25519 AAAA admin\n' });
    expect(entryOf(await planOn(bench.host, archive, { live: pveFacts }), path).action).toBe('replace');
    expect(entryOf(await planOn(createBench().host, archive), path).action).toBe('create');
  });
});

describe('owners', () => {
  const alice = { uid: 1000, gid: 1000, userName: 'alice', groupName: 'alice' };
  const archive = () =>
    sourceOf([
      ...members({
        'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n',
        'etc/group': 'root:x:0:\nalice:x:1000:\n',
        'etc/shadow': 'root:*:19000:0:99999:7:::\nalice:*:19000:0:99999:7:::\n',
      }),
      member('home/alice/', '', { ...alice, mode: 0o700 }),
      // The second name comes first in the order of names.
      member('home/alice/z-first', 'private\n', { ...alice, mode: 0o600 }),
      member('home/alice/a-second', '= home/alice/z-first', { ...alice, mode: 0o600 }),
    ]);
  const accounts: RestoreStrategies = {
    merge: createEngineMerges({
      devices: [],
      shells: undefined,
      rootPassword: 'live',
      todayDays: 20_000,
    } as unknown as Parameters<typeof createEngineMerges>[0]),
    stage: {},
  };
  const people = {
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n',
    'etc/group': 'root:x:0:\nbob:x:1000:\n',
    'etc/shadow': 'root:*:19000:0:99999:7:::\nbob:*:19000:0:99999:7:::\n',
  };

  test.runIf(isRoot)('are those whom the merged accounts name: nobody gets the home of another', async () => {
    const bench = createBench();
    writeTree(bench.root, people);
    const options = { strategies: accounts };
    await restoreOn(bench, archive(), options);
    const passwd = readFileSync(join(bench.root, 'etc/passwd'), 'utf8');
    const uid = Number(/^alice:x:(\d+):/mu.exec(passwd)?.[1]);
    expect(uid).toBeGreaterThan(1000);
    for (const name of ['', '/z-first', '/a-second']) {
      expect(statSync(join(bench.root, `home/alice${name}`)).uid, name).toBe(uid);
      expect(statSync(join(bench.root, `home/alice${name}`)).gid, name).not.toBe(1000);
    }
    const again = await planOn(bench.host, archive(), options);
    expect(again.entries.filter(({ path }) => path.startsWith('home')).map(({ action }) => action)).toEqual([
      'same',
      'same',
      'same',
    ]);
  });

  test.runIf(isRoot)('of a home that is there already under the wrong number are put right', async () => {
    const bench = createBench();
    writeTree(bench.root, { ...people, 'home/alice/z-first': 'private\n' });
    setFacts(join(bench.root, 'home/alice/z-first'), { uid: 1000, gid: 1000, mode: 0o600 });
    const plan = await planOn(bench.host, archive(), { strategies: accounts });
    expect(entryOf(plan, 'home/alice/z-first').action).toBe('replace');
    expect(entryOf(plan, 'home/alice/a-second')).toMatchObject({ action: 'create' });
    expect(entryOf(plan, 'home/alice/z-first').after?.uid).not.toBe(1000);
  });
});
