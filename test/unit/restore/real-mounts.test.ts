// Disks that are really full or really read-only, at the start and half-way: small ext4 images.

import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DiskSpaceError,
  EnvironmentError,
  RestoreBrokenError,
  RestoreUndoneError,
} from '../../../src/errors.ts';
import type { FileSystem } from '../../../src/host/file-system.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { applyRestore } from '../../../src/restore/engine/apply-restore.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import { listRestores, undoRestore } from '../../../src/restore/engine/undo-restore.ts';
import { mountLoop, noLoop } from '../../support/mounts.ts';
import { createBench, planOn, prepareOptions, restoreOn, type Bench } from './restore-bench.ts';
import { factsOf, wreckHost } from './wrecked-host.ts';

/** Calls `then` before the rename with this number. */
function beforeRename(at: number, then: () => void) {
  const counted = { renames: 0 };
  return (real: FileSystem): Partial<FileSystem> => ({
    rename: (from, to) => {
      counted.renames += 1;
      if (counted.renames === at) then();
      real.rename(from, to);
    },
  });
}

/** Until not one more block is free. */
function fillUp(directory: string): void {
  const fd = openSync(join(directory, 'ballast'), 'w');
  try {
    for (let size = 1024 * 1024; size >= 1; size = size >> 1) {
      try {
        for (;;) writeSync(fd, Buffer.alloc(size, 1));
      } catch {
        // Full for this size.
      }
    }
  } finally {
    closeSync(fd);
  }
}

const remount = (path: string, how: string) => {
  execFileSync('mount', ['-o', `remount,${how}`, path]);
};

/** A bench whose root lies on its own small disk, and whose state lies on another one or on the same. */
function benchOn(disk: string, fs: (real: FileSystem) => Partial<FileSystem>, state?: string): Bench {
  const bench = createBench(fs, disk);
  if (state === undefined) return bench;
  mkdirSync(join(state, 'state'), { mode: 0o700 });
  return { ...bench, state: asRealPath(join(state, 'state')) };
}

const failure = (restored: Promise<unknown>): Promise<unknown> =>
  restored.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe.skipIf(noLoop('ext4') !== false)('on a real file system', () => {
  test('a disk that fills up half-way is undone to the last byte', async () => {
    const disk = mountLoop('ext4', { megabytes: 64 });
    // On another disk contents cannot be moved into place: each file takes room.
    const state = mountLoop('ext4', { megabytes: 64 });
    const fill = beforeRename(4, () => {
      fillUp(disk.path);
    });
    const bench = benchOn(disk.path, fill, state.path);
    const { source } = wreckHost(bench);
    const wreck = factsOf(bench.root);
    const error = await failure(restoreOn(bench, source));
    expect(error).toBeInstanceOf(RestoreUndoneError);
    expect((error as Error).message).toContain('no space left');
    expect(factsOf(bench.root)).toEqual(wreck);
    expect(listRestores(bench.host, bench.state)).toMatchObject([{ status: 'undone' }]);
  });

  test('a disk that fills up half-way and holds the state as well is undone to the last byte', async () => {
    const disk = mountLoop('ext4', { megabytes: 64 });
    const fill = beforeRename(4, () => {
      fillUp(disk.path);
    });
    const bench = benchOn(disk.path, fill);
    const { source } = wreckHost(bench);
    const wreck = factsOf(bench.root);
    const error = await failure(restoreOn(bench, source));
    expect(error).toBeInstanceOf(RestoreUndoneError);
    expect((error as Error).message).toContain('no space left');
    expect(factsOf(bench.root)).toEqual(wreck);
  });

  test('a disk that is full before is told before anything changes', async () => {
    const disk = mountLoop('ext4', { megabytes: 64 });
    const bench = benchOn(disk.path, () => ({}));
    const { source } = wreckHost(bench);
    fillUp(disk.path);
    const wreck = factsOf(bench.root);
    const error = await failure(restoreOn(bench, source));
    expect(error).toBeInstanceOf(DiskSpaceError);
    expect(factsOf(bench.root)).toEqual(wreck);
  });

  test('a disk that is read-only is told, and nothing has changed', async () => {
    const disk = mountLoop('ext4', { megabytes: 64 });
    const state = mountLoop('ext4', { megabytes: 64 });
    const bench = benchOn(disk.path, () => ({}), state.path);
    const { source } = wreckHost(bench);
    const wreck = factsOf(bench.root);
    remount(disk.path, 'ro');
    const error = await failure(restoreOn(bench, source));
    remount(disk.path, 'rw');
    expect(error).toBeInstanceOf(EnvironmentError);
    expect((error as Error).message).toContain('read-only');
    expect(factsOf(bench.root)).toEqual(wreck);
    expect(listRestores(bench.host, bench.state)).toMatchObject([{ status: 'preparing' }]);
  });

  test('a disk that turns read-only just before the first change has nothing to be undone', async () => {
    const disk = mountLoop('ext4', { megabytes: 64 });
    const state = mountLoop('ext4', { megabytes: 64 });
    const bench = benchOn(disk.path, () => ({}), state.path);
    const { source } = wreckHost(bench);
    const wreck = factsOf(bench.root);
    const plan = await planOn(bench.host, source);
    const { id } = await prepareRestore(bench.host, source, plan, prepareOptions(bench));
    remount(disk.path, 'ro');
    const error = await failure(applyRestore(bench.host, bench.state, id));
    remount(disk.path, 'rw');
    expect(error).toBeInstanceOf(RestoreUndoneError);
    expect(factsOf(bench.root)).toEqual(wreck);
    expect(listRestores(bench.host, bench.state)).toMatchObject([{ status: 'undone' }]);
  });

  test('a disk that goes read-only half-way is told as broken; once it is writable the undo brings all back', async () => {
    const disk = mountLoop('ext4', { megabytes: 64 });
    const state = mountLoop('ext4', { megabytes: 64 });
    const bench = benchOn(
      disk.path,
      beforeRename(6, () => {
        remount(disk.path, 'ro');
      }),
      state.path,
    );
    const { source } = wreckHost(bench);
    const wreck = factsOf(bench.root);
    const error = await failure(restoreOn(bench, source));
    expect(error).toBeInstanceOf(RestoreBrokenError);
    expect((error as Error).message).toContain('read-only');
    const [listed] = listRestores(bench.host, bench.state);
    expect((error as RestoreBrokenError).hint).toContain(`proxsave undo ${listed?.id}`);
    remount(disk.path, 'rw');
    await undoRestore(bench.host, bench.state, listed?.id ?? '');
    expect(factsOf(bench.root)).toEqual(wreck);
  });
});
