// High availability: which guests it keeps running, and by which rules. What its managers write themselves is saved to be
// looked at: who ran where is worth knowing after a disaster.

import { inCluster, pveFiles, pveGlobs, pveOutputs, pvesh, pveTrees, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

const ha = throughPmxcfs('pve_ha');
const ofManager = {
  ...ha,
  restore: {
    how: 'never',
    reason: 'written by the running HA manager, which a restored state would mislead',
  },
} as const;

export const pveHaArea: Area = {
  id: 'pve-ha',
  title: 'High availability',
  about: 'Guests that are restarted on other nodes, with their groups and rules.',
  product: 'pve',
  toggles: [],
  items: [
    ...pveTrees(ha, 'ha'),
    ...pveFiles(ofManager, 'ha/manager_status', 'ha/crm_commands'),
    ...pveGlobs(ofManager, 'nodes/*/lrm_status*'),
    pvesh('/cluster/ha/status/current', `${pveOutputs}/ha_status.json`, {
      ...inCluster,
      toggles: ['BACKUP_CLUSTER_CONFIG'],
    }),
  ],
};
