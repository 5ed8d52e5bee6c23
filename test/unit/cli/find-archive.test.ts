import { describe, expect, test } from 'vitest';
import { asRealPath } from '../../../src/host/host.ts';
import { pickArchive, splitArchivePath } from '../../../src/orchestrator/find-archive.ts';
import type { ListedArchive } from '../../../src/orchestrator/list-archives.ts';

function archiveOf(hostname: string, createdAt: Date, stamp: string): ListedArchive {
  const name = `${hostname}-backup-${stamp}.tar.zst.bundle.tar`;
  return { tier: 'primary', name, path: asRealPath(`/b/${name}`), hostname, createdAt, sizeBytes: 1 };
}

const newest = archiveOf('pve1', new Date(2026, 6, 24, 14, 0, 0), '20260724-140000');
const morning = archiveOf('pve1', new Date(2026, 6, 24, 2, 0, 0), '20260724-020000');
const older = archiveOf('pbs1', new Date(2026, 6, 23, 2, 0, 0), '20260723-020000');
const all = [newest, morning, older];
const pick = (words: string, archives = all) => pickArchive(archives, words, '/b');

test.each([
  ['latest', newest],
  ['latest~0', newest],
  ['latest~2', older],
  ['pbs', older],
  ['pve1-backup-20260724-02', morning],
  [morning.name, morning],
  ['20260723', older],
  ['2026-07-23', older],
  ['2026-07-24 02:00', morning],
  ['2026-07-24T14', newest],
])('%s means one archive', (words, expected) => {
  expect(pick(words)).toBe(expected);
});

test('a name in full is meant even when it is the beginning of another', () => {
  const short = { ...newest, name: 'a' };
  expect(pick('a', [{ ...newest, name: 'ab' }, short])).toBe(short);
});

test('words that mean several archives are refused with their names', () => {
  expect(() => pick('pve')).toThrow(/may mean 2 archives:\n.*140000.*\n.*020000/);
  const many = Array.from({ length: 9 }, () => newest);
  expect(() => pick('pve', many)).toThrow(/and 4 more/);
});

test('what is not there is said with what there is', () => {
  expect(() => pick('latest~3')).toThrow('there are only 3 archives in /b; the oldest is latest~2');
  expect(() => pick('latest~1', [newest])).toThrow('there is only 1 archive in /b; the oldest is latest');
  expect(() => pick('nope')).toThrow('no archive in /b is named or dated "nope"');
  expect(() => pick('latest', [])).toThrow('there is no archive in /b');
});

describe('ARCHIVE:path', () => {
  test.each([
    ['latest:/etc/hosts', 'latest', 'etc/hosts'],
    ['latest:etc/hosts', 'latest', 'etc/hosts'],
    ['2026-07-24 02:00:/etc/hosts', '2026-07-24 02:00', 'etc/hosts'],
    ['/b/x.tar:/etc/a:b', '/b/x.tar', 'etc/a:b'],
  ])('%s', (words, archive, path) => {
    expect(splitArchivePath(words)).toEqual({ archive, path });
  });
  test('no colon, or nothing in front of it, is none', () => {
    expect([splitArchivePath('latest'), splitArchivePath(':/etc')]).toEqual([undefined, undefined]);
  });
});
