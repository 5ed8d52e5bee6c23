// Virtual machines and containers: their configuration and the files it names.

import { information, replaceReview, trees } from '../items.ts';
import { pveCommand, pveGlobs, pveOutputs, pvesh, pveTrees, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

// Hashed cloud-init passwords, environment variables of containers.
const guests = { ...throughPmxcfs('pve_config_export'), secret: true } as const;

export const pveGuestsArea: Area = {
  id: 'pve-guests',
  title: 'Virtual machines and containers',
  about: 'Without its configuration a guest is a pile of disks that nobody can tell apart.',
  product: 'pve',
  toggles: ['BACKUP_VM_CONFIGS'],
  items: [
    ...pveGlobs(
      { ...guests, essential: 'says which guests there were, and which disks and networks each had' },
      'nodes/*/{qemu-server,lxc}',
    ),
    // Left by releases which still had OpenVZ.
    ...pveGlobs(guests, 'nodes/*/openvz'),
    ...pveTrees(throughPmxcfs('pve_config_export'), 'virtual-guest'),
    // Hook scripts and cloud-init files on local storages, video BIOS images that guests name.
    {
      kind: 'referenced',
      references: 'pve-guest-files',
      category: 'pve_config_export',
      restore: { how: 'replace' },
      across: 'safe',
      secret: true,
    },
    {
      // Images that admins extract for passthrough and may not have given to a guest yet; the package's own files have
      // other endings.
      kind: 'glob',
      pattern: '/usr/share/kvm/*.vbios',
      category: 'pve_config_export',
      restore: { how: 'replace' },
      across: 'review',
    },
    ...trees(replaceReview, '/etc/lxc'),
    pvesh('/nodes/localhost/qemu', `${pveOutputs}/qemu_vms.json`),
    pvesh('/nodes/localhost/lxc', `${pveOutputs}/lxc_containers.json`),
    pveCommand('qm list', `${pveOutputs}/qm_list.txt`),
    pveCommand('pct list', `${pveOutputs}/pct_list.txt`),
    {
      kind: 'inventory',
      inventory: 'pve-guests',
      output: `${pveOutputs}/guest_inventory`,
      ...information,
      // Notes and waiting changes are in it.
      secret: true,
    },
  ],
};
