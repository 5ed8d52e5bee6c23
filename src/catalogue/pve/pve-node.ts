// Settings of single nodes, and what this one says about itself.

import { files, information } from '../items.ts';
import { clusterOutputs, ofAllAreas, pveCommand, pveGlobs, pveOutputs, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

export const pveNodeArea: Area = {
  id: 'pve-node',
  title: 'Node settings',
  about: 'Notes, ACME domains and start-up delays of each node; versions of all Proxmox packages.',
  product: 'pve',
  toggles: [],
  items: [
    ...pveGlobs(throughPmxcfs('pve_config_export'), 'nodes/*/config'),
    // Bound to the id of the machine.
    ...files({ ...information, across: 'review', secret: true }, '/etc/subscription'),
    pveCommand('pveversion -v', `${pveOutputs}/pveversion.txt`),
    pveCommand('pveversion', `${clusterOutputs}/pve_version.txt`),
    pveCommand('pvenode config get', `${pveOutputs}/node_config.txt`),
    // It prints users, guests, firewall and jobs too.
    pveCommand('pvereport', `${pveOutputs}/pvereport.txt`, {
      toggles: [...ofAllAreas, 'BACKUP_NETWORK_CONFIGS', 'BACKUP_HARDWARE_INFO'],
      secret: true,
      timeoutSeconds: 120,
      onFailure: 'info',
    }),
  ],
};
