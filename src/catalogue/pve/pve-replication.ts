// Replication of guest disks to other nodes.

import { files } from '../items.ts';
import { clusterOutputs, pveFiles, pvesh, pveshForEachNode, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

export const pveReplicationArea: Area = {
  id: 'pve-replication',
  title: 'Replication',
  about: 'Which disks are copied to which node, and how far the copies are.',
  product: 'pve',
  toggles: ['BACKUP_PVE_REPLICATION'],
  items: [
    // It names guests and nodes, which must be there first.
    ...pveFiles({ ...throughPmxcfs('pve_config_export'), across: 'review' }, 'replication.cfg'),
    // True only together with the snapshots of the disks.
    ...files(
      { category: 'pve_config_export', restore: { how: 'export' }, across: 'review' },
      '/var/lib/pve-manager/pve-replication-state.json',
    ),
    pvesh('/cluster/replication', `${clusterOutputs}/replication/replication_jobs.json`),
    pveshForEachNode(
      (node) => [`/nodes/${node}/replication`],
      (key) => `${clusterOutputs}/replication/${key}_replication_status.json`,
    ),
  ],
};
