// ProxSave itself: without its configuration, keys, schedule and identity a restored host is not backed up again.

import { files, globs, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const own = {
  category: 'proxsave_info',
  restore: { how: 'stage', kind: 'own-config' },
  across: 'safe',
} as const satisfies ItemBase;
const ownSecret = { ...own, secret: true } as const satisfies ItemBase;

export const ownConfigArea: Area = {
  id: 'own-config',
  title: 'ProxSave itself',
  about:
    'Configuration, recipients, schedule and installation id of ProxSave, so that a restored host is backed up again.',
  product: 'host',
  toggles: ['BACKUP_CONFIG_FILE'],
  items: [
    { kind: 'file', path: { known: 'config-file' }, ...ownSecret },
    ...trees(
      ownSecret,
      '/etc/proxsave',
      '/opt/proxsave/configs',
      '/opt/proxsave/identity',
      '/opt/proxsave/secure_account',
    ),
    ...files(own, '/var/lib/proxsave/install-id', '/var/lib/proxsave/retention.json'),
    ...globs(own, '/etc/systemd/system/proxsave*', '/etc/cron.d/proxsave*'),
  ],
};
