// How disks become mounted file systems: tables, encryption, RAID, LVM, iSCSI, multipath, automounts, shares.

import { files, globs, replaceReview, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const stack = {
  category: 'storage_stack',
  restore: { how: 'replace' },
  across: 'review',
} as const satisfies ItemBase;
const stackSecret = { ...stack, secret: true } as const satisfies ItemBase;

export const storageArea: Area = {
  id: 'storage',
  title: 'Disks and mounts',
  about:
    'Mount tables and their key files, RAID, LVM, iSCSI, multipath and automounts: without them data stays out of reach.',
  product: 'host',
  toggles: ['BACKUP_STORAGE_STACK'],
  items: [
    {
      kind: 'file',
      path: '/etc/fstab',
      essential: 'which disks and shares are mounted where',
      category: 'filesystem',
      restore: { how: 'merge', kind: 'fstab' },
      across: 'review',
    },
    {
      kind: 'file',
      path: '/etc/crypttab',
      essential: 'which disks are encrypted, and what unlocks them',
      category: 'storage_stack',
      restore: { how: 'merge', kind: 'crypttab' },
      across: 'review',
    },
    { kind: 'referenced', references: 'key-files', ...stackSecret },
    ...trees(stackSecret, '/etc/keys', '/etc/luks-keys', '/etc/cryptsetup-keys.d'),
    // CHAP passwords.
    ...trees(
      stackSecret,
      '/etc/iscsi',
      '/var/lib/iscsi',
      '/etc/target',
      '/etc/rtslib-fb-target',
      '/etc/tgt',
      '/etc/nvme',
    ),
    ...trees(
      stack,
      '/etc/multipath',
      '/etc/mdadm',
      '/etc/lvm',
      '/etc/exports.d',
      '/etc/nfs.conf.d',
      '/etc/samba',
    ),
    ...files(stack, '/etc/multipath.conf', '/etc/default/mdadm'),
    ...files(stack, '/etc/autofs.conf', '/etc/exports', '/etc/nfs.conf', '/etc/idmapd.conf'),
    ...files(stackSecret, '/etc/autofs_ldap_auth.conf', '/etc/davfs2/secrets'),
    ...trees(stack, '/etc/davfs2'),
    ...trees(stackSecret, '/etc/drbd.d'),
    // Also auto.master and auto.master.d. Maps for SMB shares may name passwords.
    ...globs(stackSecret, '/etc/auto.*'),
    ...globs(replaceReview, '/etc/systemd/system/*.mount', '/etc/systemd/system/*.automount'),
    ...files(stackSecret, '/etc/samba/credentials'),
  ],
};
