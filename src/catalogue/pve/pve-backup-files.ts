// Which backups of guests lie on the storages: a list of them, and on request the files themselves.

import { clusterOutputs } from '../pve-items.ts';
import { information } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const backups = {
  category: 'proxsave_info',
  restore: { how: 'export' },
  across: 'safe',
  secret: true,
  maxFileSizeOption: 'none',
} as const satisfies ItemBase;

export const pveBackupFilesArea: Area = {
  id: 'pve-backup-files',
  title: 'Backups of guests',
  about: 'Which guest can be brought back from which storage, and how old its newest backup is.',
  product: 'pve',
  toggles: ['BACKUP_PVE_BACKUP_FILES'],
  items: [
    {
      kind: 'inventory',
      inventory: 'pve-storages',
      output: `${clusterOutputs}/datastores`,
      ...information,
    },
    {
      kind: 'referenced',
      references: 'pve-small-backups',
      saveBelow: 'var/lib/pve-cluster/small_backups',
      ...backups,
      toggles: ['BACKUP_SMALL_PVE_BACKUPS'],
    },
    {
      kind: 'referenced',
      references: 'pve-selected-backups',
      saveBelow: 'var/lib/pve-cluster/selected_backups',
      ...backups,
    },
  ],
};
