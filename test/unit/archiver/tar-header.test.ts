// The header codec against GNU tar in both directions.

import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EntryMeta } from '../../../src/entry.ts';
import { ArchiveError } from '../../../src/errors.ts';
import { encodeHeader, patchSize, writeHeader } from '../../../src/archiver/tar/encode-header.ts';
import {
  encodePaxRecord,
  formatSeconds,
  parsePaxRecords,
  parsePaxTime,
} from '../../../src/archiver/tar/pax-records.ts';
import {
  applyPaxRecords,
  decodeHeader,
  entryTypeOf,
  paddedBytes,
  type TarHeader,
} from '../../../src/archiver/tar/tar-header.ts';
import { directoryEntry, fileEntry, linkEntry } from './entry-samples.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tar-header-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const mebibyte = 1024 * 1024;

function listWithGnuTar(header: Buffer, dataBytes = 0): string {
  const path = join(directory, 'one.tar');
  writeFileSync(path, header);
  truncateSync(path, header.length + paddedBytes(dataBytes) + 1024);
  return execFileSync(
    'tar',
    ['-tvf', path, '--full-time', '--numeric-owner', '--quoting-style=escape', '--seek'],
    {
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      encoding: 'utf8',
    },
  ).trimEnd();
}

function decodeAll(blocks: Buffer): TarHeader {
  const first = decodeHeader(blocks.subarray(0, 512), 0)!;
  if (first.typeFlag !== 'x') return first;
  const dataEnd = 512 + first.size;
  const main = decodeHeader(blocks.subarray(512 + paddedBytes(first.size)), 0)!;
  return applyPaxRecords(main, parsePaxRecords(blocks.subarray(512, dataEnd)), 0);
}

describe('GNU tar reads our headers', () => {
  test.each<[string, EntryMeta, string]>([
    ['a plain file', fileEntry('etc/hosts', 'x'), '-rw-r--r-- 0/0 1 2023-11-14 22:13:20 ./etc/hosts'],
    [
      'set-id bits and sticky',
      fileEntry('a', '', { mode: 0o7751 }),
      '-rwsr-s--t 0/0 0 2023-11-14 22:13:20 ./a',
    ],
    [
      'a directory with nanoseconds',
      directoryEntry('etc', { mtimeNs: 1_700_000_000_123_456_789n }),
      'drwxr-xr-x 0/0 0 2023-11-14 22:13:20.123456789 ./etc/',
    ],
    [
      'a time before 1970',
      fileEntry('old', '', { mtimeNs: -2_000_000_000n }),
      '-rw-r--r-- 0/0 0 1969-12-31 23:59:58 ./old',
    ],
    [
      'a time after 2242',
      fileEntry('late', '', { mtimeNs: 8_589_934_592_000_000_000n }),
      '-rw-r--r-- 0/0 0 2242-03-16 12:56:32 ./late',
    ],
    [
      'large owner ids',
      fileEntry('a', '', { uid: 2_097_152, gid: 4_294_967_294 }),
      '-rw-r--r-- 2097152/4294967294 0 2023-11-14 22:13:20 ./a',
    ],
    [
      'a symbolic link with an absolute target',
      linkEntry('symlink', 'etc/resolv.conf', '/run/resolv.conf'),
      'lrwxrwxrwx 0/0 0 2023-11-14 22:13:20 ./etc/resolv.conf -> /run/resolv.conf',
    ],
    [
      'a hard link, to the name as it stands in the archive',
      linkEntry('hardlink', 'b', 'a', { mode: 0o644 }),
      'hrw-r--r-- 0/0 0 2023-11-14 22:13:20 ./b link to ./a',
    ],
    [
      'a name with a newline',
      fileEntry('new\nline', ''),
      String.raw`-rw-r--r-- 0/0 0 2023-11-14 22:13:20 ./new\nline`,
    ],
    [
      'a name that is UTF-8 but not ASCII',
      fileEntry('Zürich', ''),
      String.raw`-rw-r--r-- 0/0 0 2023-11-14 22:13:20 ./Z\303\274rich`,
    ],
    [
      'a name that is not UTF-8',
      fileEntry('latin-\uDCE9', ''),
      String.raw`-rw-r--r-- 0/0 0 2023-11-14 22:13:20 ./latin-\351`,
    ],
    [
      'a link target of 150 bytes that is not UTF-8',
      linkEntry('symlink', 'l', `${'t'.repeat(149)}\uDCFF`),
      `lrwxrwxrwx 0/0 0 2023-11-14 22:13:20 ./l -> ${'t'.repeat(149)}${String.raw`\377`}`,
    ],
  ])('%s', (_title, meta, listed) => {
    const dataBytes = meta.size;
    expect(listWithGnuTar(encodeHeader(meta), dataBytes).replace(/ +/g, ' ')).toBe(listed);
  });

  // GNU tar 1.34 lists such a time one second late, but restores it.
  test('a time before 1970 with a fraction', () => {
    const tar = Buffer.concat([
      encodeHeader(fileEntry('old', '', { mtimeNs: -1_500_000_000n })),
      Buffer.alloc(1024),
    ]);
    execFileSync('tar', ['-xf', '-', '-C', directory], { input: tar, stdio: ['pipe', 'ignore', 'ignore'] });
    expect(lstatSync(join(directory, 'old'), { bigint: true }).mtimeNs).toBe(-1_500_000_000n);
  });

  test('a size of 9 GiB', () => {
    const size = 9 * 1024 * mebibyte;
    expect(listWithGnuTar(encodeHeader(fileEntry('big', '', { size })), size)).toContain(` ${size} `);
  });

  test('a size of 9 GiB that is patched into a finished header', () => {
    const size = 9 * 1024 * mebibyte;
    const header = encodeHeader(fileEntry('big', ''));
    patchSize(header, 0, size);
    expect(header).toHaveLength(512);
    expect(listWithGnuTar(header, size)).toContain(` ${size} `);
    expect(decodeHeader(header, 0)?.size).toBe(size);
  });

  test.each([97, 98, 99, 100, 300, 4000])('a path of %i bytes', (length) => {
    const path = `${'d'.repeat(50)}/${'n'.repeat(length - 51)}`;
    expect(listWithGnuTar(encodeHeader(fileEntry(path, '')))).toMatch(new RegExp(` \\./${path}$`));
  });
});

test('PAX records stand only where ustar is not exact', () => {
  expect(encodeHeader(fileEntry('etc/hosts', 'x'))).toHaveLength(512);
  expect(encodeHeader(fileEntry('latin-\uDCE9', ''))).toHaveLength(512);
  expect(encodeHeader(fileEntry('n'.repeat(98), ''))).toHaveLength(512);
  expect(encodeHeader(fileEntry('n'.repeat(99), ''))).toHaveLength(3 * 512);
  const fraction = encodeHeader(fileEntry('a', '', { mtimeNs: 1_700_000_000_000_000_010n }));
  expect(fraction.toString('latin1', 512, 542)).toBe('30 mtime=1700000000.000000010\n');
});

test('a header that does not fit writes nothing and says so', () => {
  const target = Buffer.alloc(1000, 7);
  expect(writeHeader(fileEntry('a', ''), target, 500)).toBe(-1);
  expect(target.every((byte) => byte === 7)).toBe(true);
  expect(writeHeader(fileEntry('a', ''), target, 488)).toBe(1000);
});

const bytePath = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('a', 'B', '0', '.', ' ', '\n') },
      fc.constantFrom('ä', '漢', '😀', '\uDC80', '\uDCFF'),
    ),
    { minLength: 1, maxLength: 300 },
  )
  .map((characters) => `x${characters.join('x')}`);

test('every entry comes back as it was', () => {
  const types = fc.constantFrom('file', 'directory', 'symlink', 'hardlink');
  const numbers = fc.record({
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.nat({ max: 0xfffffffe }),
    gid: fc.nat({ max: 0xfffffffe }),
    size: fc.maxSafeNat(),
    mtimeNs: fc.bigInt({ min: -(10n ** 19n), max: 10n ** 20n }),
  });
  fc.assert(
    fc.property(types, bytePath, bytePath, numbers, (type, path, target, values) => {
      const linkTarget = type === 'symlink' || type === 'hardlink' ? target : '';
      const meta: EntryMeta = {
        path,
        type,
        linkTarget,
        userName: 'groß',
        groupName: 'g'.repeat(40),
        ...values,
      };
      const back = decodeAll(encodeHeader(meta));
      expect(back).toEqual({
        name: type === 'directory' ? `./${path}/` : `./${path}`,
        typeFlag: back.typeFlag,
        linkName: type === 'hardlink' ? `./${target}` : linkTarget,
        userName: 'groß',
        groupName: 'g'.repeat(40),
        ...values,
      });
      expect(entryTypeOf(back.typeFlag)).toBe(type);
    }),
    { numRuns: 300 },
  );
});

describe('we read the headers of GNU tar', () => {
  const pack = (format: string, ...options: string[]) => {
    const file = join(directory, 'source');
    writeFileSync(file, 'hello', { mode: 0o640 });
    const argv = ['-C', directory, `--format=${format}`, '--mtime=@1700000000.25', '--mode=0640', ...options];
    return execFileSync('tar', ['-cf', '-', ...argv, 'source']);
  };

  test.each(['v7', 'ustar', 'oldgnu', 'gnu'])('format %s', (format) => {
    expect(decodeHeader(pack(format, '--owner=kim:1234', '--group=staff:50').subarray(0, 512), 0)).toEqual({
      name: 'source',
      typeFlag: '0',
      mode: 0o640,
      uid: 1234,
      gid: 50,
      size: 5,
      mtimeNs: 1_700_000_000_000_000_000n,
      linkName: '',
      userName: format === 'v7' ? '' : 'kim',
      groupName: format === 'v7' ? '' : 'staff',
    });
  });

  test('PAX times, and base-256 owner ids of the GNU format', () => {
    expect(decodeAll(pack('posix')).mtimeNs).toBe(1_700_000_000_250_000_000n);
    expect(decodeHeader(pack('gnu', '--owner=x:3000000000').subarray(0, 512), 0)?.uid).toBe(3_000_000_000);
    expect(decodeHeader(pack('gnu', '--mtime=@-5').subarray(0, 512), 0)?.mtimeNs).toBe(-5_000_000_000n);
  });
});

describe('damaged headers', () => {
  test('a changed byte is an ArchiveError that names the offset', () => {
    const block = encodeHeader(fileEntry('etc/hosts', ''));
    block[3] = 0x41;
    expect(() => decodeHeader(block, 1536)).toThrow(ArchiveError);
    expect(() => decodeHeader(block, 1536)).toThrow(/byte 1536/);
  });

  test('a block of zeros is the end of the archive', () => {
    expect(decodeHeader(Buffer.alloc(512), 0)).toBeNull();
  });

  test('a negative size in base-256 is refused', () => {
    const block = encodeHeader(fileEntry('a', ''));
    patchSize(block, 0, 2 ** 40);
    block.fill(0xff, 124, 136);
    const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(() => decodeHeader(block, 0)).toThrow(/malformed/);
  });

  test('PAX data may be empty', () => {
    expect(parsePaxRecords(Buffer.alloc(0)).size).toBe(0);
  });

  test.each(['5', '9 path=a', '99 path=abc\n', '9 path=ab\n', '0 a=b\n', '-6 a=b\n', '10 path\x00ab\n'])(
    'PAX data %j is refused',
    (text) => {
      expect(() => parsePaxRecords(Buffer.from(text), 512)).toThrow(/byte 512/);
    },
  );

  test('a PAX number that is none is refused', () => {
    const header = decodeHeader(encodeHeader(fileEntry('a', '')), 0)!;
    for (const record of ['size=-1', 'uid=x', 'size=99999999999999999999', 'mtime=1e9']) {
      const [key = '', value = ''] = record.split('=');
      expect(() => applyPaxRecords(header, parsePaxRecords(encodePaxRecord(key, value)), 7)).toThrow(
        /byte 7/,
      );
    }
  });

  test('arbitrary bytes give an ArchiveError or a value, nothing else', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 512, maxLength: 512 }),
        fc.uint8Array({ maxLength: 60 }),
        (block, data) => {
          for (const work of [
            () => decodeHeader(Buffer.from(block), 0),
            () => parsePaxRecords(Buffer.from(data)),
          ]) {
            try {
              work();
            } catch (error) {
              expect(error).toBeInstanceOf(ArchiveError);
            }
          }
        },
      ),
    );
  });
});

test('the length of a PAX record counts its own digits where they grow', () => {
  for (let length = 1; length < 1100; length += 1) {
    const record = encodePaxRecord('k', 'v'.repeat(length));
    expect(record.toString('latin1')).toMatch(new RegExp(`^${record.length} k=v+\n$`));
    expect(parsePaxRecords(record).get('k')).toHaveLength(length);
  }
});

test('times keep every nanosecond, also before 1970', () => {
  expect(formatSeconds(-1n)).toBe('-0.000000001');
  expect(formatSeconds(0n)).toBe('0.000000000');
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (time) => {
      expect(parsePaxTime(formatSeconds(time))).toBe(time);
    }),
  );
});
