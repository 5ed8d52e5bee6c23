// Maintenance modes in a file of their own. The server itself keeps them in datastore.cfg; some tools write this one.

import { pbsFiles } from '../pbs-items.ts';
import type { Area } from '../types.ts';

export const pbsMaintenanceArea: Area = {
  id: 'pbs-maintenance',
  title: 'Maintenance modes',
  about: 'Which datastores are offline or read-only, where a tool keeps that in a file of its own.',
  product: 'pbs',
  toggles: [],
  items: pbsFiles(
    { category: 'maintenance_pbs', restore: { how: 'replace' }, across: 'safe' },
    'maintenance.cfg',
  ),
};
