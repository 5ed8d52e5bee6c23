// Tars from GNU tar in all its formats, and damaged ones.

import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeTar } from '../../../src/archiver/tar/decode-tar.ts';
import type { DecodedMeta } from '../../../src/archiver/tar/tar-scanner.ts';
import { ArchiveError } from '../../../src/errors.ts';
import { collect, makeTempDirectory, tarWithIndex } from './archive-samples.ts';
import { directoryEntry, fileEntry, linkEntry } from './entry-samples.ts';
import { endMarker, hostileTar, memberBytes } from './hostile-tar.ts';

let directory: string;
beforeEach(() => {
  directory = makeTempDirectory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function* pieces(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decode(bytes: Buffer, pieceBytes?: number) {
  const entries: { meta: DecodedMeta; content: string }[] = [];
  for await (const { meta, content } of decodeTar(pieces(bytes, pieceBytes))) {
    entries.push({ meta, content: (await collect(content)).toString('latin1') });
  }
  return entries;
}

/** Makes `tree` with a bit of everything and packs it. */
function gnuTar(...argv: string[]): Buffer {
  return execFileSync('tar', ['-C', directory, '-cf', '-', ...argv], { maxBuffer: 64 * 1024 * 1024 });
}

function makeTree(longName: string): void {
  mkdirSync(join(directory, 'tree', 'sub'), { recursive: true });
  writeFileSync(join(directory, 'tree', 'sub', 'file'), 'content\n', { mode: 0o640 });
  writeFileSync(join(directory, 'tree', longName), 'long');
  writeFileSync(
    Buffer.concat([Buffer.from(join(directory, 'tree', 'raw-')), Buffer.of(0xe9)]),
    'latin1 name',
  );
  linkSync(join(directory, 'tree', 'sub', 'file'), join(directory, 'tree', 'z-hard'));
  symlinkSync('sub/file', join(directory, 'tree', 'soft'));
  execFileSync('mkfifo', [join(directory, 'tree', 'fifo')]);
  utimesSync(join(directory, 'tree', 'sub', 'file'), 1_600_000_000, 1_600_000_000);
}

describe.each([
  ['v7', 'n'.repeat(80)],
  ['ustar', 'n'.repeat(80)],
  ['oldgnu', 'n'.repeat(250)],
  ['gnu', 'n'.repeat(250)],
  ['pax', 'n'.repeat(250)],
])('the %s format of GNU tar', (format, longName) => {
  test('is read whole, whatever the size of the pieces', async () => {
    makeTree(longName);
    const bytes = gnuTar(`--format=${format}`, '--sort=name', '--exclude=fifo', './tree');
    const entries = await decode(bytes);
    const byPath = new Map(entries.map((entry) => [entry.meta.path, entry]));
    expect([...byPath.keys()].sort()).toEqual(
      [
        'tree',
        'tree/sub',
        'tree/sub/file',
        'tree/soft',
        'tree/z-hard',
        'tree/raw-\udce9',
        `tree/${longName}`,
      ].sort(),
    );
    expect(byPath.get('tree/sub')?.meta.type).toBe('directory');
    const file = byPath.get('tree/sub/file');
    expect(file).toMatchObject({ content: 'content\n', meta: { type: 'file', mode: 0o640, size: 8 } });
    expect(file?.meta.mtimeNs).toBe(1_600_000_000_000_000_000n);
    expect(byPath.get('tree/soft')?.meta).toMatchObject({ type: 'symlink', linkTarget: 'sub/file' });
    expect(byPath.get('tree/z-hard')?.meta).toMatchObject({
      type: 'hardlink',
      linkTarget: 'tree/sub/file',
      size: 0,
    });
    expect(byPath.get(`tree/${longName}`)?.content).toBe('long');
    for (const size of [1, 511, 513, 10_000]) expect(await decode(bytes, size)).toEqual(entries);
  });
});

test('a FIFO is told as something that we do not unpack', async () => {
  makeTree('n');
  const entries = await decode(gnuTar('--format=gnu', 'tree/fifo'));
  expect(entries.map(({ meta }) => [meta.path, meta.type])).toEqual([['tree/fifo', 'other']]);
});

test('large owner numbers and sizes are read from base-256 and from PAX', async () => {
  writeFileSync(join(directory, 'big'), '');
  truncateSync(join(directory, 'big'), 9 * 1024 ** 3);
  for (const format of ['gnu', 'pax']) {
    const head = execFileSync('bash', [
      '-c',
      `tar -C "$0" --format=${format} --owner=:4000000000 -cf - big 2>/dev/null | head -c 4096`,
      directory,
    ]);
    for await (const { meta } of decodeTar(pieces(head))) {
      expect(meta).toMatchObject({ path: 'big', size: 9 * 1024 ** 3, uid: 4_000_000_000 });
      break;
    }
  }
});

test('a global PAX header holds for all members that follow, and their own records win', async () => {
  const bytes = hostileTar(
    { name: 'g', type: 'g', content: '12 uid=4321\n16 gname=people\n' },
    { name: 'a' },
    { name: 'b', pax: { uid: '77' } },
  );
  const entries = await decode(bytes);
  expect(entries.map(({ meta }) => [meta.path, meta.uid, meta.groupName])).toEqual([
    ['a', 4321, 'people'],
    ['b', 77, 'people'],
  ]);
});

test('a sparse file of GNU tar is refused with its name and what to do', async () => {
  writeFileSync(join(directory, 'holes'), 'x');
  truncateSync(join(directory, 'holes'), 1024 * 1024);
  for (const format of ['gnu', 'pax']) {
    const error = await decode(gnuTar('-S', `--format=${format}`, 'holes')).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ArchiveError);
    expect((error as ArchiveError).message).toContain('sparse');
    expect((error as ArchiveError).hint).toContain('GNU tar');
  }
});

test('an entry whose content nobody reads is skipped, also when only a part was read', async () => {
  const bytes = hostileTar(
    { name: 'a', content: 'a'.repeat(5000) },
    { name: 'b', content: 'bb' },
    { name: 'c' },
  );
  const seen: string[] = [];
  for await (const { meta, content } of decodeTar(pieces(bytes, 600))) {
    seen.push(meta.path);
    if (meta.path !== 'a') continue;
    for await (const piece of content) {
      seen.push(String(piece.length > 0));
      break;
    }
  }
  expect(seen).toEqual(['a', 'true', 'b', 'c']);
});

test('stopping early ends the source', async () => {
  let isEnded = false;
  async function* source() {
    try {
      yield* pieces(hostileTar({ name: 'a' }, { name: 'b' }), 512);
    } finally {
      isEnded = true;
    }
  }
  for await (const { meta } of decodeTar(source())) {
    expect(meta.path).toBe('a');
    break;
  }
  expect(isEnded).toBe(true);
});

describe('damage is an error that names the place', () => {
  const member = memberBytes({ name: 'etc/hosts', content: 'x'.repeat(700) });
  const cases: [string, Buffer, RegExp][] = [
    ['truncated header', member.subarray(0, 300), /truncated.* byte 300/],
    ['truncated content', member.subarray(0, 1000), /truncated.*middle of a member.* byte 1000/],
    ['missing end marker', member, /end marker is missing at byte 1536/],
    ['empty input', Buffer.alloc(0), /end marker is missing at byte 0/],
    [
      'data behind the end marker',
      Buffer.concat([member, endMarker, Buffer.from('x')]),
      /behind the end marker.* byte 2560/,
    ],
    ['a bad checksum', Buffer.concat([Buffer.from('!'), member.subarray(1), endMarker]), /header at byte 0/],
    [
      'a PAX header above 1 MiB',
      memberBytes({ name: 'p', type: 'x', size: 2 ** 21 }),
      /byte 0 claims 2097152 bytes/,
    ],
    ['a GNU long name above 1 MiB', memberBytes({ name: 'p', type: 'L', size: 2 ** 40 }), /at most 1048576/],
    [
      'a malformed PAX record',
      hostileTar({ name: 'p', type: 'x', content: '999 path=a\n' }),
      /PAX record at byte 512/,
    ],
  ];
  test.each(cases)('%s', async (_title, bytes, message) => {
    const error = await decode(bytes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ArchiveError);
    expect((error as ArchiveError).message).toMatch(message);
    expect((error as ArchiveError).hint).toMatch(/verify|GNU tar/);
  });

  test('content that is cut short never looks like a whole one', async () => {
    for await (const { content } of decodeTar(pieces(member.subarray(0, 1000)))) {
      await expect(collect(content)).rejects.toThrow(ArchiveError);
      return;
    }
    expect.unreachable();
  });
});

test('no damaged or random input makes the decoder hang or fail with anything but ArchiveError', async () => {
  const sound = await tarWithIndex([
    fileEntry('a', 'x'.repeat(900)),
    directoryEntry('d'),
    linkEntry('symlink', 'l', 't'),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.nat(sound.length - 1), fc.nat(255), async (at, byte) => {
      const damaged = Buffer.from(sound);
      damaged[at] = byte;
      const result = await decode(damaged).catch((error: unknown) => error);
      expect(Array.isArray(result) || result instanceof ArchiveError).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('what our encoder writes is read back as it was', async () => {
  const names = fc
    .array(
      fc.string({
        unit: fc.constantFrom('a', 'ü', '\n', '\udcff', ' ', '"', '\u001b', 'x'.repeat(60)),
        minLength: 1,
        maxLength: 6,
      }),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((parts) => parts.join('/'));
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.uint8Array({ maxLength: 3000 }),
      fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
      async (path, bytes, mtimeNs) => {
        const entry = fileEntry(path, Buffer.from(bytes), { mtimeNs, uid: 3_000_000_000, mode: 0o4755 });
        const [decoded] = await decode(await tarWithIndex([entry]), 700);
        expect({ ...decoded?.meta, area: entry.area, content: entry.content }).toEqual(entry);
        expect(decoded?.content).toBe(Buffer.from(bytes).toString('latin1'));
      },
    ),
    { numRuns: 100 },
  );
});
