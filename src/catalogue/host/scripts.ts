// Programs that the admin put on the host.

import { trees } from '../items.ts';
import type { Area } from '../types.ts';

export const scriptsArea: Area = {
  id: 'scripts',
  title: 'Own scripts',
  about: 'Programs in /usr/local that no package brings back, among them what cron jobs and units call.',
  product: 'host',
  toggles: ['BACKUP_SCRIPT_DIR'],
  items: trees(
    { category: 'scripts', restore: { how: 'replace' }, across: 'safe' },
    '/usr/local/bin',
    '/usr/local/sbin',
    '/usr/local/etc',
    '/usr/local/lib/systemd',
  ),
};
