// What the backup server says about itself: versions, disks, the last tasks.

import { information, mayFail } from '../items.ts';
import { manager, pbsOutputs } from '../pbs-items.ts';
import type { Area } from '../types.ts';

export const pbsInformationArea: Area = {
  id: 'pbs-information',
  title: 'Backup server information',
  about: 'Versions, disks and the last tasks: what a person asks for after a disaster.',
  product: 'pbs',
  toggles: [],
  items: [
    {
      kind: 'command',
      argv: ['proxmox-backup-manager', 'versions'],
      output: `${pbsOutputs}/pbs_version.txt`,
      ...information,
    },
    manager('disk list', 'disk_list.json', mayFail),
    // Needs the running service.
    manager('task list --limit 50', 'recent_tasks.json', mayFail),
  ],
};
