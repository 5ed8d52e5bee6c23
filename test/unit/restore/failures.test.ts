import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DiskSpaceError,
  InterruptedError,
  RestoreBrokenError,
  RestoreUndoneError,
  RunFailedError,
  UsageError,
  VerificationError,
} from '../../../src/errors.ts';
import type { FileSystem } from '../../../src/host/file-system.ts';
import { applyRestore } from '../../../src/restore/engine/apply-restore.ts';
import { removableRestores } from '../../../src/restore/engine/keep-few.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import { listRestores, undoRestore } from '../../../src/restore/engine/undo-restore.ts';
import { systemError } from '../../support/run-in-process.ts';
import { treeFacts } from '../../support/unpack.ts';
import { member, members, sourceOf, writeTree } from './restore-archive.ts';
import { createBench, hostOf, planOn, prepareOptions, restoreOn } from './restore-bench.ts';
import { factsOf, wreckHost } from './wrecked-host.ts';

/** Fails the Nth rename below the root (renames of the state directory are not counted). */
function failRename(at: number, error: Error): (real: FileSystem) => Partial<FileSystem> {
  let count = 0;
  return (real) => ({
    rename: (from, to) => {
      if (to.startsWith('/proc/self/fd/')) count += 1;
      if (count === at) {
        count += 1;
        throw error;
      }
      real.rename(from, to);
    },
  });
}

describe('a file that cannot be put in its place', () => {
  for (const code of ['ENOSPC', 'EROFS', 'EACCES']) {
    test(`for ${code} undoes the whole restore, and says so`, async () => {
      const bench = createBench(failRename(5, systemError(code)));
      const { source } = wreckHost(bench);
      const wreck = factsOf(bench.root);
      const error: unknown = await restoreOn(bench, source).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RestoreUndoneError);
      expect(factsOf(bench.root)).toEqual(wreck);
      expect(listRestores(bench.host, bench.state)).toMatchObject([{ status: 'undone' }]);
    });
  }

  test('and that cannot be brought back either is told as broken, and can be undone later', async () => {
    let isBroken = true;
    const bench = createBench((real) => ({
      rename: (from, to) => {
        if (isBroken && to.endsWith('/.profile')) throw systemError('EROFS');
        if (isBroken && to.endsWith('/keyboard') && readFileSync(from, 'utf8').includes('us'))
          throw systemError('EROFS');
        real.rename(from, to);
      },
    }));
    const { source } = wreckHost(bench);
    const wreck = factsOf(bench.root);
    const error: unknown = await restoreOn(bench, source).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RestoreBrokenError);
    const [listed] = listRestores(bench.host, bench.state);
    expect((error as RestoreBrokenError).hint).toContain(`proxsave undo ${listed?.id}`);
    isBroken = false;
    await undoRestore(bench.host, bench.state, listed?.id ?? '');
    expect(factsOf(bench.root)).toEqual(wreck);
  });
});

test('a signal while files are put back ends in the state before', async () => {
  const abort = new AbortController();
  const bench = createBench((real) => ({
    rename: (from, to) => {
      real.rename(from, to);
      if (to.endsWith('/.profile')) abort.abort();
    },
  }));
  const { source } = wreckHost(bench);
  // More than one group of steps, so that there is a place to stop.
  const many = Array.from({ length: 40 }, (_, index) => member(`root/z${index}`, 'z'));
  const wreck = factsOf(bench.root);
  const whole = { ...source, entries: sourceOf([...(await list(source)), ...many]).entries };
  const plan = await planOn(bench.host, whole);
  const { id } = await prepareRestore(bench.host, whole, plan, prepareOptions(bench));
  await expect(applyRestore(bench.host, bench.state, id, abort.signal)).rejects.toThrow(InterruptedError);
  expect(factsOf(bench.root)).toEqual(wreck);
});

async function list(source: ReturnType<typeof sourceOf>) {
  const entries = [];
  for await (const entry of source.entries(new AbortController().signal)) entries.push(entry);
  return entries;
}

describe('before anything is changed, a restore is refused', () => {
  test('when the host changed since the plan', async () => {
    const bench = createBench();
    writeTree(bench.root, { 'root/notes': 'one\n' });
    const source = sourceOf(members({ 'root/notes': 'saved\n' }));
    const plan = await planOn(bench.host, source);
    writeFileSync(join(bench.root, 'root/notes'), 'somebody was here\n');
    await expect(prepareRestore(bench.host, source, plan, prepareOptions(bench))).rejects.toThrow(
      RunFailedError,
    );
    expect(readFileSync(join(bench.root, 'root/notes'), 'utf8')).toBe('somebody was here\n');
    expect(existsSync(join(bench.state, 'restore'))).toBe(false);
  });

  test('when the host changed between the snapshot and the change, which is undone then', async () => {
    const bench = createBench();
    writeTree(bench.root, { 'root/notes': 'one\n' });
    const source = sourceOf(members({ 'root/a': 'new\n', 'root/notes': 'saved\n' }));
    const plan = await planOn(bench.host, source);
    const { id } = await prepareRestore(bench.host, source, plan, prepareOptions(bench));
    // As an editor does it: a new file under the old name.
    writeFileSync(join(bench.root, 'root/x'), 'somebody was here\n');
    bench.host.fs.rename(bench.host.resolve('/root/x'), bench.host.resolve('/root/notes'));
    await expect(applyRestore(bench.host, bench.state, id)).rejects.toThrow(
      /notes has changed since the plan/,
    );
    expect(existsSync(join(bench.root, 'root/a'))).toBe(false);
    expect(readFileSync(join(bench.root, 'root/notes'), 'utf8')).toBe('somebody was here\n');
  });

  test('when a file is written to in place meanwhile, which stays so', async () => {
    const bench = createBench();
    writeTree(bench.root, { 'root/notes': 'one\n' });
    const source = sourceOf(members({ 'root/a': 'new\n', 'root/notes': 'saved\n' }));
    const plan = await planOn(bench.host, source);
    const { id } = await prepareRestore(bench.host, source, plan, prepareOptions(bench));
    writeFileSync(join(bench.root, 'root/notes'), 'somebody was here\n');
    await expect(applyRestore(bench.host, bench.state, id)).rejects.toThrow(RestoreUndoneError);
    expect(readFileSync(join(bench.root, 'root/notes'), 'utf8')).toBe('somebody was here\n');
    expect(existsSync(join(bench.root, 'root/a'))).toBe(false);
  });

  test('when the archive is not the one of the plan', async () => {
    const bench = createBench();
    const plan = await planOn(bench.host, sourceOf(members({ 'root/notes': 'saved\n' })));
    const other = sourceOf(members({ 'root/notes': 'other\n' }));
    await expect(prepareRestore(bench.host, other, plan, prepareOptions(bench))).rejects.toThrow(
      VerificationError,
    );
    const empty = sourceOf([]);
    await expect(prepareRestore(bench.host, empty, plan, prepareOptions(bench))).rejects.toThrow(
      VerificationError,
    );
    expect(existsSync(join(bench.root, 'root'))).toBe(false);
  });

  test('when the disk is too small', async () => {
    const space = { totalBytes: 2 ** 30, availableBytes: 2 ** 24 };
    const bench = createBench(() => ({ space: () => space }));
    const source = sourceOf(members({ 'root/notes': 'saved\n' }));
    const plan = await planOn(bench.host, source);
    await expect(prepareRestore(bench.host, source, plan, prepareOptions(bench))).rejects.toThrow(
      DiskSpaceError,
    );
    expect(existsSync(join(bench.root, 'root'))).toBe(false);
  });

  test('when content is not what the index of the archive says', async () => {
    const bench = createBench();
    const damaged = { ...member('root/notes', 'saved\n'), sha256: '0'.repeat(64) };
    await expect(planOn(bench.host, sourceOf([damaged]))).rejects.toThrow(VerificationError);
  });

  test('with a plan of another root', async () => {
    const bench = createBench();
    const source = sourceOf(members({ 'root/notes': 'saved\n' }));
    const plan = await planOn(bench.host, source);
    const elsewhere = hostOf(bench.base);
    await expect(prepareRestore(elsewhere, source, plan, prepareOptions(bench))).rejects.toThrow(UsageError);
  });
});

describe('an undo', () => {
  test('keeps aside what was changed since the restore', async () => {
    const bench = createBench();
    writeTree(bench.root, { 'root/notes': 'wreck\n' });
    const { id } = await restoreOn(bench, sourceOf(members({ 'root/notes': 'saved\n' })));
    writeFileSync(join(bench.root, 'root/notes'), 'work of a day\n');
    const { notes } = await undoRestore(bench.host, bench.state, id);
    expect(readFileSync(join(bench.root, 'root/notes'), 'utf8')).toBe('wreck\n');
    const [, kept = ''] = /kept as (\S+)/.exec(notes.join()) ?? [];
    expect(readFileSync(kept, 'utf8')).toBe('work of a day\n');
  });

  test('leaves a new directory in which others have put something, and says so', async () => {
    const bench = createBench();
    writeTree(bench.root, { 'etc/': '' });
    const { id } = await restoreOn(bench, sourceOf(members({ 'root/': '', 'root/notes': 'saved\n' })));
    writeFileSync(join(bench.root, 'root/theirs'), 'mine\n');
    const { notes } = await undoRestore(bench.host, bench.state, id);
    expect(notes).toEqual(['/root stays: something else is in the directory by now']);
    expect(treeFacts(bench.root, ['root']).filter((line) => line.startsWith('5 '))).toEqual([
      '5 root/theirs',
    ]);
  });

  test('is not done twice', async () => {
    const bench = createBench();
    const { id } = await restoreOn(bench, sourceOf(members({ 'root/notes': 'saved\n' })));
    await undoRestore(bench.host, bench.state, id);
    await expect(undoRestore(bench.host, bench.state, id)).rejects.toThrow(UsageError);
    await expect(undoRestore(bench.host, bench.state, '../../etc')).rejects.toThrow(UsageError);
  });
});

test('the oldest restores that are over go first, and never one that is not', () => {
  const restores = ['a', 'b', 'c', 'd'].map((id) => ({ id, isOver: id !== 'a' }));
  expect(removableRestores(restores, 2)).toEqual(['b', 'c']);
  expect(removableRestores(restores, 4)).toEqual([]);
});
