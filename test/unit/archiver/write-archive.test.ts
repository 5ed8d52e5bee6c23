// The whole write side on real files: what comes out, and whose error comes out when a stage fails.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ArchiveSink } from '../../../src/archiver/write/archive-sink.ts';
import type { CompressionType } from '../../../src/archiver/codec.ts';
import { createRawWriter } from '../../../src/archiver/write/raw-writer.ts';
import { resolveCodec } from '../../../src/archiver/resolve-codec.ts';
import {
  type ArchiveProgress,
  type ArchiveRequest,
  writeArchive,
} from '../../../src/archiver/write/write-archive.ts';
import type { SourceEntry } from '../../../src/entry.ts';
import {
  ArchiveError,
  CompressionError,
  DiskSpaceError,
  EncryptionError,
  InterruptedError,
} from '../../../src/errors.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath, type Host } from '../../../src/host/host.ts';
import { directoryEntry, fileEntry, linkEntry } from './entry-samples.ts';

const host = createHost();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'write-archive-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function createSink(onHost: Host = host): ArchiveSink {
  const createdAt = new Date('2026-07-24T02:00:00Z');
  const target = { directory: asRealPath(directory), archiveName: 'h.tar', createdAt, areaCount: 2 };
  return createRawWriter(onHost, target);
}

async function* oneByOne(
  entries: AsyncIterable<SourceEntry> | Iterable<SourceEntry>,
): AsyncGenerator<Iterable<SourceEntry>> {
  for await (const entry of entries) yield [entry];
}

function write(
  entries: AsyncIterable<SourceEntry> | Iterable<SourceEntry>,
  type: CompressionType,
  more: Partial<ArchiveRequest> & { host?: Host } = {},
) {
  const request = { type, level: undefined, mode: 'fast', threads: 2 } as const;
  return writeArchive(more.host ?? host, {
    entries: oneByOne(entries),
    indexHead: { schemaVersion: 1, createdAt: 'now', hostname: 'h', areas: [] },
    compression: resolveCodec(host, request, () => undefined),
    sink: more.sink ?? createSink(),
    signal: new AbortController().signal,
    ...more,
  });
}

const manyEntries = () => Array.from({ length: 200 }, (_, at) => fileEntry(`etc/${at}`, randomBytes(20_000)));

test('the archive is unpacked by GNU tar, and its size and digest are those of the file', async () => {
  const sink = createSink();
  const written = await write([directoryEntry('etc'), fileEntry('etc/hosts', 'localhost')], 'zst', { sink });
  const packed = readFileSync(sink.partialPath);
  expect(written.archiveSize).toBe(packed.length);
  expect(execFileSync('sha256sum', [sink.partialPath], { encoding: 'utf8' }).split(' ')[0]).toBe(
    written.sha256,
  );
  const tar = execFileSync('zstd', ['-d', '-c'], { input: packed });
  expect(execFileSync('tar', ['-xOf', '-', './etc/hosts'], { input: tar, encoding: 'utf8' })).toBe(
    'localhost',
  );
});

test('entries are counted by area, and progress tells the same totals', async () => {
  const steps: ArchiveProgress[] = [];
  const entries = [
    fileEntry('a', 'xx', { area: 'one' }),
    directoryEntry('d', { area: 'two' }),
    fileEntry('d/b', 'yyy', { area: 'two' }),
    linkEntry('symlink', 'd/c', 'b', { area: 'two' }),
    linkEntry('hardlink', 'd/e', 'd/b', { area: 'two' }),
  ];
  const { tally } = await write(entries, 'none', { onProgress: (step) => steps.push(step) });
  expect(tally.entryCount).toBe(5);
  expect(Object.fromEntries(tally.areas)).toEqual({
    one: { files: 1, bytes: 2, directories: 0, links: 0 },
    two: { files: 1, bytes: 3, directories: 1, links: 2 },
  });
  expect(tally.totals).toEqual({ files: 2, bytes: 5, directories: 1, links: 2 });
  expect(steps.at(-1)).toEqual({ area: 'two', path: 'd/e', files: 2, bytes: 5 });
});

test('stages behind the compressor see and change its output', async () => {
  const sink = createSink();
  const invert = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      done(null, Buffer.from(chunk.map((byte) => byte ^ 0xff)));
    },
  });
  await write(manyEntries(), 'none', { sink, extraStages: [invert] });
  const stored = readFileSync(sink.partialPath).map((byte) => byte ^ 0xff);
  const listed = execFileSync('tar', ['-tf', '-'], { input: stored, encoding: 'utf8' });
  expect(listed.split('\n')).toContain('./etc/199');
});

test('a full disk is a DiskSpaceError, whatever the other stages say', async () => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
  const fullHost: Host = { ...host, fs: { ...host.fs, writeAsync: () => Promise.reject(full) } };
  for (const type of ['none', 'zst', 'xz'] as const) {
    const sink = createSink(fullHost);
    await expect(write(manyEntries(), type, { sink })).rejects.toThrow(DiskSpaceError);
    sink.discard();
    expect(readdirSync(directory)).toEqual([]);
  }
});

test('a compressor that dies is a CompressionError', async () => {
  const stub = join(directory, 'xz');
  writeFileSync(stub, '#!/bin/sh\nhead -c 100000; kill -9 $$\n');
  chmodSync(stub, 0o755);
  const stubHost = createHost({ env: { ...process.env, PATH: `${directory}:${process.env.PATH ?? ''}` } });
  await expect(write(manyEntries(), 'xz', { host: stubHost })).rejects.toThrow(CompressionError);
});

test('a failing extra stage and a wrong content keep their classes', async () => {
  const refuse = new Transform({
    transform: (_chunk, _encoding, done) => {
      done(new EncryptionError('no recipient'));
    },
  });
  await expect(write(manyEntries(), 'zst', { extraStages: [refuse] })).rejects.toThrow(EncryptionError);
  rmSync(join(directory, 'h.tar.partial'));
  await expect(write([fileEntry('a', 'x', { size: 2 })], 'xz')).rejects.toThrow(ArchiveError);
});

test('a write that still runs is awaited before the failure comes out', async () => {
  const controller = new AbortController();
  let isWriting = false;
  const sink: ArchiveSink = {
    ...createSink(),
    write: async () => {
      isWriting = true;
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve, 100));
      isWriting = false;
    },
  };
  await expect(write(manyEntries(), 'none', { sink, signal: controller.signal })).rejects.toThrow(
    InterruptedError,
  );
  expect(isWriting).toBe(false);
});

test('an abort, before or while it runs, is an InterruptedError', async () => {
  const controller = new AbortController();
  async function* endless() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      yield fileEntry('etc/a', randomBytes(100_000));
    }
  }
  setTimeout(() => {
    controller.abort();
  }, 50);
  const sink = createSink();
  await expect(write(endless(), 'xz', { sink, signal: controller.signal })).rejects.toThrow(InterruptedError);
  sink.discard();
  await expect(write([], 'gz', { signal: controller.signal })).rejects.toThrow(InterruptedError);
});
