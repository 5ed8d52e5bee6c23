// Ceph on this node: configuration, keyrings, state of the cluster. What lies in /etc/pve is saved whatever the toggle
// says, as in the existing edition, whose template had the toggle off.

import type { HostFacts } from '../../host/facts.ts';
import { clusterOutputs, pveCommand, pveFiles, pveGlobs, pveTrees, throughPmxcfs } from '../pve-items.ts';
import type { Area, BooleanOptionName, ItemBase } from '../types.ts';

const toggles: readonly BooleanOptionName[] = ['BACKUP_CEPH_CONFIG'];

// Its id must be that of the disks: never onto another cluster.
const ceph = { ...throughPmxcfs('ceph'), across: 'review' } as const;
const localKeys = {
  category: 'ceph',
  restore: { how: 'replace' },
  across: 'review',
  secret: true,
  toggles,
} as const satisfies ItemBase;

const command = (commandLine: string, file: string) =>
  pveCommand(commandLine, `${clusterOutputs}/ceph/${file}`, {
    when: (facts: HostFacts) => facts.usesCeph,
    toggles,
  });

export const pveCephArea: Area = {
  id: 'pve-ceph',
  title: 'Ceph',
  about: 'Identity, monitors and keys of the Ceph cluster: without them its disks stay closed.',
  product: 'pve',
  toggles: [],
  items: [
    ...pveFiles({ ...ceph, essential: 'identity and monitors of the Ceph cluster' }, 'ceph.conf'),
    ...pveTrees({ ...ceph, secret: true }, 'ceph'),
    ...pveGlobs(
      { ...ceph, secret: true, essential: 'administrator and monitor keys of Ceph' },
      'priv/ceph.*',
    ),
    { kind: 'tree', path: { option: 'CEPH_CONFIG_PATH' }, ...localKeys },
    {
      kind: 'glob',
      pattern: '/var/lib/ceph/{bootstrap-mds,bootstrap-mgr,bootstrap-osd,bootstrap-rbd}/*.keyring',
      ...localKeys,
    },
    { kind: 'glob', pattern: '/var/lib/ceph/{mds,mgr,mon,radosgw}/*/keyring', ...localKeys },
    command('ceph -s', 'ceph_status.txt'),
    command('ceph osd df', 'ceph_osd_df.txt'),
    command('ceph osd tree', 'ceph_osd_tree.txt'),
    command('ceph mon stat', 'ceph_mon_stat.txt'),
    command('ceph pg stat', 'ceph_pg_stat.txt'),
    command('ceph health detail', 'ceph_health.txt'),
  ],
};
