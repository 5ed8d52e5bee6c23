// Whom Proxmox VE tells what. The two files only make sense together.

import { pveFiles, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

export const pveNotificationsArea: Area = {
  id: 'pve-notifications',
  title: 'Notifications',
  about: 'Targets and matchers for messages, with the passwords and tokens of the targets.',
  product: 'pve',
  toggles: [],
  items: [
    // Headers of webhooks stand in the first, passwords in the second.
    ...pveFiles(
      { ...throughPmxcfs('pve_notifications'), secret: true },
      'notifications.cfg',
      'priv/notifications.cfg',
    ),
  ],
};
