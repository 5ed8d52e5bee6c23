import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import {
  followLinks,
  followLinksOutsideMounts,
  gatherMountFacts,
} from '../../../src/storage/mounts/mount-facts.ts';
import { mountTmpfs, noTmpfs } from '../../support/mounts.ts';
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

const tmpfs = noTmpfs();
test.skipIf(tmpfs)(
  `what lies below another mount is taken as it is named, and not looked at${tmpfs === false ? '' : ` (skipped: ${tmpfs})`}`,
  () => {
    const root = scratchDirectory();
    mkdirSync(join(root, 'mnt/nas'), { recursive: true });
    mountTmpfs(join(root, 'mnt/nas'));
    symlinkSync('../../root', join(root, 'mnt/nas/inside'));
    symlinkSync('mnt/nas', join(root, 'share'));
    symlinkSync('srv', join(root, 'plain'));
    const looked: string[] = [];
    const lstatIfExists: typeof host.fs.lstatIfExists = (path) => {
      looked.push(path);
      return host.fs.lstatIfExists(path);
    };
    const watched = { ...createHost({ root }), fs: { ...host.fs, lstatIfExists } };
    const follow = (path: string) => followLinksOutsideMounts(watched, asRealPath(join(root, path)));
    expect(follow('mnt/nas/inside/x')).toBe(join(root, 'mnt/nas/inside/x'));
    expect(follow('share/backups')).toBe(join(root, 'mnt/nas/backups'));
    expect(follow('plain/backups')).toBe(join(root, 'srv/backups'));
    expect(looked.filter((path) => path.startsWith(join(root, 'mnt/nas')))).toEqual([]);
  },
);

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
