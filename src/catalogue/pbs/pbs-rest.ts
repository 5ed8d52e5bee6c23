// Everything else in the configuration directory of the backup server. Nobody has looked at what these files hold, so
// they count as secret and are only handed out.

import { pbsTree } from '../pbs-items.ts';
import type { Area } from '../types.ts';

export const pbsRestArea: Area = {
  id: 'pbs-rest',
  title: 'The rest of the backup server configuration',
  about: 'Every file in /etc/proxmox-backup that no other area owns, such as the subscription.',
  product: 'pbs',
  toggles: [],
  items: [
    pbsTree({
      category: 'pbs_config',
      restore: { how: 'export' },
      across: 'review',
      secret: true,
      expected: (facts) => facts.pbs !== undefined,
    }),
  ],
};
