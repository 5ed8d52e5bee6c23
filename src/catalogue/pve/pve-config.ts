// The cluster file system of Proxmox VE as a whole.

import type { Area } from '../types.ts';

export const pveConfigArea: Area = {
  id: 'pve-config',
  title: 'Proxmox VE configuration',
  about: 'Guests, storages, users, jobs, firewall and keys: everything that Proxmox VE keeps in /etc/pve.',
  product: 'pve',
  toggles: [],
  items: [
    {
      kind: 'tree',
      path: { option: 'PVE_CONFIG_PATH' },
      // Virtual files of pmxcfs, and its links into nodes/NODE: not saved, never written.
      exclude: [
        '.version',
        '.members',
        '.vmlist',
        '.rrd',
        '.clusterlog',
        '.debug',
        'local',
        'lxc',
        'qemu-server',
        'openvz',
      ],
      category: 'pve_config_export',
      restore: { how: 'pmxcfs' },
      across: 'safe',
      secret: true,
      expected: (facts) => facts.pve !== undefined,
    },
    {
      // Video BIOS images that admins extract for passthrough; the package's own files have other endings.
      kind: 'glob',
      pattern: '/usr/share/kvm/*.vbios',
      category: 'pve_config_export',
      restore: { how: 'replace' },
      across: 'review',
    },
  ],
};
