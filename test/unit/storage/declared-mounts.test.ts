import { expect, test } from 'vitest';
import {
  mountInUnit,
  mountsInFstab,
  mountsInStorageConfig,
} from '../../../src/storage/mounts/declared-mounts.ts';

const places = (list: readonly { mountPoint: string }[]) => list.map(({ mountPoint }) => mountPoint);

test('fstab: mount points with their source, without root, swap and comments', () => {
  const text = `# comment
UUID=1 / ext4 defaults 0 1
UUID=2 none swap sw 0 0
nas:/export\t/mnt/nas/   nfs4  noauto,_netdev 0 0
  //host/share /mnt/with\\040space cifs credentials=/root/x 0 0
/dev/sdb1 /srv/usb
#old:/x /mnt/old nfs
broken
`;
  expect(mountsInFstab(text)).toEqual([
    { mountPoint: '/mnt/nas', evidence: '/etc/fstab (nas:/export, nfs4)' },
    { mountPoint: '/mnt/with space', evidence: '/etc/fstab (//host/share, cifs)' },
    { mountPoint: '/srv/usb', evidence: '/etc/fstab (/dev/sdb1)' },
  ]);
});

test('systemd: the place of a mount unit; a masked unit has none', () => {
  expect(mountInUnit('mnt-usb.mount', '[Unit]\nX=y\n[Mount]\nWhat=/dev/x\nWhere = /mnt/usb \n')).toEqual([
    { mountPoint: '/mnt/usb', evidence: 'the systemd unit mnt-usb.mount' },
  ]);
  expect(mountInUnit('tmp.mount', '')).toEqual([]);
  expect(mountInUnit('x.mount', '#Where=/mnt/x\n')).toEqual([]);
});

test('Proxmox VE: shares, directories that are mount points, pools; not what is disabled or of other nodes', () => {
  const text = `dir: local
\tpath /var/lib/vz

nfs: nas
\tserver 192.0.2.1
\texport /export

cifs: share
\tpath /mnt/elsewhere
\tserver x

cephfs: ceph

dir: usb
\tpath /mnt/pve/usb
\tis_mountpoint 1

dir: plain
\tpath /mnt/pve/plain
\tis_mountpoint 0

dir: above
\tpath /data/vz
\tis_mountpoint /data

zfspool: tank
\tpool tank
\tmountpoint /tank

nfs: off
\tdisable

nfs: other
\tnodes node2,node3

nfs: mine
\tnodes node1 node2
`;
  expect(places(mountsInStorageConfig(text, 'node1'))).toEqual([
    '/mnt/pve/nas',
    '/mnt/elsewhere',
    '/mnt/pve/ceph',
    '/mnt/pve/usb',
    '/data',
    '/tank',
    '/mnt/pve/mine',
  ]);
  expect(mountsInStorageConfig(text, 'node1')[0]?.evidence).toBe('the storage nas of Proxmox VE (nfs)');
  expect(places(mountsInStorageConfig(text, ''))).toContain('/mnt/pve/other');
});
