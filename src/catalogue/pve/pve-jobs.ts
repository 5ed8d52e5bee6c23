// Backup jobs of Proxmox VE itself, and how they went lately.

import { files } from '../items.ts';
import { clusterOutputs, pveFiles, pvesh, pveshForEachNode, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

export const pveJobsArea: Area = {
  id: 'pve-jobs',
  title: 'Jobs',
  about: 'Which guests are backed up when and where, and when realms are synchronised.',
  product: 'pve',
  toggles: ['BACKUP_PVE_JOBS'],
  items: [
    ...pveFiles(throughPmxcfs('pve_jobs'), 'jobs.cfg', 'vzdump.cron'),
    // A link to vzdump.cron.
    ...files({ category: 'crontabs', restore: { how: 'replace' }, across: 'safe' }, '/etc/cron.d/vzdump'),
    pvesh('/cluster/backup', `${clusterOutputs}/jobs/backup_jobs.json`),
    pveshForEachNode(
      (node) => [`/nodes/${node}/tasks`, '--typefilter=vzdump'],
      (key) => `${clusterOutputs}/jobs/${key}_backup_history.json`,
    ),
  ],
};
