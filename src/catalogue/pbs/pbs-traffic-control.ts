// Bandwidth rules.

import { manager, pbsFiles, staged } from '../pbs-items.ts';
import type { Area } from '../types.ts';

export const pbsTrafficControlArea: Area = {
  id: 'pbs-traffic-control',
  title: 'Traffic control',
  about: 'Bandwidth rules for networks and times of day.',
  product: 'pbs',
  toggles: ['BACKUP_PBS_TRAFFIC_CONTROL'],
  items: [
    ...pbsFiles(staged('pbs_host'), 'traffic-control.cfg'),
    manager('traffic-control list', 'traffic_control.json'),
  ],
};
