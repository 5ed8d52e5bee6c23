import { expect, test } from 'vitest';
import { splitArchivePath } from '../../../src/orchestrator/find-archive.ts';
import { parseRemoteWords } from '../../../src/orchestrator/tiers/remote-words.ts';

const name = 'pve-backup-20260724-020000.tar.zst.bundle.tar';

test.each([
  [`gdrive:pbs/backups/${name}`, { place: 'gdrive:pbs/backups', words: name }],
  [`gdrive:${name}`, { place: 'gdrive:', words: name }],
  [`gdrive:/${name}`, { place: 'gdrive:/', words: name }],
  ['gdrive:backups/latest~2', { place: 'gdrive:backups', words: 'latest~2' }],
  ['gdrive:latest', { place: 'gdrive:', words: 'latest' }],
  [`:local:/srv/${name}`, { place: ':local:/srv', words: name }],
])('%s is on a remote', (text, expected) => {
  expect(parseRemoteWords(text)).toEqual(expected);
});

test.each([
  'latest',
  '2026-07-24 02:00',
  name,
  `/mnt/usb:1/${name}`,
  './a:b/c',
  'gdrive:',
  'gdrive:backups/',
])('%s is not', (text) => {
  expect(parseRemoteWords(text)).toBeUndefined();
});

test('a path inside of an archive on a remote is told from the path of the archive', () => {
  expect(splitArchivePath(`gdrive:/pbs/${name}:/etc/a:/b`)).toEqual({
    archive: `gdrive:/pbs/${name}`,
    path: 'etc/a:/b',
  });
  expect(splitArchivePath('gdrive:pbs/latest:/etc/hosts')).toEqual({
    archive: 'gdrive:pbs/latest',
    path: 'etc/hosts',
  });
});
