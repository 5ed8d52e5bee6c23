// Units, overrides and defaults of services. Other areas own the few files in /etc/default that are theirs.

import { files, mayFail, replaceReview, systemCommand, trees } from '../items.ts';
import type { Area } from '../types.ts';

export const servicesArea: Area = {
  id: 'services',
  title: 'Services',
  about:
    'Own units and timers, overrides, which units are enabled or masked, and the defaults that services start with.',
  product: 'host',
  toggles: ['BACKUP_SYSTEMD_SERVICES'],
  items: [
    ...trees(
      replaceReview,
      '/etc/systemd',
      '/etc/default',
      '/etc/init.d',
      '/etc/tmpfiles.d',
      '/etc/sysusers.d',
      '/etc/binfmt.d',
    ),
    ...files(replaceReview, '/etc/rc.local'),
    ...trees({ ...replaceReview, secret: true }, '/etc/credstore', '/etc/credstore.encrypted'),
    // What /etc/credstore.encrypted is encrypted with.
    ...files({ ...replaceReview, secret: true }, '/var/lib/systemd/credential.secret'),
    systemCommand('systemctl list-units --type=service --all', 'systemctl_services.txt', mayFail),
    systemCommand('systemctl list-unit-files --type=service', 'systemctl_service_files.txt', mayFail),
    systemCommand(
      'systemctl list-unit-files --state=enabled,masked --no-legend',
      'systemctl_enabled.txt',
      mayFail,
    ),
  ],
};
