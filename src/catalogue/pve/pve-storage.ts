// Storages: what they are, and the passwords and keys that they need.

import { pveCommand, pveFiles, pveGlobs, pveOutputs, pvesh, pveTrees, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

const storage = throughPmxcfs('storage_pve');
const storageSecret = { ...storage, secret: true } as const;

export const pveStorageArea: Area = {
  id: 'pve-storage',
  title: 'Storages',
  about: 'Where disks, images and backups lie, and the passwords and encryption keys to reach and read them.',
  product: 'pve',
  toggles: [],
  items: [
    ...pveFiles(
      { ...storage, essential: 'says where the disks of the guests and their backups lie' },
      'storage.cfg',
    ),
    ...pveTrees(
      {
        ...storageSecret,
        essential: 'passwords of the storages, and keys without which encrypted backups cannot be read',
      },
      'priv/storage',
    ),
    ...pveTrees({ ...storageSecret, essential: 'keys of the RBD and CephFS storages' }, 'priv/ceph'),
    // ZFS over iSCSI; and where releases before 9 kept the passwords of CIFS storages.
    ...pveTrees(storageSecret, 'priv/zfs'),
    ...pveGlobs(storageSecret, 'priv/*.cred'),
    pveCommand('pvesm status', `${pveOutputs}/pvesm_status.txt`),
    pvesh('/nodes/localhost/storage', `${pveOutputs}/storage_status.json`),
    pvesh('/nodes/localhost/disks/list', `${pveOutputs}/disks_list.json`, { onFailure: 'info' }),
  ],
};
