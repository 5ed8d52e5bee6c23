import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SecurityError } from '../../../src/errors.ts';
import { applyRestore } from '../../../src/restore/engine/apply-restore.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import type { RestorePlan } from '../../../src/restore/plan/restore-plan.ts';
import type { RestoreEntry, RestoreMeta, RestoreSource } from '../../../src/restore/source.ts';
import { isRoot } from '../../support/needs.ts';
import { treeFacts } from '../../support/unpack.ts';
import { debianFacts, member, setFacts, sourceOf, writeTree } from './restore-archive.ts';
import { manifestOf } from './small-host.ts';
import { createBench, entryOf, planOn, prepareOptions, restoreOn, type Bench } from './restore-bench.ts';

/** Everything around the root: what nothing may reach. */
function surroundings({ base }: Bench): () => string[] {
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(base, 'outside/victim'), 'untouched\n');
  return () => manifestOf(join(base, 'outside'));
}

function withMeta(name: string, more: Partial<RestoreMeta>): RestoreEntry {
  return member('x', 'evil\n', { path: name, ...more });
}

async function refusalOf(entries: RestoreEntry[], path: string): Promise<string> {
  const bench = createBench();
  writeTree(bench.root, { 'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n', 'root/': '' });
  const look = surroundings(bench);
  const before = look();
  const plan = await planOn(bench.host, sourceOf(entries), { request: { only: ['/'] } });
  const { action, reason } = entryOf(plan, path);
  expect(action).toBe('skip');
  await restoreOn(bench, sourceOf(entries));
  expect(look()).toEqual(before);
  return reason;
}

describe('an entry of a hostile archive is refused when', () => {
  const names: [string, string][] = [
    ['../outside/victim', 'climbs'],
    ['root/../../outside/victim', 'climbs'],
    ['/root/absolute', 'absolute'],
    ['root/a\0b', 'NUL'],
    ['', 'empty'],
    ['././', 'empty'],
    [`root/${'n'.repeat(256)}`, 'longer'],
  ];
  for (const [name, why] of names) {
    test(`its name is ${JSON.stringify(name.slice(0, 30))}`, async () => {
      expect(await refusalOf([withMeta(name, {})], name)).toContain(why);
    });
  }

  test('it would be written through a link of the same archive', async () => {
    const entries = [member('root/way', '-> ../../outside'), member('root/way/victim', 'evil\n')];
    expect(await refusalOf(entries, 'root/way/victim')).toContain('nothing is written through links');
  });

  test('the link comes after what is below it', async () => {
    const entries = [member('root/way/victim', 'evil\n'), member('root/way', '-> ../../outside')];
    expect(await refusalOf(entries, 'root/way/victim')).toContain('nothing is written through links');
  });

  test('a file of the archive is its parent', async () => {
    const entries = [member('root/file', 'x'), member('root/file/below', 'evil\n')];
    expect(await refusalOf(entries, 'root/file/below')).toContain('no directory');
  });

  test('it is a hard link to a file that does not come back', async () => {
    const reason = await refusalOf([member('root/stolen', '= etc/passwd')], 'root/stolen');
    expect(reason).toContain('does not come back');
    const merged = [member('etc/shadow', 'root:*:1::::::\n'), member('root/stolen', '= etc/shadow')];
    expect(await refusalOf(merged, 'root/stolen')).toContain('does not come back');
  });

  test('it is a hard link that climbs', async () => {
    expect(await refusalOf([member('root/stolen', '= ../outside/victim')], 'root/stolen')).toContain(
      'climbs',
    );
  });

  test('it is a device or a FIFO', async () => {
    expect(await refusalOf([withMeta('root/disk', { type: 'other' })], 'root/disk')).toContain('device');
  });

  test('its link target is empty', async () => {
    const link = withMeta('root/link', { type: 'symlink', linkTarget: '' });
    expect(await refusalOf([link], 'root/link')).toContain('link target');
  });

  test.runIf(isRoot)('its owner has a number that no system has', async () => {
    expect(await refusalOf([withMeta('root/x', { uid: 2 ** 32 - 1 })], 'root/x')).toContain('owner');
  });
});

describe('a hostile archive', () => {
  test('with a name twice gives the first one, and says so', async () => {
    const bench = createBench();
    const entries = [member('root/twice', 'first\n'), member('root/twice', 'second\n')];
    const plan = await planOn(bench.host, sourceOf(entries));
    expect(plan.entries.map(({ reason }) => reason)).toContain(
      'the archive holds this name twice; the first one counts',
    );
    await restoreOn(bench, sourceOf(entries));
    expect(readFileSync(join(bench.root, 'root/twice'), 'utf8')).toBe('first\n');
  });

  test('with a million entries, or a file of a tebibyte, is refused as a whole', async () => {
    const { host } = createBench();
    const many = sourceOf(Array.from({ length: 11 }, (_, index) => member(`root/${index}`, 'x')));
    const limits = { entries: 10 };
    await expect(planOn(host, many, { more: { limits } })).rejects.toThrow(SecurityError);
    const huge = sourceOf([withMeta('root/huge', { size: 2 ** 40 })]);
    await expect(planOn(host, huge)).rejects.toThrow(SecurityError);
  });

  test('with odd names and modes is restored exactly', async () => {
    const bench = createBench();
    const odd = ['root/new\nline', 'root/esc\u001b[31m', 'root/raw\udcff'];
    const entries = [member('root/', ''), ...odd.map((name) => member(name, name.slice(0, 6)))];
    await restoreOn(bench, sourceOf([...entries, member('root/closed/', '', { mode: 0 })]));
    const names = bench.host.fs.readDirectory(bench.host.resolve('/root'));
    expect(names).toEqual([...odd.map((name) => name.slice(5)), 'closed'].sort());
    expect(bench.host.fs.lstat(bench.host.resolve('/root/closed')).mode).toBe(0);
  });

  test('cannot write into the cluster file system, whatever way it says', async () => {
    const bench = createBench();
    writeTree(bench.root, {
      'etc/pve/': '',
      'root/.ssh/authorized_keys': '-> /etc/pve/priv/authorized_keys',
    });
    const live = { ...debianFacts, pve: { version: '9.0.3', evidence: 'test' } };
    const entries = [
      member('etc/pve/user.cfg', 'user:evil@pve\n'),
      member('root/.ssh/authorized_keys', 'ssh-rsa evil\n'),
    ];
    const plan = await planOn(bench.host, sourceOf(entries), { live });
    expect(entryOf(plan, 'etc/pve/user.cfg')).toMatchObject({ action: 'stage', strategy: 'pmxcfs' });
    expect(entryOf(plan, 'root/.ssh/authorized_keys').reason).toContain('link into the cluster file system');
    const before = treeFacts(bench.root, ['etc', 'root']);
    await restoreOn(bench, sourceOf(entries), { live });
    expect(treeFacts(bench.root, ['etc', 'root'])).toEqual(before);
  });

  test('shows a setuid bit in the plan', async () => {
    const { host } = createBench();
    const plan = await planOn(host, sourceOf([member('usr/local/bin/su', 'x', { mode: 0o4755 })]));
    expect(entryOf(plan, 'usr/local/bin/su').notes).toEqual([
      'it has the setuid bit: it runs with the rights of its owner',
    ]);
  });
});

describe('links on the host', () => {
  test('are never followed: a parent that is a link here is passed by', async () => {
    const bench = createBench();
    const look = surroundings(bench);
    symlinkSync('../outside', join(bench.root, 'root'));
    const before = look();
    const source = sourceOf([member('root/victim', 'evil\n')]);
    const plan = await planOn(bench.host, source);
    expect(entryOf(plan, 'root/victim').reason).toBe(
      'its parent root is a symlink here: nothing is written through it',
    );
    await restoreOn(bench, source);
    expect(look()).toEqual(before);
  });

  // A directory of the host is swapped for a link at each call in turn, by whoever may write beside it.
  test(
    'that take the place of a parent at any moment lead nothing out of the root',
    { timeout: 120_000 },
    async () => {
      let swaps = 0;
      // Whole seconds need no `touch`.
      const mtimeNs = 1_600_000_001_000_000_000n;
      for (let at = 1; ; at += 1) {
        let count = 0;
        const bench = createBench(undefined, existsSync('/dev/shm') ? '/dev/shm' : undefined);
        const look = surroundings(bench);
        writeTree(bench.root, { 'root/dir/old': 'old\n' });
        for (const name of ['root/dir/old', 'root/dir', 'root'])
          setFacts(join(bench.root, name), { time: 1_600_000_000 });
        const before = look();
        const swap = () => {
          count += 1;
          if (count !== at) return;
          renameSync(join(bench.root, 'root/dir'), join(bench.root, 'root/dir.moved'));
          symlinkSync(join(bench.base, 'outside'), join(bench.root, 'root/dir'));
        };
        const host = withCalls(bench, swap);
        const source = sourceOf([
          member('root/dir/', '', { mode: 0o777, mtimeNs }),
          member('root/dir/old', 'new\n', { mtimeNs }),
          member('root/dir/victim', 'evil\n', { mtimeNs }),
          member('root/dir/link', '-> x', { mtimeNs }),
        ]);
        const plan = await planOn(bench.host, source);
        await restoreOnPlan({ ...bench, host }, source, plan);
        expect(look(), `swapped at call ${at}`).toEqual(before);
        if (count < at) break;
        swaps += 1;
      }
      expect(swaps).toBeGreaterThan(20);
    },
  );
});

/** Calls back before each call that opens or changes something below the root. */
function withCalls({ host }: Bench, before: () => void): Bench['host'] {
  const fs = { ...host.fs };
  const names = [
    'openDirectory',
    'createFile',
    'rename',
    'link',
    'symlink',
    'unlink',
    'changeOwner',
    'changeModeOf',
    'changeTimes',
    'lstatIfExists',
  ] as const;
  for (const name of names) {
    const call = (host.fs[name] as (...args: unknown[]) => unknown).bind(host.fs);
    (fs[name] as unknown) = (...args: unknown[]) => {
      if (String(args[0]).startsWith('/proc/self/fd/')) before();
      return call(...args);
    };
  }
  return { ...host, fs };
}

async function restoreOnPlan(bench: Bench, source: RestoreSource, plan: RestorePlan): Promise<void> {
  try {
    const { id } = await prepareRestore(bench.host, source, plan, prepareOptions(bench));
    await applyRestore(bench.host, bench.state, id);
  } catch (error) {
    // Whether it fails or is undone depends on the moment; what counts is that nothing outside has changed.
    expect(error).toBeInstanceOf(Error);
  }
}
