// Each codec of the list is known wherever one has to be: the configuration, archive names, and recognition by content.

import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { makeArchiveName, parseArchiveName } from '../../src/archiver/archive-name.ts';
import { compressionTypes, type Codec } from '../../src/archiver/codec.ts';
import { codecs } from '../../src/archiver/codecs/index.ts';
import { compressionOfBytes } from '../../src/archiver/read/compression-magic.ts';
import { options } from '../../src/config/options.ts';

test('the configuration offers exactly the codecs that there are', () => {
  expect([...options.COMPRESSION_TYPE.completions].sort()).toEqual([...compressionTypes].sort());
  expect(Object.keys(codecs).sort()).toEqual([...compressionTypes].sort());
});

describe.each(Object.values<Codec>(codecs))('$type', (codec) => {
  test('is found again in the name of an archive that it made', () => {
    const startedAt = new Date(2026, 6, 24, 2, 0, 0);
    const name = makeArchiveName({
      hostname: 'pve-1',
      startedAt,
      compressionExtension: codec.extension,
      isEncrypted: false,
    });
    const found = parseArchiveName(`${name}.bundle.tar`);
    expect(found).toMatchObject({ hostname: 'pve-1', timestamp: '20260724-020000', isBundle: true });
    expect(codecs[found?.compression ?? 'none'].extension).toBe(codec.extension);
  });

  test('has a default level within its own range', () => {
    if (codec.levels === null) {
      expect(codec.type).toBe('none');
      return;
    }
    const { min, max, default: usual } = codec.levels;
    expect(usual).toBeGreaterThanOrEqual(min);
    expect(usual).toBeLessThanOrEqual(max);
  });
});

test('what the two codecs without a program make is recognised by its first bytes', () => {
  expect(compressionOfBytes(gzipSync('x'))).toBe('gz');
  expect(compressionOfBytes(zstdCompressSync('x'))).toBe('zst');
});
