import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asStorageError } from '../../../src/errors.ts';
import { nodeFileSystem } from '../../../src/host/file-system.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { decodeBytePath, encodeBytePath } from '../../../src/util/byte-path.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'proxsave-mkdir-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

function make(path: string): void {
  nodeFileSystem.makeDirectory(asRealPath(path), 0o700);
}

describe('a directory is made', () => {
  test('with its missing parents, all with the mode asked for', () => {
    make(join(base, 'a/b/c'));
    const modes = ['a', 'a/b', 'a/b/c'].map((name) => statSync(join(base, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o700]);
  });

  test('below a link to a directory, and what exists keeps its mode', () => {
    mkdirSync(join(base, 'real'), { mode: 0o755 });
    symlinkSync('real', join(base, 'link'));
    make(join(base, 'link'));
    make(join(base, 'link/deep'));
    expect(statSync(join(base, 'real/deep')).isDirectory()).toBe(true);
    expect(statSync(join(base, 'real')).mode & 0o777).toBe(0o755);
  });

  test('under a name that is not UTF-8', () => {
    const name = decodeBytePath(Buffer.from([0x66, 0xff]));
    make(`${base}/${name}/sub`);
    const path = encodeBytePath(`${base}/${name}/sub`);
    expect(statSync(path).isDirectory()).toBe(true);
  });
});

describe('what stands in the way of a directory is named:', () => {
  test('a file, as the last part or before it', () => {
    writeFileSync(join(base, 'file'), '');
    const message = `${join(base, 'file')} is a file, not a directory`;
    for (const name of ['file', 'file/below/it']) {
      expect(() => {
        make(join(base, name));
      }).toThrow(message);
    }
  });

  test('a link to nowhere, with its target', () => {
    symlinkSync('/nowhere/at-all', join(base, 'link'));
    expect(() => {
      make(join(base, 'link/below'));
    }).toThrow(`${join(base, 'link')} is a link to /nowhere/at-all, which does not exist`);
  });

  test('a link to a file, with its target', () => {
    writeFileSync(join(base, 'file'), '');
    symlinkSync('file', join(base, 'link'));
    expect(() => {
      make(join(base, 'link'));
    }).toThrow('is a link to file, which is not a directory');
  });

  test.each(['/proc/x', '/proc/x/y'])('%s, where none can be made, ends at once', (path) => {
    let thrown: unknown;
    try {
      make(path);
    } catch (error) {
      thrown = asStorageError(error, `cannot write to ${path}`);
    }
    expect(thrown).toMatchObject({
      exit: 'storage',
      message: `cannot write to ${path}: no directory can be made in /proc`,
    });
  });
});
