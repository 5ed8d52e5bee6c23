// Extraction of sound archives: everything comes back as it was, subsets too, and nothing is overwritten by accident.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catEntry } from '../../../src/archiver/read/cat-entry.ts';
import { extractArchive } from '../../../src/archiver/extract/extract-archive.ts';
import type { ExtractOptions } from '../../../src/archiver/extract/extract-options.ts';
import type { SourceEntry } from '../../../src/entry.ts';
import { ArchiveError, DiskSpaceError, InterruptedError, UsageError } from '../../../src/errors.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath, type Host } from '../../../src/host/host.ts';
import {
  collect,
  existingEdition,
  host,
  makeTempDirectory,
  open,
  saveArchive,
  tarWithIndex,
} from './archive-samples.ts';
import { directoryEntry, fileEntry, linkEntry } from './entry-samples.ts';
import { hostileTar } from './hostile-tar.ts';
import { listTree } from './tree-listing.ts';

const isRoot = process.getuid?.() === 0;
let directory: string;
let target: string;
beforeEach(() => {
  directory = makeTempDirectory();
  target = join(directory, 'target');
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwx', directory]);
  rmSync(directory, { recursive: true, force: true });
});

const everything: Pick<ExtractOptions, 'select' | 'owner'> = { select: () => true, owner: 'keep' };

async function extract(path: string, options: Partial<ExtractOptions> = {}, onHost: Host = host) {
  return extractArchive(onHost, await open(path), { ...everything, to: asRealPath(target), ...options });
}

async function extractTar(
  tar: Buffer,
  options: Partial<ExtractOptions> = {},
  manifest: Record<string, unknown> = {},
) {
  return extract(saveArchive(tar, { directory, manifest }), options);
}

const entries: SourceEntry[] = [
  directoryEntry('etc', { mode: 0o750 }),
  directoryEntry('etc/closed', { mode: 0o500, mtimeNs: 1_500_000_000_000_000_000n }),
  fileEntry('etc/closed/inside', 'inside', { mode: 0o400 }),
  fileEntry('etc/first', 'shared', { mode: 0o640, area: 'dns' }),
  linkEntry('hardlink', 'etc/second', 'etc/first', { mode: 0o640, area: 'ssh' }),
  linkEntry('symlink', 'etc/soft', '../first', { area: 'ssh' }),
  fileEntry('etc/raw-\udce9', 'raw'),
  fileEntry('etc/new\nline', 'newline'),
];

test('what GNU tar packed comes back the same in bytes, modes, owners, times, links and names', async () => {
  const source = join(directory, 'source');
  mkdirSync(join(source, 'etc', 'deep', 'er'), { recursive: true });
  writeFileSync(join(source, 'etc', 'deep', 'er', 'file'), Buffer.alloc(300_000, 'content'), { mode: 0o604 });
  writeFileSync(Buffer.concat([Buffer.from(join(source, 'etc', 'raw')), Buffer.of(0xff)]), 'x');
  writeFileSync(join(source, 'etc', 'empty'), '');
  writeFileSync(join(source, 'etc', 'n'.repeat(255)), 'long');
  linkSync(join(source, 'etc', 'empty'), join(source, 'etc', 'same'));
  symlinkSync('/nowhere/at/all', join(source, 'etc', 'dangling'));
  chmodSync(join(source, 'etc', 'deep'), 0o1500);
  utimesSync(join(source, 'etc', 'deep'), 1_400_000_000, 1_400_000_000);
  for (const format of ['gnu', 'pax']) {
    const tar = execFileSync('tar', ['-C', source, `--format=${format}`, '-cf', '-', '.'], {
      maxBuffer: 2 ** 24,
    });
    rmSync(target, { recursive: true, force: true });
    const report = await extractTar(tar, {}, existingEdition);
    expect(report).toMatchObject({ problems: [], skipped: 0 });
    // tar's own format keeps whole seconds only, and the root directory is the caller's.
    const facts = (tree: string) =>
      listTree(tree)
        .replace(/(\d{10})\.\d+/g, '$1')
        .split('\n')
        .filter((line) => !/^d \d+ \S+ \d+ \d+ {2}$/.test(line))
        .map((line) => line.replace(/^(d \d+ \S+) \d+/, '$1'))
        .sort();
    expect(facts(target)).toEqual(facts(source));
    expect(statSync(join(target, 'etc', 'empty')).ino).toBe(statSync(join(target, 'etc', 'same')).ino);
    execFileSync('chmod', ['-R', 'u+rwx', target]);
  }
});

test('an archive of ours is extracted whole, and the report counts it', async () => {
  const report = await extractTar(await tarWithIndex(entries));
  expect(report).toMatchObject({ files: 5, directories: 2, links: 2, problems: [], problemCount: 0 });
  expect(readFileSync(join(target, 'etc/second'), 'utf8')).toBe('shared');
  expect(readlinkSync(join(target, 'etc/soft'))).toBe('../first');
  expect(existsSync(join(target, 'var/lib/proxsave-info/index.json'))).toBe(true);
  expect(lstatSync(join(target, 'etc/closed')).mode & 0o7777).toBe(0o500);
  expect(lstatSync(join(target, 'etc/closed')).mtimeMs).toBe(1_500_000_000_000);
  expect(
    readdirSync(target, { recursive: true }).filter((name) => String(name).includes('proxsave-tmp')),
  ).toEqual([]);
});

describe('a selection', () => {
  test('by path gets parents with the modes that the archive has for them, and nothing else', async () => {
    const report = await extractTar(await tarWithIndex(entries), {
      select: ({ path }) => path === 'etc/closed/inside',
    });
    expect(report).toMatchObject({ files: 1, directories: 0, links: 0, problems: [] });
    expect(lstatSync(join(target, 'etc')).mode & 0o7777).toBe(0o750);
    expect(lstatSync(join(target, 'etc/closed')).mode & 0o7777).toBe(0o500);
    expect(readdirSync(target, { recursive: true }).sort()).toEqual([
      'etc',
      'etc/closed',
      'etc/closed/inside',
    ]);
  });

  test('by area uses what the index says', async () => {
    await extractTar(await tarWithIndex(entries), { select: (_meta, area) => area === 'dns' });
    expect(readdirSync(target, { recursive: true }).sort()).toEqual(['etc', 'etc/first']);
  });

  test('of a hard link alone brings the content of the file that it shares', async () => {
    const report = await extractTar(await tarWithIndex(entries), { select: (_meta, area) => area === 'ssh' });
    expect(report).toMatchObject({ files: 1, links: 1, problems: [] });
    expect(readFileSync(join(target, 'etc/second'), 'utf8')).toBe('shared');
    expect(lstatSync(join(target, 'etc/second')).mode & 0o777).toBe(0o640);
    expect(existsSync(join(target, 'etc/first'))).toBe(false);
  });

  test('that is complete ends the reading early; damage behind it does not matter', async () => {
    const big = [...entries, fileEntry('zz', Buffer.alloc(3 * 2 ** 20, 'x'))];
    const archive = await open(saveArchive(await tarWithIndex(big), { directory, compression: 'none' }));
    let bytes = 0;
    const options = {
      ...everything,
      to: asRealPath(target),
      select: ({ path }: { path: string }) => path === 'etc/first',
    };
    await extractArchive(host, archive, { ...options, onBytes: (count) => (bytes += count) });
    expect(bytes).toBeLessThan(archive.size / 2);
  });

  test('of nothing writes nothing', async () => {
    const report = await extractTar(await tarWithIndex(entries), { select: () => false });
    expect(report).toMatchObject({ files: 0, directories: 0, links: 0, problems: [] });
    expect(readdirSync(target)).toEqual([]);
  });
});

describe('what exists already', () => {
  beforeEach(() => {
    mkdirSync(join(target, 'etc'), { recursive: true, mode: 0o700 });
    writeFileSync(join(target, 'etc/first'), 'mine');
    writeFileSync(join(target, 'etc/soft'), 'mine too');
  });

  test('is left as it is and reported', async () => {
    const report = await extractTar(await tarWithIndex(entries));
    expect(report.skipped).toBe(2);
    expect(report.problems.map(({ code, path }) => [code, path])).toEqual([
      ['exists', 'etc/first'],
      ['exists', 'etc/soft'],
    ]);
    // Its first name was not extracted, so it gets the content for itself and is no link to the user's file.
    expect(readFileSync(join(target, 'etc/second'), 'utf8')).toBe('shared');
    expect(readFileSync(join(target, 'etc/first'), 'utf8')).toBe('mine');
    expect(lstatSync(join(target, 'etc')).mode & 0o777).toBe(0o700);
  });

  test('is replaced when asked for, also twice in a row', async () => {
    const tar = await tarWithIndex(entries);
    for (let round = 1; round <= 2; round += 1) {
      expect(await extractTar(tar, { overwrite: true })).toMatchObject({ skipped: 0, problems: [] });
      expect(readFileSync(join(target, 'etc/first'), 'utf8')).toBe('shared');
      expect(readlinkSync(join(target, 'etc/soft'))).toBe('../first');
      expect(statSync(join(target, 'etc/first')).ino).toBe(statSync(join(target, 'etc/second')).ino);
      expect(lstatSync(join(target, 'etc')).mode & 0o777).toBe(0o750);
    }
  });

  test('is not replaced by content that differs from the index', async () => {
    const lie = entries.map((entry) =>
      entry.path === 'etc/first' ? { ...entry, content: Buffer.from('SHARED') } : entry,
    );
    const report = await extractTar(await tarWithIndex(entries, lie), { overwrite: true });
    expect(report.problems[0]).toMatchObject({ code: 'content-differs', path: 'etc/first' });
    expect(readFileSync(join(target, 'etc/first'), 'utf8')).toBe('mine');
  });
});

test('content that differs from the index is extracted where nothing was, and reported', async () => {
  const lie = entries.map((entry) =>
    entry.path === 'etc/first' ? { ...entry, content: Buffer.from('SHARED') } : entry,
  );
  const report = await extractTar(await tarWithIndex(entries, lie));
  expect(report.problems).toMatchObject([{ code: 'content-differs', path: 'etc/first' }]);
  expect(readFileSync(join(target, 'etc/first'), 'utf8')).toBe('shared');
});

test('an entry that is not what the index says, or that it does not list, is reported', async () => {
  const lie = entries
    .slice(0, -1)
    .map((entry) => (entry.path === 'etc/first' ? { ...entry, mode: 0o777 } : entry));
  const report = await extractTar(await tarWithIndex(entries, lie));
  expect(report.problems.map(({ code, path }) => [code, path])).toEqual([
    ['entry-differs', 'etc/first'],
    ['not-in-index', 'etc/new\nline'],
  ]);
});

test('setuid and setgid are dropped and reported, or kept when asked for', async () => {
  const special = [
    directoryEntry('d', { mode: 0o2775 }),
    fileEntry('su', 'x', { mode: 0o4755 }),
    directoryEntry('t', { mode: 0o1777 }),
  ];
  const tar = await tarWithIndex(special);
  const modes = () => ['d', 'su', 't'].map((name) => lstatSync(join(target, name)).mode & 0o7777);
  const report = await extractTar(tar, { owner: 'mine' });
  expect(modes()).toEqual([0o775, 0o755, 0o1777]);
  expect(report.notes).toEqual(['The setuid or setgid bit of 2 entries was dropped.']);
  expect((await extractTar(tar, { owner: 'mine', overwrite: true, keepSpecialModes: true })).notes).toEqual(
    [],
  );
  expect(modes()).toEqual([0o2775, 0o4755, 0o1777]);
});

test.skipIf(!isRoot)(
  'owners come back by name where the host knows it, else by number, for links too (needs root)',
  async () => {
    const root = join(directory, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nbackup:x:1234:1234::/:/bin/false\n');
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
    const owners = { uid: 34, gid: 34, userName: 'backup', groupName: 'backup' };
    const tar = await tarWithIndex([
      fileEntry('f', 'x', owners),
      linkEntry('symlink', 's', 'f', owners),
      directoryEntry('d', owners),
    ]);
    const path = saveArchive(tar, { directory });
    await extract(path, {}, createHost({ root }));
    for (const name of ['f', 's', 'd'])
      expect(lstatSync(join(target, name))).toMatchObject({ uid: 1234, gid: 34 });
    await extract(path, { owner: 'mine', overwrite: true }, createHost({ root }));
    expect(lstatSync(join(target, 'f'))).toMatchObject({ uid: 0, gid: 0 });
  },
);

test('without root, files are ours and the report says so once', async () => {
  const asUser: Host = { ...host, process: { ...host.process, uid: 1000 } };
  const path = saveArchive(
    await tarWithIndex([fileEntry('a', 'x', { uid: 34 }), fileEntry('b', 'x', { uid: 34 })]),
    { directory },
  );
  const report = await extract(path, {}, asUser);
  expect(report.notes).toEqual(['Owners were not restored: that needs root. All files belong to you.']);
  expect(lstatSync(join(target, 'a')).uid).toBe(process.getuid?.());
});

describe('an archive of the existing edition', () => {
  const dedup = JSON.stringify([
    { path: 'etc/copy', mode: 0o640, uid: 0, gid: 0 },
    { path: 'opt/other', mode: 0o600 },
    { path: 'etc/not-a-link', mode: 0o644 },
  ]);
  const old = hostileTar(
    { name: './.proxsave-marker', content: 'Created by PID 1' },
    { name: './etc', type: '5', mode: 0o755 },
    { name: './etc/a-file', content: 'same bytes', mode: 0o644 },
    { name: './etc/copy', type: '2', link: 'a-file' },
    { name: './etc/real-link', type: '2', link: 'a-file' },
    { name: './opt', type: '5', mode: 0o755 },
    { name: './opt/other', type: '2', link: '../etc/a-file' },
    { name: './var/lib/proxsave-info/dedup_manifest.json', content: dedup, mode: 0o600 },
  );

  test('gets its deduplicated files back as files with mode; other links stay links', async () => {
    expect((await extractTar(old, {}, existingEdition)).problems).toEqual([]);
    for (const [name, mode] of [
      ['etc/copy', 0o640],
      ['opt/other', 0o600],
    ] as const) {
      expect(lstatSync(join(target, name)).isFile()).toBe(true);
      expect(lstatSync(join(target, name)).mode & 0o7777).toBe(mode);
      expect(readFileSync(join(target, name), 'utf8')).toBe('same bytes');
    }
    expect(readlinkSync(join(target, 'etc/real-link'))).toBe('a-file');
  });

  test('gets them back too when only they are selected', async () => {
    const report = await extractTar(
      old,
      { select: ({ path }) => path.endsWith('copy') || path.endsWith('other') },
      existingEdition,
    );
    expect(report).toMatchObject({ files: 2, links: 0, problems: [] });
    expect(readFileSync(join(target, 'opt/other'), 'utf8')).toBe('same bytes');
    expect(readFileSync(join(target, 'etc/copy'), 'utf8')).toBe('same bytes');
    expect(readdirSync(target, { recursive: true }).sort()).toEqual(['etc', 'etc/copy', 'opt', 'opt/other']);
  });

  test('with a damaged list of deduplicated files keeps the links and says so', async () => {
    const damaged = hostileTar(
      { name: './b', type: '2', link: 'a' },
      { name: './var/lib/proxsave-info/dedup_manifest.json', content: '[{' },
    );
    const report = await extractTar(damaged, {}, existingEdition);
    expect(report.problems).toMatchObject([{ code: 'dedup-manifest-damaged' }]);
    expect(readlinkSync(join(target, 'b'))).toBe('a');
  });

  test('lets a deduplicated file be shown by its content', async () => {
    const archive = await open(saveArchive(old, { directory, manifest: existingEdition }));
    expect(String(await collect(catEntry(host, archive, 'opt/other')))).toBe('same bytes');
    await expect(collect(catEntry(host, archive, 'etc/real-link'))).rejects.toThrow(
      /symbolic link to a-file/,
    );
  });
});

describe('cat', () => {
  const cat = async (path: string) =>
    String(
      await collect(
        catEntry(host, await open(saveArchive(await tarWithIndex(entries), { directory })), path),
      ),
    );

  test('gives the content of a file and of a hard link, with or without a leading slash', async () => {
    expect(await cat('etc/closed/inside')).toBe('inside');
    expect(await cat('/etc/second')).toBe('shared');
    expect(await cat('./etc/raw-\udce9')).toBe('raw');
  });

  test('of a symbolic link names its target; of a directory and of nothing says so', async () => {
    const error = await cat('etc/soft').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({
      message: 'etc/soft is a symbolic link to ../first',
      hint: expect.stringContaining('first'),
    });
    await expect(cat('etc')).rejects.toThrow('etc is a directory, not a file');
    await expect(cat('etc/nothing')).rejects.toThrow(/etc\/nothing is not in pve1-backup/);
  });
});

test('a damaged archive gives what can be read, with links and modes, and reports the damage', async () => {
  const tar = await tarWithIndex(entries);
  const at = tar.indexOf('./etc/new\nline');
  const report = await extractTar(tar.subarray(0, at + 100));
  expect(report.problems.map(({ code }) => code)).toContain('archive-damaged');
  expect(readFileSync(join(target, 'etc/second'), 'utf8')).toBe('shared');
  expect(lstatSync(join(target, 'etc/closed')).mode & 0o777).toBe(0o500);
});

test('an archive of which nothing can be read is an error, not an empty report', async () => {
  await expect(extractTar((await tarWithIndex(entries)).subarray(0, 300))).rejects.toThrow(ArchiveError);
});

test('too little free space is found before anything is written', async () => {
  const small: Host = { ...host, fs: { ...host.fs, space: () => ({ totalBytes: 1, availableBytes: 1000 }) } };
  const path = saveArchive(await tarWithIndex(entries), { directory });
  await expect(extract(path, {}, small)).rejects.toThrow(DiskSpaceError);
  expect(readdirSync(target)).toEqual([]);
});

test('an abort leaves no temporary file', async () => {
  const path = saveArchive(await tarWithIndex([fileEntry('big', Buffer.alloc(2 ** 22))]), {
    directory,
    compression: 'none',
  });
  const controller = new AbortController();
  const options = { signal: controller.signal, onBytes: () => controller.abort() };
  await expect(extract(path, options)).rejects.toThrow(InterruptedError);
  expect(readdirSync(target)).toEqual([]);
});
