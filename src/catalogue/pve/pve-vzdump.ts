// Defaults of vzdump on this node, and the hook scripts that it and the backup jobs name.

import type { Area } from '../types.ts';

export const pveVzdumpArea: Area = {
  id: 'pve-vzdump',
  title: 'Settings of vzdump',
  about: 'Storage, bandwidth, compression, retention and hook scripts of guest backups on this node.',
  product: 'pve',
  toggles: ['BACKUP_VZDUMP_CONFIG'],
  items: [
    {
      kind: 'file',
      path: { option: 'VZDUMP_CONFIG_PATH' },
      category: 'storage_pve',
      restore: { how: 'replace' },
      // Keys went in 9.
      across: 'review',
    },
    {
      kind: 'referenced',
      references: 'pve-backup-scripts',
      category: 'scripts',
      restore: { how: 'replace' },
      across: 'safe',
      secret: true,
    },
  ],
};
