// How a finished file gets its name. The system calls are real, but for the one that a test makes fail.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPartialFile } from '../../../src/archiver/write/partial-file.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { FileSystem } from '../../../src/host/file-system.ts';
import { asRealPath, type Host } from '../../../src/host/host.ts';

const host = createHost();
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'proxsave-publish-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const hostWith = (calls: Partial<FileSystem>): Host => ({ ...host, fs: { ...host.fs, ...calls } });

function fails(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code, syscall: 'link' });
  };
}

function finishedFile(on: Host) {
  const file = createPartialFile(on, asRealPath(directory), 'a.tar');
  file.appendNow(Buffer.from('ours'));
  return file;
}

const contents = () =>
  Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );

test('a foreign file that appears after the last look at the name is never replaced', () => {
  // The look finds nothing, whatever is there: as if the file came right after it.
  const look: FileSystem['lstatIfExists'] = (path) =>
    path.endsWith('.partial') ? host.fs.lstatIfExists(path) : undefined;
  const file = finishedFile(hostWith({ lstatIfExists: look }));
  writeFileSync(file.finalPath, 'foreign');
  expect(() => {
    file.publish();
  }).toThrow(/a\.tar exists already/);
  expect(contents()).toEqual({ 'a.tar': 'foreign', 'a.tar.partial': 'ours' });
});

describe.each(['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'])('without hard links (%s)', (code) => {
  test('the file is renamed', () => {
    finishedFile(hostWith({ link: fails(code) })).publish();
    expect(contents()).toEqual({ 'a.tar': 'ours' });
  });

  test('a file of that name is not replaced', () => {
    const file = finishedFile(hostWith({ link: fails(code) }));
    writeFileSync(file.finalPath, 'foreign');
    expect(() => {
      file.publish();
    }).toThrow(/exists already/);
    file.discard();
    expect(contents()).toEqual({ 'a.tar': 'foreign' });
  });
});

test('another failure of the link is no reason to rename', () => {
  const file = finishedFile(hostWith({ link: fails('EIO') }));
  expect(() => {
    file.publish();
  }).toThrow(/input\/output error/);
  file.discard();
  expect(contents()).toEqual({});
});

test('when the directory cannot be synced nothing keeps the name', () => {
  const file = finishedFile(hostWith({ syncDirectory: fails('EIO') }));
  expect(() => {
    file.publish();
  }).toThrow(/input\/output error/);
  file.discard();
  expect(contents()).toEqual({});
});

test('when the old name cannot be removed nothing keeps the new one', () => {
  let isFirst = true;
  const unlink: FileSystem['unlink'] = (path) => {
    if (isFirst) {
      isFirst = false;
      fails('EIO')();
    }
    host.fs.unlink(path);
  };
  const file = finishedFile(hostWith({ unlink }));
  expect(() => {
    file.publish();
  }).toThrow(/input\/output error/);
  file.discard();
  expect(contents()).toEqual({});
});

test('of two that may replace each other, the one that lost its temporary name neither publishes nor removes the other', () => {
  const open = () => createPartialFile(host, asRealPath(directory), 'a.tar', true);
  const [first, second] = [open(), open()];
  second.appendNow(Buffer.from('second'));
  expect(() => {
    first.publish();
  }).toThrow(/a\.tar\.partial was removed or replaced while it was written/);
  first.discard();
  second.publish();
  expect(contents()).toEqual({ 'a.tar': 'second' });
});
