// The firewall of Proxmox VE: datacenter, nodes, guests and virtual networks.

import { mayFail } from '../items.ts';
import { pveCommand, pveGlobs, pveOutputs, pveTrees, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

const firewall = throughPmxcfs('pve_firewall');

export const pveFirewallArea: Area = {
  id: 'pve-firewall',
  title: 'Proxmox firewall',
  about: 'Rules, groups, aliases and address sets that protect hosts and guests.',
  product: 'pve',
  toggles: ['BACKUP_PVE_FIREWALL'],
  items: [
    ...pveTrees(firewall, 'firewall', 'sdn/firewall'),
    ...pveGlobs(firewall, 'nodes/*/host.fw'),
    pveCommand('pve-firewall status', `${pveOutputs}/firewall_status.txt`, mayFail),
  ],
};
