// Cron entries that belong to Proxmox, and what is planned on this node.

import { globs, mayFail } from '../items.ts';
import { clusterOutputs, pveCommand } from '../pve-items.ts';
import type { Area } from '../types.ts';

export const pveSchedulesArea: Area = {
  id: 'pve-schedules',
  title: 'Proxmox schedules',
  about: 'Cron entries whose names speak of Proxmox, and the timers of this node with their next runs.',
  product: 'pve',
  toggles: ['BACKUP_PVE_SCHEDULES'],
  items: [
    ...globs(
      { category: 'crontabs', restore: { how: 'replace' }, across: 'safe' },
      '/etc/cron.d/*{pve,proxmox,vzdump}*',
    ),
    // Ends with 1 when root has no crontab.
    pveCommand('crontab -l', `${clusterOutputs}/schedules/root_crontab.txt`, {
      ...mayFail,
      acceptExitCodes: [1],
      secret: true,
    }),
    pveCommand(
      'systemctl list-timers --all --no-pager',
      `${clusterOutputs}/schedules/systemd_timers.txt`,
      mayFail,
    ),
  ],
};
