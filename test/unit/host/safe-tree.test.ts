import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host } from '../../../src/host/host.ts';
import { BlockedPathError, withHeldPlace } from '../../../src/host/safe-tree.ts';
import { setExactTime } from '../../../src/host/set-exact-time.ts';

let root: string;
let host: Host;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'proxsave-safe-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  mkdirSync(join(root, 'a/b'), { recursive: true });
  host = createHost({ root, env: { PATH: process.env.PATH } });
});

describe('a place that is held', () => {
  test('is in the directory that was found, whatever takes its name meanwhile', () => {
    mkdirSync(join(root, 'elsewhere'));
    withHeldPlace(host, 'a/b/file', ({ at }) => {
      renameSync(join(root, 'a'), join(root, 'moved'));
      symlinkSync('elsewhere', join(root, 'a'));
      host.fs.close(host.fs.createFile(at, 0o600));
    });
    expect(readFileSync(join(root, 'moved/b/file'), 'utf8')).toBe('');
  });

  const blocks: [string, () => void, string][] = [
    ['a link', () => symlinkSync('a', join(root, 'link')), 'symlink'],
    ['a file', () => writeFileSync(join(root, 'link'), ''), 'file'],
    ['missing', () => undefined, 'absent'],
  ];
  for (const [what, make, kind] of blocks) {
    test(`is not reached when a parent is ${what}`, () => {
      make();
      const error = catchError(() => withHeldPlace(host, 'link/b/file', () => undefined));
      expect(error).toMatchObject({ parent: 'link', kind });
      expect(error).toBeInstanceOf(BlockedPathError);
    });
  }

  test('leaves no descriptor open', () => {
    const open = () => host.fs.readDirectory('/proc/self/fd' as never).length;
    const before = open();
    withHeldPlace(host, 'a/b/file', () => undefined);
    catchError(() => withHeldPlace(host, 'a/x/file', () => undefined));
    catchError(() =>
      withHeldPlace(host, 'a/b/file', () => {
        throw new Error('of the action');
      }),
    );
    expect(open()).toBe(before);
  });
});

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a time', () => {
  test('is set to the nanosecond, before 1970 too, on files, directories and links themselves', async () => {
    writeFileSync(join(root, 'a/file'), '');
    symlinkSync('file', join(root, 'a/link'));
    for (const time of [1_700_000_000_123_456_789n, 1_600_000_000_000_000_000n, -5_250_000_001n]) {
      for (const name of ['a/file', 'a/link', 'a/b']) {
        await setExactTime(host, name, time);
        expect(lstatSync(join(root, name), { bigint: true }).mtimeNs).toBe(time);
      }
    }
  });

  test('is right to the microsecond where there is no touch', async () => {
    writeFileSync(join(root, 'a/file'), '');
    const tools = {
      ...host.tools,
      run: () => host.tools.run({ argv: ['no-such-program'], timeoutMs: 1000, maxOutputBytes: 1 }),
    };
    await setExactTime({ ...host, tools }, 'a/file', 1_700_000_000_123_456_789n);
    const apart = lstatSync(join(root, 'a/file'), { bigint: true }).mtimeNs - 1_700_000_000_123_456_789n;
    expect(Number(apart)).toBeGreaterThan(-1_000);
    expect(Number(apart)).toBeLessThan(1_000);
    expect(execFileSync('stat', ['-c', '%Y', join(root, 'a/file')], { encoding: 'utf8' })).toBe(
      '1700000000\n',
    );
  });
});
