// Membership of the cluster, and the database that holds all of /etc/pve.

import type { HostFacts } from '../../host/facts.ts';
import { inCluster, ofAllAreas, pveCommand, pveOutputs } from '../pve-items.ts';
import type { Area, ItemBase } from '../types.ts';

const isMember = ({ cluster }: HostFacts) => cluster !== undefined;

const corosync = {
  category: 'corosync',
  restore: { how: 'stage', kind: 'pve' },
  across: 'review',
} as const satisfies ItemBase;

const database = {
  category: 'pve_cluster',
  restore: { how: 'stage', kind: 'pve' },
  across: 'review',
  secret: true,
} as const satisfies ItemBase;

export const pveClusterArea: Area = {
  id: 'pve-cluster',
  title: 'Cluster',
  about: 'Nodes, links and key of the cluster, and the database of its shared configuration.',
  product: 'pve',
  toggles: ['BACKUP_CLUSTER_CONFIG'],
  items: [
    {
      kind: 'file',
      path: { option: 'COROSYNC_CONFIG_PATH' },
      category: 'pve_config_export',
      // Only by hand or with the whole database: a live cluster takes it over at once.
      restore: { how: 'export' },
      across: 'review',
      essential: 'nodes and links of the cluster',
      expected: isMember,
    },
    {
      kind: 'file',
      path: '/etc/corosync/authkey',
      ...corosync,
      secret: true,
      essential: 'the key that all members share; without it this node cannot join its cluster again',
      expected: isMember,
    },
    // A device for the quorum keeps its certificates there.
    { kind: 'tree', path: '/etc/corosync', ...corosync, secret: true },
    {
      kind: 'database',
      path: { option: 'PVE_CLUSTER_PATH', below: 'config.db' },
      rows: 'pmxcfs',
      ...database,
      essential: 'all of /etc/pve, with which a lost node comes back as it was',
      expected: ({ pve }) => pve !== undefined,
    },
    {
      // Dumps that joining a cluster leaves.
      kind: 'tree',
      path: { option: 'PVE_CLUSTER_PATH' },
      // The log of the database is in its copy; the others are made by programs that run, ProxSave among them.
      exclude: [
        'config.db-wal',
        'config.db-shm',
        '.pmxcfs.lockfile',
        'info/**',
        'small_backups/**',
        'selected_backups/**',
      ],
      ...database,
      restore: { how: 'export' },
      toggles: ofAllAreas,
    },
    pveCommand('pvecm status', `${pveOutputs}/cluster_status.txt`, inCluster),
    pveCommand('pvecm nodes', `${pveOutputs}/cluster_nodes.txt`, inCluster),
  ],
};
