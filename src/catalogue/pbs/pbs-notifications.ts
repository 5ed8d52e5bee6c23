// Notification targets and matchers; their passwords and tokens lie in a file and behind a toggle of their own.

import { manager, pbsFiles, since, staged } from '../pbs-items.ts';
import type { Area } from '../types.ts';

const endpointTypes = ['smtp', 'sendmail', 'gotify'] as const;

export const pbsNotificationsArea: Area = {
  id: 'pbs-notifications',
  title: 'Backup server notifications',
  about: 'Without it nobody hears of failed backups, verifications and disks.',
  product: 'pbs',
  toggles: ['BACKUP_PBS_NOTIFICATIONS'],
  items: [
    ...pbsFiles(staged('pbs_notifications'), 'notifications.cfg'),
    ...pbsFiles(
      { ...staged('pbs_notifications'), secret: true, toggles: ['BACKUP_PBS_NOTIFICATIONS_PRIV'] },
      'notifications-priv.cfg',
    ),
    manager('notification target list', 'notification_targets.json', since(3, 2)),
    manager('notification matcher list', 'notification_matchers.json', since(3, 2)),
    ...endpointTypes.map((type) =>
      manager(`notification endpoint ${type} list`, `notification_endpoints_${type}.json`, since(3, 2)),
    ),
    manager('notification endpoint webhook list', 'notification_endpoints_webhook.json', since(3, 3)),
  ],
};
