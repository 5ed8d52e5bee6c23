// Whole tar streams, unpacked by GNU tar and compared with what went in.

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeTar } from '../../../src/archiver/tar/encode-tar.ts';
import { createIndexWriter } from '../../../src/archiver/index/index-writer.ts';
import type { IndexEntry, IndexHead } from '../../../src/archiver/index/index-file.ts';
import type { SourceEntry } from '../../../src/entry.ts';
import { ArchiveError } from '../../../src/errors.ts';
import { directoryEntry, fileEntry, linkEntry } from './entry-samples.ts';

const head: IndexHead = {
  schemaVersion: 1,
  createdAt: '2026-07-24T02:00:00+02:00',
  hostname: 'pve1',
  areas: [{ id: 'test', title: 'Test' }],
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'encode-tar-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Each entry is a group of its own: what comes in between may wait. */
async function* oneByOne(
  entries: AsyncIterable<SourceEntry> | Iterable<SourceEntry>,
): AsyncGenerator<Iterable<SourceEntry>> {
  for await (const entry of entries) yield [entry];
}

/** The chunks are kept until the end before they are joined: one that is written to again would be seen. */
async function encode(entries: AsyncIterable<SourceEntry> | Iterable<SourceEntry>): Promise<Buffer[]> {
  const index = createIndexWriter(head);
  const chunks: Buffer[] = [];
  const encoding = {
    onEntry: (entry: SourceEntry, sha256: string | undefined) => {
      index.add(entry, sha256);
    },
    lastEntry: () => index.toEntry(1_700_000_000_000_000_000n),
  };
  for await (const chunk of encodeTar(oneByOne(entries), encoding)) chunks.push(chunk);
  return chunks;
}

async function unpack(entries: AsyncIterable<SourceEntry> | Iterable<SourceEntry>): Promise<Buffer> {
  const tar = Buffer.concat(await encode(entries));
  execFileSync('tar', ['-xpf', '-', '-C', directory, '--no-same-owner'], { input: tar });
  return tar;
}

function readIndex(): { entries: IndexEntry[] } & IndexHead {
  const text = readFileSync(join(directory, 'var/lib/proxsave-info/index.json'), 'utf8');
  return JSON.parse(text) as { entries: IndexEntry[] } & IndexHead;
}

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');

test('GNU tar unpacks bytes, modes, times, links and odd names as they were', async () => {
  const big = randomBytes(3 * 1024 * 1024 + 17);
  const rawName = 'latin-\uDCE9';
  await unpack([
    directoryEntry('etc', { mode: 0o750, mtimeNs: 1_600_000_000_987_654_321n }),
    fileEntry('etc/a', 'first', { mode: 0o640, mtimeNs: 1_650_000_000_000_000_001n }),
    linkEntry('hardlink', 'etc/b', 'etc/a', { mode: 0o640, mtimeNs: 1_650_000_000_000_000_001n }),
    linkEntry('symlink', 'etc/c', '../nowhere'),
    fileEntry('etc/empty', ''),
    fileEntry(`etc/${rawName}`, 'raw'),
    fileEntry('etc/new\nline', 'newline'),
    fileEntry(`etc/${'l'.repeat(250)}`, 'long'),
    fileEntry('etc/big', big),
  ]);
  const etc = join(directory, 'etc');
  const status = (name: string) => lstatSync(join(etc, name), { bigint: true });
  expect(readFileSync(join(etc, 'a'), 'utf8')).toBe('first');
  expect(status('a').mode & 0o7777n).toBe(0o640n);
  expect(status('a').mtimeNs).toBe(1_650_000_000_000_000_001n);
  expect(status('a').ino).toBe(status('b').ino);
  expect(readlinkSync(join(etc, 'c'))).toBe('../nowhere');
  expect(status('.').mode & 0o7777n).toBe(0o750n);
  expect(status('.').mtimeNs).toBe(1_600_000_000_987_654_321n);
  expect(readFileSync(join(etc, 'big')).equals(big)).toBe(true);
  const names = readdirSync(etc, 'latin1');
  expect(names.sort()).toEqual(
    ['a', 'b', 'big', 'c', 'empty', 'latin-\xe9', 'l'.repeat(250), 'new\nline'].sort(),
  );
});

test('the index is the last member, private, and lists every entry with its digest', async () => {
  await unpack([
    directoryEntry('etc'),
    fileEntry('etc/a', 'first', { mode: 0o4755, mtimeNs: -1_500_000_000n }),
    fileEntry('etc/\uDCFF', ''),
    linkEntry('symlink', 'etc/c', 'a'),
  ]);
  const { entries, ...found } = readIndex();
  expect(found).toEqual(head);
  expect(lstatSync(join(directory, 'var/lib/proxsave-info/index.json')).mode & 0o777).toBe(0o600);
  expect(entries.map((entry) => [entry.path, entry.type, entry.sha256])).toEqual([
    ['etc', 'directory', undefined],
    ['etc/a', 'file', sha256('first')],
    ['etc/\uDCFF', 'file', sha256('')],
    ['etc/c', 'symlink', undefined],
  ]);
  expect(entries[1]).toEqual({
    path: 'etc/a',
    area: 'test',
    type: 'file',
    mode: '4755',
    uid: 0,
    gid: 0,
    user: 'root',
    group: 'root',
    size: 5,
    mtime: '-1.500000000',
    sha256: sha256('first'),
  });
  expect(entries[2]?.pathBase64).toBe(Buffer.from('etc/\xff', 'latin1').toString('base64'));
  expect(entries[3]?.target).toBe('a');
});

test('an index with no entries is JSON too', async () => {
  await unpack([]);
  expect(readIndex().entries).toEqual([]);
});

test('a content in pieces is digested as a whole, and its producer may reuse the buffer', async () => {
  function* pieces() {
    const buffer = Buffer.alloc(700_000);
    for (const letter of 'abc') yield buffer.fill(letter);
  }
  await unpack([fileEntry('pieces', '', { size: 2_100_000, content: pieces() })]);
  const content = ['a', 'b', 'c'].map((letter) => letter.repeat(700_000)).join('');
  expect(readFileSync(join(directory, 'pieces'), 'utf8') === content).toBe(true);
  expect(readIndex().entries[0]?.sha256).toBe(sha256(content));
});

test('the stream is whole 10 KiB records with two blocks of zeros at the end', async () => {
  const tar = await unpack([fileEntry('a', 'x')]);
  expect(tar.length % 10_240).toBe(0);
  expect(tar.subarray(-1024).every((byte) => byte === 0)).toBe(true);
});

test('many small files share a chunk, whatever the headers\u2019 alignment', async () => {
  const entries = Array.from({ length: 3000 }, (_, number) =>
    fileEntry(`d/${number}`, String(number), { mtimeNs: 1_700_000_000_000_000_001n + BigInt(number % 2) }),
  );
  const chunks = await encode(entries);
  expect(chunks.length).toBeLessThan(20);
  const listed = execFileSync('tar', ['-tf', '-'], { input: Buffer.concat(chunks), encoding: 'utf8' });
  expect(listed.trimEnd().split('\n')).toEqual([
    ...entries.map((entry) => `./${entry.path}`),
    './var/lib/proxsave-info/index.json',
  ]);
});

test.each([
  ['shorter', Buffer.from('abc')],
  ['longer', Buffer.from('abcdefgh')],
  ['shorter, in pieces', [Buffer.from('ab'), Buffer.from('c')]],
  ['longer, in pieces', [Buffer.from('abcdef'), Buffer.from('gh')]],
  ['missing', null],
])('a content that is %s than its size fails and names the path', async (_title, content) => {
  const work = encode([fileEntry('etc/odd', '', { size: 5, content })]);
  await expect(work).rejects.toThrow(ArchiveError);
  await expect(encode([fileEntry('etc/odd', '', { size: 5, content })])).rejects.toThrow(/etc\/odd/);
});

test('a failing source stops the stream with its own error', async () => {
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* source() {
    yield fileEntry('a', 'x');
    throw new Error('the source failed');
  }
  await expect(encode(source())).rejects.toThrow('the source failed');
});
