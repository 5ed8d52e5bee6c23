// --root DIR is a border: what lies outside is neither read through a link nor written to.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBackup } from '../support/run-program.ts';
import {
  archivesIn,
  createSandbox,
  findingsAbout,
  lastRecord,
  namesIn,
  plainHost,
  writeHost,
} from '../support/sandbox.ts';
import { memberNames, treeFacts, unpack } from '../support/unpack.ts';

/** A host whose links lead to a directory outside of it. */
function hostWithWayOut() {
  const sandbox = createSandbox();
  const outside = join(sandbox.base, 'outside');
  mkdirSync(join(outside, 'tree'), { recursive: true });
  writeFileSync(join(outside, 'tree/stolen'), 'of the running system\n');
  writeFileSync(join(outside, 'stolen'), 'of the running system\n');
  return { sandbox, outside };
}

test('an absolute link in the tree, a declared source or its parent never leads out of the root', async () => {
  const { sandbox, outside } = hostWithWayOut();
  const link = (target: string, path: string) => symlinkSync(target, join(sandbox.root, path));
  link(outside, 'root/way-out');
  link(outside, 'etc/cron.d');
  link(`${'../'.repeat(30)}${outside.slice(1)}`, 'etc/apt');
  link(outside, 'srv');
  link('/srv/tree', 'etc/udev');
  link(join(outside, 'stolen'), 'etc/timezone');
  const env = { CUSTOM_BACKUP_PATHS: '/srv/tree, /root/way-out/tree, /root/way-out/stolen' };
  const { code, stderr } = await runBackup(sandbox, { env });
  expect(code, stderr).toBe(1);
  const { archive_path: path } = lastRecord(sandbox);
  const unpacked = unpack(path, join(sandbox.base, 'unpacked'));
  const mentions = treeFacts(unpacked).filter((line) => line.includes('stolen'));
  // Only the link itself.
  expect(mentions.map((line) => line.split(' ').at(-1))).toEqual(['./etc/timezone']);
  expect(findingsAbout(sandbox, '/root/way-out/stolen')).toMatchObject([{ code: 'listed-path-missing' }]);
});

test('what lies behind a link is saved at its true place, and the link as a link', async () => {
  const sandbox = createSandbox({
    files: {
      ...plainHost,
      '/data/etc-apt/sources.list': 'deb',
      '/etc/apt': '-> /data/etc-apt',
      '/data/app/conf/a': 'a',
      '/data/app/conf/b': 'b',
      '/root/app': '-> ../data/app',
    },
  });
  const env = { CUSTOM_BACKUP_PATHS: '/root/app/conf/a, /root/app/conf, /data/app' };
  const { code, stderr } = await runBackup(sandbox, { env });
  expect(code, stderr).toBe(0);
  const unpacked = unpack(lastRecord(sandbox).archive_path, join(sandbox.base, 'unpacked'));
  const places = ['etc', 'root', 'data'];
  expect(treeFacts(unpacked, places)).toEqual(treeFacts(sandbox.root, places));
  const names = memberNames(lastRecord(sandbox).archive_path);
  expect(new Set(names).size).toBe(names.length);
});

test('links that run in a circle are saved as links and end the search', async () => {
  const sandbox = createSandbox({
    files: { ...plainHost, '/etc/apt': '-> /etc/loop', '/etc/loop': '-> apt', '/root/self': '-> .' },
  });
  const { code, stderr } = await runBackup(sandbox, {
    env: { CUSTOM_BACKUP_PATHS: '/root/self/self/notes.txt' },
  });
  expect(code, stderr).toBe(0);
  const names = memberNames(lastRecord(sandbox).archive_path);
  expect(names).toEqual(expect.arrayContaining(['etc/apt', 'etc/loop', 'root/self', 'root/notes.txt']));
});

test('nothing is written outside of the root and the places that were named', async () => {
  const { sandbox, outside } = hostWithWayOut();
  const before = treeFacts(outside);
  writeHost(sandbox, { '/var/': '' });
  // As on a mounted disk: its own absolute link would lead to the running system.
  symlinkSync(outside, join(sandbox.root, 'var/lib'));
  symlinkSync(outside, join(sandbox.root, 'var/log'));
  const { PATH = '', BACKUP_PATH = '' } = sandbox.env;
  const { code, stderr } = await runBackup({ ...sandbox, env: { PATH, BACKUP_PATH } });
  expect(treeFacts(outside)).toEqual(before);
  expect(code, stderr).toBe(1);
  expect(archivesIn(sandbox.backups)).toHaveLength(1);
  expect(namesIn(sandbox.base)).toEqual(['backups', 'outside', 'root', 'stubs']);
});
