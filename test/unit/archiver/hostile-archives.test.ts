// Archives made to write outside of the target, to hang, or to fill the disk. A sentinel directory beside the target
// must be byte for byte the same afterwards.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { extractArchive } from '../../../src/archiver/extract/extract-archive.ts';
import type { ExtractOptions } from '../../../src/archiver/extract/extract-options.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { existingEdition, host, makeTempDirectory, open, saveArchive } from './archive-samples.ts';
import { endMarker, hostileTar, memberBytes, type HostileMember } from './hostile-tar.ts';
import { listTree } from './tree-listing.ts';

let directory: string;
let target: string;
let sentinel: string;
let before: string;
beforeEach(() => {
  directory = makeTempDirectory();
  target = join(directory, 'target');
  sentinel = join(directory, 'sentinel');
  mkdirSync(target);
  mkdirSync(join(sentinel, 'sub'), { recursive: true });
  writeFileSync(join(sentinel, 'secret'), 'do not touch', { mode: 0o600 });
  writeFileSync(join(sentinel, 'sub', 'file'), 'nor this');
  chmodSync(sentinel, 0o750);
  before = listTree(sentinel);
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwx', directory]);
  rmSync(directory, { recursive: true, force: true });
});

/** Extracts with and without overwriting; what lies outside of the target must not change either way. */
async function attack(members: HostileMember[] | Buffer, options: Partial<ExtractOptions> = {}) {
  const tar = Buffer.isBuffer(members) ? members : hostileTar(...members);
  const path = saveArchive(tar, { directory, manifest: existingEdition });
  const beside = readdirSync(directory);
  const archive = await open(path);
  const common = { to: asRealPath(target), select: () => true, owner: 'keep' } as const;
  const report = await extractArchive(host, archive, { ...common, ...options });
  const again = await extractArchive(host, archive, { ...common, ...options, overwrite: true });
  expect(listTree(sentinel)).toBe(before);
  expect(readdirSync(directory)).toEqual(beside);
  return { report, again, codes: report.problems.map(({ code }) => code) };
}

describe('a name that leads out of the target is refused', () => {
  const names = [
    '../sentinel/new',
    '/tmp/archive-read-absolute',
    'a/../../sentinel/new',
    'a/b/../../../sentinel/secret',
    '..',
    'a/..',
  ];
  test.each(names)('%j', async (name) => {
    const { codes, report } = await attack([
      { name, content: 'evil' },
      { name: 'good', content: 'good' },
    ]);
    expect(codes).toEqual(['unsafe-name']);
    expect(report.files).toBe(1);
    expect(existsSync('/tmp/archive-read-absolute')).toBe(false);
  });

  test.each(['../sentinel', '/tmp/archive-read-absolute', 'x/../../sentinel/sub', '/'])(
    'as a directory: %j',
    async (name) => {
      const { codes } = await attack([{ name: `${name}/`, type: '5', mode: 0o777 }]);
      expect(codes).toEqual(['unsafe-name']);
      expect(existsSync('/tmp/archive-read-absolute')).toBe(false);
    },
  );

  test('by a PAX path that overrides a harmless one, and by a GNU long name', async () => {
    const long = `${'../'.repeat(40)}tmp/archive-read-absolute`;
    const { codes } = await attack([
      { name: 'harmless', content: 'x', pax: { path: '../sentinel/new' } },
      { name: '././@LongLink', type: 'L', content: `${long}\0` },
      { name: 'harmless', content: 'x' },
    ]);
    expect(codes).toEqual(['unsafe-name', 'unsafe-name']);
  });

  test('with a NUL byte, and an empty one', async () => {
    const { codes } = await attack([
      { name: 'x', pax: { path: 'a\0b' } },
      { name: '', content: 'x' },
    ]);
    expect(codes).toEqual(['unsafe-name', 'unsafe-name']);
  });
});

describe('nothing is written through a link', () => {
  test.each(['../sentinel', '/etc', 'real'])('a link to %j, then a file through it', async (link) => {
    const { codes } = await attack([
      { name: 'real/', type: '5', mode: 0o755 },
      { name: 'way', type: '2', link },
      { name: 'way/proxsave-hostile', content: 'evil' },
      { name: 'way/sub/', type: '5' },
      { name: 'way/hard', type: '1', link: 'good' },
    ]);
    expect(codes).toEqual(['parent-is-link', 'parent-is-link', 'parent-is-link']);
    expect(existsSync('/etc/proxsave-hostile')).toBe(false);
    expect(existsSync(join(target, 'real/proxsave-hostile'))).toBe(false);
  });

  test('a chain of links, each harmless alone', async () => {
    const { codes } = await attack([
      { name: 'a', type: '2', link: '.' },
      { name: 'a/b', type: '2', link: '..' },
      { name: 'a/b/sentinel/new', content: 'evil' },
    ]);
    expect(codes).toEqual(['parent-is-link', 'parent-is-link']);
  });

  test('a directory that becomes a link, and a link that becomes a directory', async () => {
    const { codes } = await attack([
      { name: 'd/', type: '5', mode: 0o755 },
      { name: 'd', type: '2', link: '../sentinel' },
      { name: 'd/new', content: 'evil' },
      { name: 'e', type: '2', link: '../sentinel' },
      { name: 'e/', type: '5', mode: 0o777 },
      { name: 'e', content: 'evil' },
    ]);
    expect(codes).toEqual(['parent-is-link', 'duplicate-name', 'duplicate-name', 'exists']);
    expect(lstatSync(join(target, 'd')).isDirectory()).toBe(true);
  });

  test('a link that stood in the target before', async () => {
    symlinkSync(sentinel, join(target, 'way'));
    symlinkSync(join(sentinel, 'secret'), join(target, 'file'));
    const { codes } = await attack([
      { name: 'way/new', content: 'evil' },
      { name: 'way/', type: '5', mode: 0o777 },
      { name: 'file', content: 'evil' },
    ]);
    expect(codes).toEqual(['parent-is-link', 'exists', 'exists']);
    // Overwriting replaces the link itself.
    expect(lstatSync(join(target, 'file')).isFile()).toBe(true);
  });

  test('a link in the place of a file that is written twice', async () => {
    const { codes } = await attack([
      { name: 'f', type: '2', link: '../sentinel/secret' },
      { name: 'f', content: 'evil' },
      { name: 'f', type: '1', link: 'f' },
    ]);
    expect(codes).toEqual(['duplicate-name', 'duplicate-name']);
  });

  test('a deduplicated file whose original lies outside', async () => {
    const manifest = JSON.stringify([
      { path: 'copy', mode: 0o644 },
      { path: 'far', mode: 0o644 },
      { path: '../sentinel/secret', mode: 0o777 },
    ]);
    const { codes } = await attack([
      { name: 'copy', type: '2', link: '../sentinel/secret' },
      { name: 'far', type: '2', link: '/etc/hostname' },
      { name: 'var/lib/proxsave-info/dedup_manifest.json', content: manifest },
    ]);
    expect(codes).toEqual(['unsafe-name', 'unsafe-name']);
    expect(existsSync(join(target, 'copy'))).toBe(false);
  });
});

describe('a hard link reaches only files that this extraction wrote', () => {
  test.each(['../sentinel/secret', '/etc/shadow', 'a/../../sentinel/secret', ''])('not %j', async (link) => {
    const { codes } = await attack([{ name: 'h', type: '1', link }]);
    expect(codes).toEqual(['unsafe-name']);
    expect(existsSync(join(target, 'h'))).toBe(false);
  });

  test('not a file that lay in the target before, nor through a link, nor a link', async () => {
    writeFileSync(join(target, 'mine'), 'mine');
    symlinkSync(sentinel, join(target, 'way'));
    const { codes } = await attack([
      { name: 'soft', type: '2', link: '/etc/shadow' },
      { name: 'h1', type: '1', link: 'mine' },
      { name: 'h2', type: '1', link: 'way/secret' },
      { name: 'h3', type: '1', link: 'soft' },
      { name: 'h4', type: '1', link: 'h4' },
    ]);
    expect(codes).toEqual(Array(4).fill('link-target-missing'));
    expect(lstatSync(join(target, 'mine')).nlink).toBe(1);
  });
});

test('devices, FIFOs and unknown types are never made', async () => {
  const types = ['3', '4', '6', '7', 'V', 'Z'];
  const { codes, report } = await attack(types.map((type) => ({ name: `t${type}`, type })));
  // Type 7 is a contiguous file: a file.
  expect(codes).toEqual(Array(5).fill('refused-type'));
  expect(report.files).toBe(1);
  expect(readdirSync(target)).toEqual(['t7']);
});

test('setuid files stay without the bit, and a directory without any permission can be filled', async () => {
  const { report } = await attack([
    { name: 'closed/', type: '5', mode: 0 },
    { name: 'closed/in/', type: '5', mode: 0 },
    { name: 'closed/su', content: 'x', mode: 0o6777 },
  ]);
  expect(report.problems).toEqual([]);
  expect(lstatSync(join(target, 'closed')).mode & 0o7777).toBe(0);
  chmodSync(join(target, 'closed'), 0o700);
  expect(lstatSync(join(target, 'closed/su')).mode & 0o7777).toBe(0o777);
});

test('owner numbers that no system has do not stop the file', async () => {
  const { report } = await attack([
    { name: 'a', content: 'x', uid: 2 ** 31 },
    { name: 'b', content: 'x', uid: 2 ** 32 - 1 },
    { name: 'c', content: 'x', pax: { uid: '99999999999' } },
  ]);
  expect(report).toMatchObject({ files: 3, problems: [] });
});

test('a file over a directory and a directory over a file are refused', async () => {
  mkdirSync(join(target, 'd', 'full'), { recursive: true });
  writeFileSync(join(target, 'f'), 'mine');
  const { codes, again } = await attack([
    { name: 'd', content: 'x' },
    { name: 'f/', type: '5' },
    { name: 'f/below', content: 'x' },
  ]);
  expect(codes).toEqual(['exists', 'exists', 'parent-not-directory']);
  expect(again.problems).toHaveLength(3);
  expect(readFileSync(join(target, 'f'), 'utf8')).toBe('mine');
});

test('a name that holds a newline, an escape sequence or raw bytes is just a name', async () => {
  const { report } = await attack([
    { name: 'new\nline', content: 'x' },
    { name: '\u001b[31mred', content: 'x' },
    { name: Buffer.of(0x72, 0xff, 0xfe), content: 'x' },
  ]);
  expect(report).toMatchObject({ files: 3, problems: [] });
  const names = readdirSync(target, 'buffer').map((name) => name.toString('latin1'));
  expect(names.sort()).toEqual(['\u001b[31mred', 'new\nline', 'r\u00ff\u00fe'].sort());
});

test('a name that the file system cannot hold is that entry\u2019s problem only', async () => {
  const { codes, report } = await attack([
    { name: 'x', pax: { path: 'n'.repeat(300) }, content: 'x' },
    { name: 'good', content: 'x' },
  ]);
  expect(codes).toEqual(['write-failed']);
  expect(report.files).toBe(1);
});

describe('limits', () => {
  test('a header of 1 TiB is over the limit of one file, and the cut archive is reported', async () => {
    const members = [memberBytes({ name: 'good' }), memberBytes({ name: 'huge', size: 2 ** 40 })];
    const tar = Buffer.concat([...members, endMarker]);
    const { codes } = await attack(tar);
    expect(codes).toEqual(['limit-reached', 'archive-damaged']);
    expect(readdirSync(target)).toEqual(['good']);
  });

  test('the number of entries and the total size end the extraction', async () => {
    const many = Array.from({ length: 50 }, (_, number) => ({
      name: `f${number}`,
      content: 'x'.repeat(100),
    }));
    const byCount = await attack(many, { limits: { entries: 10 } });
    expect(byCount.report).toMatchObject({ files: 10, problems: [{ code: 'limit-reached', path: 'f10' }] });
    rmSync(target, { recursive: true });
    mkdirSync(target);
    const bySize = await attack(many, { limits: { totalBytes: 450 } });
    expect(bySize.report).toMatchObject({
      files: 4,
      bytes: 400,
      problems: [{ code: 'limit-reached', path: 'f4' }],
    });
  });

  test('a list of deduplicated files without end is not read into memory', async () => {
    const name = 'var/lib/proxsave-info/dedup_manifest.json';
    const { codes } = await attack([{ name, content: Buffer.alloc(17 * 2 ** 20, ' ') }]);
    expect(codes).toEqual(['dedup-manifest-damaged']);
  });
});

test('the target itself may be reached through a link, but is never replaced by one', async () => {
  const via = join(directory, 'via');
  symlinkSync(target, via);
  const { report } = await attack(
    [
      { name: './', type: '5', mode: 0o777 },
      { name: 'f', content: 'x' },
    ],
    { to: asRealPath(via) },
  );
  expect(report).toMatchObject({ files: 1, problems: [] });
  expect(lstatSync(target).mode & 0o777).not.toBe(0o777);
});
