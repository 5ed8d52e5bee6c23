// What the archive's own SHA-256 does not cover: the bundle around it and the manifest in it.

import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compressionOfName } from '../../../src/archiver/archive-name.ts';
import type { Manifest } from '../../../src/archiver/manifest.ts';
import { resolveCodec } from '../../../src/archiver/resolve-codec.ts';
import { verifyArchive } from '../../../src/archiver/verify/verify-archive.ts';
import { createBundleWriter } from '../../../src/archiver/write/bundle-writer.ts';
import { writeArchive } from '../../../src/archiver/write/write-archive.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { host, makeTempDirectory, open } from './archive-samples.ts';
import { directoryEntry, fileEntry, linkEntry } from './entry-samples.ts';

const entries = [
  directoryEntry('etc', { area: 'base' }),
  // A name that would mislead whoever looks for keys in the text of the index.
  fileEntry('etc/a","type":"directory","size":99', 'five!', { area: 'base' }),
  fileEntry('etc/hosts', '127.0.0.1 localhost\n', { area: 'dns' }),
  linkEntry('symlink', 'etc/link', 'hosts', { area: 'links' }),
];
const facts = {
  created_at: '2026-07-24T02:00:00Z',
  hostname: 'pve1',
  install_id: 'ab12',
  proxmox_type: 'pve',
  verified_at: '2026-07-24T02:01:00Z',
  entry_count: 4,
  file_count: 2,
  content_bytes: 25,
  areas: [
    { id: 'base', files: 1, bytes: 5 },
    { id: 'dns', files: 1, bytes: 20 },
    { id: 'links', files: 0, bytes: 0 },
  ],
};
let directory: string;
let path: string;
beforeEach(async () => {
  directory = makeTempDirectory();
  path = await writeBundle({});
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function writeBundle(lies: Partial<Manifest>): Promise<string> {
  const archiveName = 'pve1-backup-20260724-020000.tar.zst';
  rmSync(`${directory}/${archiveName}.bundle.tar`, { force: true });
  const target = { directory: asRealPath(directory), archiveName, createdAt: new Date(0), areaCount: 3 };
  const sink = createBundleWriter(host, target);
  const request = { type: 'zst', level: undefined, mode: 'fast', threads: 2 } as const;
  const written = await writeArchive(host, {
    entries: [entries],
    indexHead: { schemaVersion: 1, createdAt: facts.created_at, hostname: 'pve1', areas: [] },
    compression: resolveCodec(host, request, () => undefined),
    sink,
    signal: host.signal,
  });
  sink.finishManifest({
    archive_path: sink.finalPath,
    archive_size: written.archiveSize,
    sha256: written.sha256,
    compression_type: compressionOfName(archiveName) ?? '',
    compression_level: 1,
    schema_version: 1,
    ...facts,
    ...lies,
  });
  sink.publish();
  return sink.finalPath;
}

async function codesOf(): Promise<string[]> {
  const { problems } = await verifyArchive(host, await open(path));
  return [...new Set(problems.map(({ code }) => code))];
}

/** Replaces text of the same length in front of the archive. */
function alter(from: string, to: string): void {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  bytes.write(to.padEnd(from.length), at);
  writeFileSync(path, bytes);
}

test('a sound bundle is good, also with more zeros behind it, as GNU tar writes them', async () => {
  expect(await open(path)).toMatchObject({ unverified: [] });
  expect(await codesOf()).toEqual([]);
  appendFileSync(path, Buffer.alloc(10_240));
  expect(await codesOf()).toEqual([]);
});

test('another bundle or garbage behind a bundle is found', async () => {
  const size = readFileSync(path).length;
  appendFileSync(path, readFileSync(path));
  expect(await codesOf()).toEqual(['bundle-has-stray-bytes']);
  truncateSync(path, size);
  appendFileSync(path, Buffer.concat([Buffer.alloc(3_000_000), Buffer.of(1)]));
  expect(await codesOf()).toEqual(['bundle-has-stray-bytes']);
});

test.each([1, 512, 513, 1024])(
  'a bundle that lacks its last %i bytes is found, and opening it says so',
  async (missing) => {
    truncateSync(path, readFileSync(path).length - missing);
    expect((await open(path)).unverified.join()).toMatch(/no end marker/);
    expect(await codesOf()).toEqual(['bundle-cut-short']);
  },
);

test('a byte in the padding of a member is found', async () => {
  const archive = await open(path);
  const bytes = readFileSync(path);
  // Behind the checksum file, in front of the header of the archive; and behind the archive.
  for (const at of [archive.offset - 513, archive.offset + archive.size]) {
    const damaged = Buffer.from(bytes);
    damaged[at] = 1;
    writeFileSync(path, damaged);
    expect(await codesOf()).toEqual(['bundle-has-stray-bytes']);
  }
});

describe('an altered manifest is found, and opening it says so', () => {
  test.each([
    ['"hostname": "pve1"', '"hostname": "pve2"'],
    ['"created_at": "2026', '"created_at": "2027'],
    ['"install_id": "ab12"', '"install_id": "ab13"'],
    ['"proxmox_type": "pve"', '"proxmox_type": "pbs"'],
    ['"verified_at": "2026', '"verified_at": "2025'],
    ['"verified_at"', '"verified_by"'],
  ])('%s to %s', async (from, to) => {
    alter(from, to);
    expect((await open(path)).unverified.join()).toMatch(/manifest .* was altered/);
    expect(await codesOf()).toContain('manifest-damaged');
  });

  test('beyond recognition', async () => {
    alter('"created_at"', '"created_by"');
    expect(await codesOf()).toContain('manifest-damaged');
  });
});

test('a manifest of ours from before it had a digest of its own is good', async () => {
  alter('"manifest_sha256"', '"manifest_former"');
  expect(await codesOf()).toEqual([]);
});

describe('a manifest that was made to lie about the archive is found', () => {
  const [base, dns, links] = facts.areas;
  test.each<[string, Partial<Manifest>]>([
    ['hostname', { hostname: 'pve2' }],
    ['created_at', { created_at: '2026-07-25T02:00:00Z' }],
    ['file_count', { file_count: 3 }],
    ['content_bytes', { content_bytes: 26 }],
    ['files of an area', { areas: [base!, { ...dns!, files: 2 }, links!] }],
    ['bytes of an area', { areas: [{ ...base!, bytes: 6 }, dns!, links!] }],
    ['an area too few', { areas: [base!, links!] }],
    ['another area', { areas: [base!, { ...dns!, id: 'ssh' }, links!] }],
  ])('%s', async (_title, lies) => {
    path = await writeBundle(lies);
    expect((await open(path)).unverified).toEqual([]);
    expect(await codesOf()).toEqual(['manifest-differs']);
  });
});
