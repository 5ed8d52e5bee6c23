// The configuration directory of Proxmox Backup Server as a whole.

import type { Area } from '../types.ts';

export const pbsConfigArea: Area = {
  id: 'pbs-config',
  title: 'Proxmox Backup Server configuration',
  about: 'Datastores, users, remotes, jobs, certificates and keys: everything in /etc/proxmox-backup.',
  product: 'pbs',
  toggles: [],
  items: [
    {
      kind: 'tree',
      path: { option: 'PBS_CONFIG_PATH' },
      category: 'pbs_config',
      restore: { how: 'export' },
      across: 'safe',
      secret: true,
      expected: (facts) => facts.pbs !== undefined,
    },
  ],
};
