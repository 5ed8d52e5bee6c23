// Every kind of damage must be found, and nothing be found in what is sound.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codecFor } from '../../../src/archiver/codecs/index.ts';
import {
  verifyArchive,
  verifyContent,
  type VerifyReport,
} from '../../../src/archiver/verify/verify-archive.ts';
import type { SourceEntry } from '../../../src/entry.ts';
import { InterruptedError, KeyError } from '../../../src/errors.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import {
  existingEdition,
  host,
  makeTempDirectory,
  open,
  saveArchive,
  sha256,
  tarWithIndex,
  type SavedArchive,
} from './archive-samples.ts';
import { directoryEntry, fileEntry, linkEntry } from './entry-samples.ts';
import { hostileTar, memberBytes } from './hostile-tar.ts';

const entries: SourceEntry[] = [
  directoryEntry('etc'),
  fileEntry('etc/hosts', '127.0.0.1 localhost\n'),
  fileEntry('etc/empty', ''),
  fileEntry('etc/raw-\udce9', 'x'.repeat(100_000), { mtimeNs: -1_500_000_000n }),
  linkEntry('symlink', 'etc/link', '../usr/x'),
  linkEntry('hardlink', 'etc/second', 'etc/hosts'),
];
let directory: string;
beforeEach(() => {
  directory = makeTempDirectory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function verify(tar: Buffer, saved: Partial<SavedArchive> = {}): Promise<VerifyReport> {
  return verifyArchive(host, await open(saveArchive(tar, { directory, ...saved })));
}

const codesOf = (report: VerifyReport) => [...new Set(report.problems.map(({ code }) => code))];

function flipByte(path: string, at: number): void {
  const [byte = 0] = readFileSync(path).subarray(at, at + 1);
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.of(byte ^ 0x10), 0, 1, at);
  closeSync(fd);
}

test.each(['none', 'gz', 'zst'] as const)(
  'a sound archive (%s) is proved down to its contents',
  async (compression) => {
    const report = await verify(await tarWithIndex(entries), { compression, manifest: { entry_count: 6 } });
    expect(report).toMatchObject({
      ok: true,
      level: 'content',
      hasExpectedDigest: true,
      problems: [],
      checked: { entries: 6, files: 3, bytes: 100_020 },
    });
  },
);

test('a sound archive of the existing edition is proved down to its structure', async () => {
  const report = await verify(hostileTar({ name: './etc/hosts', content: 'x' }), {
    manifest: existingEdition,
  });
  expect(report).toMatchObject({ ok: true, level: 'structure', checked: { entries: 1, files: 1, bytes: 1 } });
});

test('an archive without sidecars is proved by its index, and the report says that nothing outside vouches for it', async () => {
  const report = await verify(await tarWithIndex(entries), { manifest: false, checksum: false });
  expect(report).toMatchObject({ ok: true, level: 'content', hasExpectedDigest: false });
});

describe('one flipped byte is found', () => {
  const places: [string, number][] = [
    ['head', 0.001],
    ['first quarter', 0.25],
    ['middle', 0.5],
    ['tail', 0.999],
  ];
  for (const compression of ['none', 'gz', 'zst'] as const) {
    test.each(places)(
      `in the %s (${compression}), with and without a checksum to compare with`,
      async (_title, place) => {
        const tar = await tarWithIndex(entries);
        for (const sidecars of [{}, { manifest: false, checksum: false } as const]) {
          const path = saveArchive(tar, { directory, compression, ...sidecars });
          // The tail of a plain tar is padding: only the checksum can tell, and a header's damage tells itself.
          if (compression === 'none' && place > 0.99 && 'manifest' in sidecars) continue;
          const archive = await open(path);
          flipByte(path, Math.floor(statSync(path).size * place));
          const report = await verifyArchive(host, archive);
          expect(report.ok).toBe(false);
          if (!('manifest' in sidecars)) expect(codesOf(report)).toContain('checksum-differs');
        }
      },
    );
  }
});

test('truncation at and inside every member is found', async () => {
  const tar = await tarWithIndex(entries);
  for (
    let size = 0;
    size < tar.length - 1024;
    size += size < 8192 || size > tar.length - 12_000 ? 256 : 8192
  ) {
    const report = await verify(tar.subarray(0, size), {
      compression: 'none',
      manifest: false,
      checksum: false,
    }).catch((error: unknown) => error as Error);
    // Shorter than a header: not recognised as an archive at all when it is opened.
    const isFound = report instanceof Error ? size < 512 : !report.ok;
    expect(isFound || isOnlyPadding(tar, size)).toBe(true);
  }
});

function isOnlyPadding(tar: Buffer, size: number): boolean {
  return tar.subarray(Math.max(0, size - 512)).every((byte) => byte === 0);
}

test('a file that was cut after it was opened is found', async () => {
  const path = saveArchive(await tarWithIndex(entries), { directory });
  const archive = await open(path);
  truncateSync(path, archive.size - 100);
  const report = await verifyArchive(host, archive);
  expect(report).toMatchObject({ ok: false, sha256: '' });
  expect(report.problems[0]?.message).toMatch(/ends at byte|unexpected end/);
});

test.each(['gz', 'xz', 'zst', 'bz2', 'none'] as const)(
  'garbage behind the end (%s) is found',
  async (type) => {
    const tar = await tarWithIndex(entries);
    const path = join(directory, `x-backup-20260724-020000.tar${codecFor(type).extension}`);
    const programs = { gz: 'gzip', xz: 'xz', zst: 'zstd', bz2: 'bzip2', none: 'cat' };
    writeFileSync(path, execFileSync(programs[type], type === 'none' ? [] : ['-c'], { input: tar }));
    const digest = sha256(readFileSync(path));
    writeFileSync(`${path}.sha256`, `${digest}  x\n`);
    expect(await verifyArchive(host, await open(path))).toMatchObject({ ok: true, level: 'content' });
    appendFileSync(path, 'garbage');
    expect(codesOf(await verifyArchive(host, await open(path)))).toContain('checksum-differs');
  },
);

describe('an index that lies is found', () => {
  const changed = (change: Partial<SourceEntry>) =>
    entries.map((entry) => (entry.path === 'etc/hosts' ? { ...entry, ...change } : entry));
  const lies: [string, SourceEntry[], string][] = [
    ['about content', changed({ content: Buffer.from('127.0.0.2 localhost\n') }), 'content-differs'],
    ['about size', changed({ size: 21 }), 'entry-differs'],
    ['about mode', changed({ mode: 0o600 }), 'entry-differs'],
    ['about owner', changed({ uid: 1 }), 'entry-differs'],
    ['about group name', changed({ groupName: 'adm' }), 'entry-differs'],
    ['about time', changed({ mtimeNs: 1n }), 'entry-differs'],
    ['about type', changed({ type: 'directory' }), 'entry-differs'],
    [
      'about a link target',
      entries.map((entry) => (entry.type === 'symlink' ? { ...entry, linkTarget: '/x' } : entry)),
      'entry-differs',
    ],
    [
      'about a raw byte in a name',
      entries.map((entry) => (entry.path.includes('raw') ? { ...entry, path: 'etc/raw-\udcea' } : entry)),
      'entry-differs',
    ],
    ['by an entry too many', [...entries, fileEntry('etc/ghost', 'boo')], 'entry-count-differs'],
    ['by an entry too few', entries.slice(0, -1), 'entry-count-differs'],
    ['by another order', [...entries.slice(1), ...entries.slice(0, 1)], 'entry-differs'],
  ];
  test.each(lies)('%s', async (_title, indexed, code) => {
    const report = await verify(await tarWithIndex(entries, indexed));
    expect(report.ok).toBe(false);
    expect(codesOf(report)).toEqual([code]);
  });
});

test('an entry behind the index, a device, a missing index and a count of the manifest that is wrong are found', async () => {
  const tar = await tarWithIndex(entries);
  const end = tar.indexOf(Buffer.alloc(1024), tar.lastIndexOf(']}\n'));
  const padded = Math.ceil(end / 512) * 512;
  const extra = memberBytes({ name: 'etc/late', content: 'x' });
  const withLate = Buffer.concat([tar.subarray(0, padded), extra, Buffer.alloc(1024)]);
  expect(codesOf(await verify(withLate))).toEqual(['entry-after-index']);
  expect(
    codesOf(await verify(hostileTar({ name: 'dev/sda', type: '4' }), { manifest: existingEdition })),
  ).toEqual(['unsupported-entry']);
  expect(codesOf(await verify(hostileTar({ name: 'a' })))).toEqual(['index-missing']);
  expect(codesOf(await verify(tar, { manifest: { entry_count: 7 } }))).toEqual(['entry-count-differs']);
});

describe('a hard link whose target is no earlier file is found', () => {
  const file = fileEntry('etc/hosts', 'x');
  const link = linkEntry('hardlink', 'etc/second', 'etc/hosts');
  test.each<[string, SourceEntry[], string[]]>([
    ['missing', [link], ['link-target-missing']],
    ['behind the link', [link, file], ['link-target-missing']],
    ['a directory', [directoryEntry('etc/hosts'), link], ['link-target-missing']],
    ['itself', [linkEntry('hardlink', 'a', 'a')], ['link-target-missing']],
    ['in front of the link, as it should be', [file, link], []],
    ['a symbolic link, as GNU tar saves it', [linkEntry('symlink', 'etc/hosts', 'x'), link], []],
  ])('%s', async (_title, linked, codes) => {
    expect(codesOf(await verify(await tarWithIndex(linked)))).toEqual(codes);
  });
});

describe('a decompressor that hangs', () => {
  test.each([
    ['before it has read anything', ''],
    ['after it has read everything', 'cat > /dev/null\n'],
  ])('%s ends at once, with its process group, when the run is interrupted', async (_when, first) => {
    const pidFile = join(directory, 'pid');
    const script = `#!/bin/sh\n${first}echo $$ > ${pidFile}\nsleep 1000\n`;
    writeFileSync(join(directory, 'xz'), script, { mode: 0o755 });
    const stubHost = createHost({ env: { ...process.env, PATH: `${directory}:${process.env.PATH ?? ''}` } });
    const path = join(directory, 'x-backup-20260724-020000.tar.xz');
    writeFileSync(path, execFileSync('xz', ['-c'], { input: await tarWithIndex(entries) }));
    const controller = new AbortController();
    const work = verifyArchive(stubHost, await open(path), { signal: controller.signal });
    work.catch(() => undefined);
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8')).toMatch(/\d+\n/);
    controller.abort();
    await expect(work).rejects.toThrow(InterruptedError);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const isRunning = () =>
      existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    await expect.poll(isRunning).toBe(false);
  });
});

test('a checksum file that disagrees is a problem even when the manifest agrees', async () => {
  const report = await verify(await tarWithIndex(entries), { checksum: `${'a'.repeat(64)}  x\n` });
  expect(report.problems).toHaveLength(1);
  expect(report.problems[0]).toMatchObject({
    code: 'checksum-differs',
    message: expect.stringContaining('checksum file'),
  });
});

test('a ruined archive reports at most a hundred problems and counts them all', async () => {
  const many = Array.from({ length: 300 }, (_, number) => fileEntry(`f${number}`, 'x'));
  const report = await verify(
    await tarWithIndex(
      many,
      many.map((entry) => ({ ...entry, uid: 5 })),
    ),
  );
  expect(report.problems).toHaveLength(100);
  expect(report.problemCount).toBe(300);
});

test('bytes at a given place of a file with any name can be verified before the file gets its name', async () => {
  const tar = await tarWithIndex(entries);
  const path = join(directory, 'NAME.partial');
  writeFileSync(path, Buffer.concat([Buffer.alloc(1000, 'front'), tar, Buffer.alloc(99, 'behind')]));
  const source = {
    path: asRealPath(path),
    offset: 1000,
    size: tar.length,
    compression: 'none',
    isEncrypted: false,
    expectsIndex: true,
    expectedDigests: [{ source: 'manifest', sha256: sha256(tar) }],
    expectedEntries: 6,
  } as const;
  expect(await verifyContent(host, source)).toMatchObject({
    ok: true,
    level: 'content',
    sha256: sha256(tar),
  });
});

test('the stage between file and decompressor is used, and without it an encrypted archive needs a key', async () => {
  const path = saveArchive(await tarWithIndex(entries), { directory });
  const archive = await open(path);
  const outer = { ...archive, isEncrypted: true, compression: 'none' } as const;
  await expect(verifyArchive(host, outer)).rejects.toThrow(KeyError);
  const report = await verifyArchive(host, { ...outer, decrypt: () => codecFor('gz').decompress(host) });
  expect(report).toMatchObject({ ok: true, level: 'content' });
});

test('an abort is an InterruptedError, not a problem of the archive', async () => {
  const big = await tarWithIndex([fileEntry('big', Buffer.alloc(4 * 2 ** 20, 'abc'))]);
  const archive = await open(saveArchive(big, { directory, compression: 'none' }));
  const controller = new AbortController();
  const options = { signal: controller.signal, onBytes: () => controller.abort() };
  await expect(verifyArchive(host, archive, options)).rejects.toThrow(InterruptedError);
});
