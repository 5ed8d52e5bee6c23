// Both sinks, on real files, read by GNU tar and sha256sum.

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ArchiveSink, ArchiveTarget } from '../../../src/archiver/write/archive-sink.ts';
import { createBundleWriter } from '../../../src/archiver/write/bundle-writer.ts';
import type { Manifest } from '../../../src/archiver/manifest.ts';
import { createRawWriter } from '../../../src/archiver/write/raw-writer.ts';
import { AppError, DiskSpaceError, StorageError } from '../../../src/errors.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';

const host = createHost();
const archiveName = 'pve1-backup-20260724-020000.tar.zst';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'archive-sink-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function targetFor(name = archiveName): ArchiveTarget {
  const createdAt = new Date('2026-07-24T02:00:00Z');
  return { directory: asRealPath(directory), archiveName: name, createdAt, areaCount: 50 };
}

async function fill(sink: ArchiveSink, chunks: readonly Buffer[]): Promise<Manifest> {
  for (const chunk of chunks) await sink.write(chunk);
  const content = sink.finishContent();
  const manifest: Manifest = {
    archive_path: '/b/x',
    archive_size: content.archiveSize,
    sha256: content.sha256,
    created_at: '2026-07-24T02:00:00Z',
    compression_type: 'zst',
    compression_level: 3,
    proxmox_type: 'pve',
    hostname: 'pve1',
  };
  sink.finishManifest(manifest);
  return manifest;
}

const files = () => readdirSync(directory).sort();
const gnuTar = (...argv: string[]) => execFileSync('tar', argv, { cwd: directory, encoding: 'utf8' });
const sinks = { bundle: createBundleWriter, raw: createRawWriter };

describe('a bundle', () => {
  test.each([0, 1, 511, 512, 700_001])(
    'of an archive of %i bytes is what GNU tar and sha256sum expect',
    async (size) => {
      const content = randomBytes(size);
      const sink = createBundleWriter(host, targetFor());
      const manifest = await fill(sink, [content.subarray(0, size >> 1), content.subarray(size >> 1)]);
      sink.publish();
      const bundle = `${archiveName}.bundle.tar`;
      expect(files()).toEqual([bundle]);
      expect(gnuTar('-tf', bundle)).toBe(`${archiveName}.metadata\n${archiveName}.sha256\n${archiveName}\n`);
      gnuTar('-xf', bundle, '--no-same-owner');
      expect(
        execFileSync('sha256sum', ['-c', `${archiveName}.sha256`], { cwd: directory, encoding: 'utf8' }),
      ).toBe(`${archiveName}: OK\n`);
      expect(JSON.parse(readFileSync(join(directory, `${archiveName}.metadata`), 'utf8'))).toMatchObject(
        manifest,
      );
      expect(readFileSync(join(directory, archiveName)).equals(content)).toBe(true);
    },
  );

  test('has members 0640 of root with the time of the run, and is itself 0600', async () => {
    const sink = createBundleWriter(host, targetFor());
    expect(statSync(sink.partialPath).mode & 0o777).toBe(0o600);
    await fill(sink, [Buffer.from('x')]);
    sink.publish();
    const listed = gnuTar('-tvf', `${archiveName}.bundle.tar`, '--full-time', '--utc', '--numeric-owner');
    expect(listed.match(/^-rw-r----- 0\/0 +\d+ 2026-07-24 02:00:00 /gm)).toHaveLength(3);
    expect(statSync(sink.finalPath).mode & 0o777).toBe(0o600);
  });

  test('holds the archive at the offset that it told', async () => {
    const content = randomBytes(1000);
    const sink = createBundleWriter(host, targetFor());
    await sink.write(content);
    const { archiveOffset, archiveSize, sha256 } = sink.finishContent();
    const stored = readFileSync(sink.partialPath).subarray(archiveOffset, archiveOffset + archiveSize);
    expect(stored.equals(content)).toBe(true);
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
  });

  test('with names longer than 100 bytes is unpacked by GNU tar', async () => {
    const longName = `${'h'.repeat(120)}-backup-20260724-020000.tar`;
    const sink = createBundleWriter(host, targetFor(longName));
    await fill(sink, [Buffer.from('content')]);
    sink.publish();
    gnuTar('-xf', `${longName}.bundle.tar`, '--no-same-owner');
    expect(readFileSync(join(directory, longName), 'utf8')).toBe('content');
  });

  test('leaves nothing behind when even its front does not fit on the disk', () => {
    const write = () => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    };
    expect(() => createBundleWriter({ ...host, fs: { ...host.fs, write } }, targetFor())).toThrow(
      DiskSpaceError,
    );
    expect(files()).toEqual([]);
  });

  test('refuses a manifest for which it kept no room', async () => {
    const sink = createBundleWriter(host, { ...targetFor(), areaCount: 0 });
    const manifest = await fill(sink, [Buffer.from('x')]);
    expect(() => {
      sink.finishManifest({ ...manifest, script_version: 'v'.repeat(9000) });
    }).toThrow(/room/);
    sink.discard();
  });
});

test('a raw archive has private sidecars that sha256sum accepts before it gets its name', async () => {
  const sink = createRawWriter(host, targetFor());
  const manifest = await fill(sink, [Buffer.from('one'), Buffer.from('two')]);
  const sidecars = ['.manifest.json', '.metadata', '.sha256'].map((ending) => archiveName + ending);
  expect(files()).toEqual([...sidecars, `${archiveName}.partial`].sort());
  sink.publish();
  expect(files()).toEqual([archiveName, ...sidecars].sort());
  for (const name of files()) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  execFileSync('sha256sum', ['--strict', '-c', `${archiveName}.sha256`], { cwd: directory });
  const metadata = readFileSync(join(directory, `${archiveName}.metadata`), 'utf8');
  expect(JSON.parse(metadata)).toMatchObject(manifest);
  expect(metadata.endsWith('}')).toBe(true);
  expect(readFileSync(join(directory, `${archiveName}.manifest.json`), 'utf8')).toBe(metadata);
});

describe.each(Object.entries(sinks))('the %s sink', (_name, create) => {
  test('discards everything at any moment, and nothing after publish', async () => {
    const early = create(host, targetFor());
    early.discard();
    early.discard();
    expect(files()).toEqual([]);
    const late = create(host, targetFor());
    await fill(late, [Buffer.from('x')]);
    late.discard();
    expect(files()).toEqual([]);
    const published = create(host, targetFor());
    await fill(published, [Buffer.from('x')]);
    published.publish();
    const before = files();
    published.discard();
    expect(files()).toEqual(before);
  });

  test('never replaces an archive of the same name', async () => {
    const sink = create(host, targetFor());
    writeFileSync(sink.finalPath, 'older');
    await fill(sink, [Buffer.from('x')]);
    expect(() => {
      sink.publish();
    }).toThrow(StorageError);
    sink.discard();
    expect(readFileSync(sink.finalPath, 'utf8')).toBe('older');
    expect(files()).toHaveLength(1);
  });

  test('says which file it cannot create', () => {
    rmSync(directory, { recursive: true });
    expect(() => create(host, targetFor())).toThrow(AppError);
    expect(() => create(host, targetFor())).toThrow(/\.partial: no such file or directory/);
  });
});
