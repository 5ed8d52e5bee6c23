// Network settings as the backup server sees them; the configuration itself is that of the host (area `network`).

import { manager, pbsFiles } from '../pbs-items.ts';
import type { Area } from '../types.ts';

export const pbsNetworkArea: Area = {
  id: 'pbs-network',
  title: 'Network as the backup server sees it',
  about: 'A second account of the addresses and bridges of the host.',
  product: 'pbs',
  toggles: ['BACKUP_PBS_NETWORK_CONFIG'],
  items: [
    ...pbsFiles({ category: 'pbs_config', restore: { how: 'export' }, across: 'review' }, 'network.cfg'),
    manager('network list', 'network_list.json'),
  ],
};
