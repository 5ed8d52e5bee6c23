// Jobs of cron and at, of the system and of every user.

import { files, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const crontabs = {
  category: 'crontabs',
  restore: { how: 'replace' },
  across: 'safe',
} as const satisfies ItemBase;

export const cronArea: Area = {
  id: 'cron',
  title: 'Cron jobs',
  about: 'Jobs of the system and the crontabs of root and the users.',
  product: 'host',
  toggles: ['BACKUP_CRON_JOBS'],
  items: [
    ...files(
      crontabs,
      '/etc/crontab',
      '/etc/anacrontab',
      '/etc/cron.allow',
      '/etc/cron.deny',
      '/etc/at.allow',
      '/etc/at.deny',
    ),
    ...trees(
      crontabs,
      '/etc/cron.d',
      '/etc/cron.daily',
      '/etc/cron.hourly',
      '/etc/cron.monthly',
      '/etc/cron.weekly',
      '/etc/cron.yearly',
      '/var/spool/cron',
    ),
  ],
};
