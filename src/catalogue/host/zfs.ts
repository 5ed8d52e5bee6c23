// ZFS: settings of the host, and what its pools look like.

import { files, systemCommand, trees } from '../items.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Area, ItemBase } from '../types.ts';

const zfs = { category: 'zfs', restore: { how: 'replace' }, across: 'review' } as const satisfies ItemBase;

/** In a container ZFS may show in the mounts while its tools have nothing to talk to. */
const onZfs = { when: (facts: HostFacts) => facts.usesZfs && !facts.isContainer };

export const zfsArea: Area = {
  id: 'zfs',
  title: 'ZFS',
  about: 'Pool cache, host id and event daemon settings, and the layout and properties of all pools.',
  product: 'host',
  toggles: ['BACKUP_ZFS_CONFIG'],
  items: [
    ...trees({ ...zfs, secret: true }, '/etc/zfs/keys'),
    // Tokens of the event daemon's message channels.
    ...files({ ...zfs, secret: true }, '/etc/zfs/zed.d/zed.rc'),
    ...trees(zfs, '/etc/zfs', '/etc/sanoid'),
    {
      kind: 'file',
      path: '/etc/hostid',
      ...zfs,
      essential: 'pools of another host id are not imported at boot',
    },
    ...files(zfs, '/etc/default/zfs', '/etc/default/zfs-auto-snapshot'),
    systemCommand('zpool status', 'zfs/zpool_status.txt', onZfs),
    systemCommand('zpool list', 'zfs/zpool_list.txt', onZfs),
    systemCommand('zpool get all', 'zfs/zpool_get_all.txt', onZfs),
    systemCommand('zfs list', 'zfs/zfs_list.txt', onZfs),
    systemCommand('zfs get all', 'zfs/zfs_get_all.txt', { ...onZfs, timeoutSeconds: 120 }),
  ],
};
