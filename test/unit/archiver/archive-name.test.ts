import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compressionOfName,
  isPartialName,
  makeArchiveName,
  parseArchiveName,
  parseTimestamp,
  sidecarNames,
} from '../../../src/archiver/archive-name.ts';
import { formatStamp } from '../../../src/util/format.ts';
import { codecs } from '../../../src/archiver/codecs/index.ts';

const startedAt = new Date(2026, 6, 24, 2, 0, 5);

test('a name is host, local time, codec and encryption', () => {
  const parts = { hostname: 'pve1.lan', startedAt, compressionExtension: '.zst', isEncrypted: true };
  expect(makeArchiveName(parts)).toBe('pve1.lan-backup-20260724-020005.tar.zst.age');
});

test('what is made of any host and codec is read back as it was', () => {
  const hostnames = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/);
  const moments = fc.date({ min: new Date(2000, 0, 1), max: new Date(2100, 0, 1), noInvalidDate: true });
  fc.assert(
    fc.property(
      hostnames,
      moments,
      fc.constantFrom(...Object.values(codecs)),
      fc.boolean(),
      (hostname, at, codec, isEncrypted) => {
        const name = makeArchiveName({
          hostname,
          startedAt: at,
          compressionExtension: codec.extension,
          isEncrypted,
        });
        const expected = { hostname, timestamp: formatStamp(at), isEncrypted, isBundle: false };
        const parsed = parseArchiveName(name);
        expect(parsed).toMatchObject(expected);
        expect(codecs[parsed!.compression!].extension).toBe(codec.extension);
        expect(parseArchiveName(`${name}.bundle.tar`)).toMatchObject({ ...expected, isBundle: true });
      },
    ),
  );
});

describe('a host name is read exactly', () => {
  test.each([
    ['pve-2-backup-20260724-020000.tar.gz', 'pve-2'],
    ['pve2-backup-20260724-020000.tar.gz', 'pve2'],
    ['a-backup-b-backup-20260724-020000.tar.gz', 'a-backup-b'],
    ['x-backup-20250101-000000-backup-20260724-020000.tar', 'x-backup-20250101-000000'],
  ])('%s is of %s', (name, hostname) => {
    expect(parseArchiveName(name)?.hostname).toBe(hostname);
  });
});

test('a decrypted bundle of the existing edition is known as such', () => {
  expect(parseArchiveName('pve1-backup-20260724-020000.tar.xz.decrypted.bundle.tar')).toEqual({
    hostname: 'pve1',
    timestamp: '20260724-020000',
    compression: 'xz',
    isEncrypted: false,
    isBundle: true,
    isDecrypted: true,
    isLegacy: false,
  });
});

test('an archive of the shell edition is known by its prefix, and has a time if its name has one', () => {
  const parsed = parseArchiveName('proxmox-backup-pve1-20240131-233000.tar.zst');
  expect(parsed).toMatchObject({
    isLegacy: true,
    timestamp: '20240131-233000',
    compression: 'zst',
    hostname: '',
  });
  expect(parseArchiveName('proxmox-backup-old.tar.gz')).toMatchObject({ isLegacy: true, timestamp: '' });
});

test.each([
  'pve1-backup-20260724-020000.tar.xz.sha256',
  'pve1-backup-20260724-020000.tar.xz.metadata',
  'pve1-backup-20260724-020000.tar.xz.partial',
  'pve1-backup-20261324-020000.tar.xz',
  'pve1-backup-20260724-0200.tar.xz',
  'pve1-backup-20260724-020000.zip',
  '-backup-20260724-020000.tar',
  'a/b-backup-20260724-020000.tar',
  'notes.txt',
])('%s is not the name of an archive', (name) => {
  expect(parseArchiveName(name)).toBeUndefined();
});

test('a stamp is read as local time', () => {
  expect(parseTimestamp('20260724-020005')).toEqual(startedAt);
  expect(parseTimestamp('20260724-990000')).toBeUndefined();
});

test.each([
  ['anything.tar.bz2', 'bz2'],
  ['anything.tgz', 'gz'],
  ['anything.tar.zst.age', 'zst'],
  ['anything.tar', 'none'],
  ['anything.bin', undefined],
])('the compression of %s is %s', (name, compression) => {
  expect(compressionOfName(name)).toBe(compression);
});

test('only temporary names of archives and sidecars count as left-overs', () => {
  const archive = 'pve1-backup-20260724-020000.tar.xz';
  const leftOvers = [
    `${archive}.partial`,
    `${archive}.bundle.tar.partial`,
    `${archive}.bundle.tar.tmp-1234`,
    `${sidecarNames(archive).checksum}.partial`,
    `${sidecarNames(archive).metadata}.tmp-ab12`,
  ];
  expect(leftOvers.filter((name) => !isPartialName(name))).toEqual([]);
  const others = [
    archive,
    'notes.partial',
    'download.tar.partial',
    `${archive}.sha256`,
    `${archive}.partial.txt`,
  ];
  expect(others.filter(isPartialName)).toEqual([]);
});
