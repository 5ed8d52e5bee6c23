// Other backup servers to sync with, with the passwords for them.

import { manager, pbsFiles, staged } from '../pbs-items.ts';
import type { Area } from '../types.ts';

export const pbsRemotesArea: Area = {
  id: 'pbs-remotes',
  title: 'Remotes',
  about: 'Other backup servers that this one syncs with, and its credentials there.',
  product: 'pbs',
  toggles: ['BACKUP_REMOTE_CONFIGS'],
  items: [
    ...pbsFiles(
      { ...staged('pbs_remotes'), secret: true, essential: 'credentials for the servers that it syncs with' },
      'remote.cfg',
    ),
    manager('remote list', 'remote_list.json'),
  ],
};
