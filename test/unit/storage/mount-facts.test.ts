import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { followLinks, gatherMountFacts } from '../../../src/storage/mounts/mount-facts.ts';
import { scratchDirectory } from '../../support/store-suite.ts';

const host = createHost();

test('links are followed where they lead, whether the place exists or not', () => {
  const base = scratchDirectory();
  mkdirSync(join(base, 'real'));
  symlinkSync('real', join(base, 'relative'));
  symlinkSync(join(base, 'gone/deep'), join(base, 'absolute'));
  symlinkSync('relative/../absolute', join(base, 'chain'));
  const follow = (path: string) => followLinks(host, asRealPath(join(base, path)));
  expect(follow('relative/backups')).toBe(join(base, 'real/backups'));
  expect(follow('absolute/backups')).toBe(join(base, 'gone/deep/backups'));
  expect(follow('chain/x')).toBe(join(base, 'gone/deep/x'));
  expect(follow('not/there')).toBe(join(base, 'not/there'));
});

test('links in a circle are an error of the system', () => {
  const base = scratchDirectory();
  symlinkSync('two', join(base, 'one'));
  symlinkSync('one', join(base, 'two'));
  expect(() => followLinks(host, asRealPath(join(base, 'one/x')))).toThrow(/ELOOP/);
});

test('only mounts that belong at the directory or above it are expected, each named by its source', () => {
  const root = scratchDirectory();
  for (const path of ['etc/systemd/system', 'etc/pve', 'srv'])
    mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, 'etc/fstab'), 'nas:/x /srv/nas nfs\nother:/x /srv/other nfs\n');
  writeFileSync(join(root, 'etc/systemd/system/srv.automount'), '[Automount]\nWhere=/srv\n');
  symlinkSync('/dev/null', join(root, 'etc/systemd/system/tmp.mount'));
  mkdirSync(join(root, 'etc/systemd/system/odd.mount'));
  writeFileSync(join(root, 'etc/pve/storage.cfg'), 'dir: d\n\tpath /srv/nas/backups\n\tis_mountpoint yes\n');
  const path = asRealPath(join(root, 'srv/nas/backups'));
  const facts = gatherMountFacts(createHost({ root }), path, []);
  expect(facts.expected).toEqual([
    { mountPoint: join(root, 'srv/nas'), evidence: '/etc/fstab (nas:/x, nfs)' },
    { mountPoint: join(root, 'srv'), evidence: 'the systemd unit srv.automount' },
    { mountPoint: path, evidence: 'the storage d of Proxmox VE (dir)' },
  ]);
  expect(facts.mountArea).toBeUndefined();
  expect(facts.mount).toEqual(facts.rootMount);
});

test.each([
  ['mnt/usb', '/mnt'],
  ['media/usb/x', '/media'],
  ['mnt2/usb', undefined],
])('%s lies in the mount area %s', (path, area) => {
  const root = scratchDirectory();
  expect(gatherMountFacts(createHost({ root }), asRealPath(join(root, path)), []).mountArea).toBe(area);
});
