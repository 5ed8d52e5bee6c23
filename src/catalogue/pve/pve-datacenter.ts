// Settings of the datacenter as a whole.

import { pveFiles, pveOutputs, pvesh, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

export const pveDatacenterArea: Area = {
  id: 'pve-datacenter',
  title: 'Datacenter settings',
  about: 'Console, keyboard, migration network, tags, proxies and other settings that all nodes share.',
  product: 'pve',
  toggles: [],
  items: [
    // A proxy may be given with its password.
    ...pveFiles({ ...throughPmxcfs('storage_pve'), secret: true }, 'datacenter.cfg'),
    pvesh('/version', `${pveOutputs}/api_version.json`),
    pvesh('/nodes', `${pveOutputs}/nodes_status.json`),
  ],
};
