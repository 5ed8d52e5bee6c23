// What the server does by itself: sync, verify, prune and garbage collection.

import { manager, pbsFiles, since, staged } from '../pbs-items.ts';
import type { Area } from '../types.ts';

const jobs = staged('pbs_jobs');
const sync = { toggles: ['BACKUP_SYNC_JOBS'] } as const;
const verify = { toggles: ['BACKUP_VERIFICATION_JOBS'] } as const;
const prune = { toggles: ['BACKUP_PRUNE_SCHEDULES'] } as const;

export const pbsJobsArea: Area = {
  id: 'pbs-jobs',
  title: 'Sync, verify and prune jobs',
  about: 'Without them backups are no longer copied away, checked or thinned out.',
  product: 'pbs',
  toggles: [],
  items: [
    ...pbsFiles({ ...jobs, ...sync }, 'sync.cfg'),
    ...pbsFiles({ ...jobs, ...verify }, 'verification.cfg'),
    ...pbsFiles({ ...jobs, ...prune }, 'prune.cfg'),
    manager('sync-job list', 'sync_jobs.json', sync),
    manager('verify-job list', 'verification_jobs.json', verify),
    manager('prune-job list', 'prune_jobs.json', { ...prune, ...since(2, 2) }),
    // Their schedules are part of datastore.cfg.
    manager('garbage-collection list', 'gc_jobs.json', since(3, 2)),
  ],
};
