// Time zone and where the clock is set from.

import { files, mayFail, replaceSafe, systemCommand, trees } from '../items.ts';
import type { Area } from '../types.ts';

export const timeArea: Area = {
  id: 'time',
  title: 'Time',
  about: 'Time zone and time servers: clusters, certificates and one-time passwords need the right time.',
  product: 'host',
  toggles: ['BACKUP_TIME_CONFIG'],
  items: [
    ...files(
      { ...replaceSafe, secret: true },
      '/etc/chrony/chrony.keys',
      '/etc/ntp.keys',
      '/etc/ntpsec/ntp.keys',
    ),
    ...trees(replaceSafe, '/etc/chrony', '/etc/ntpsec', '/etc/systemd/timesyncd.conf.d'),
    ...files(
      replaceSafe,
      '/etc/timezone',
      '/etc/localtime',
      '/etc/adjtime',
      '/etc/ntp.conf',
      '/etc/systemd/timesyncd.conf',
    ),
    systemCommand('timedatectl', 'timedatectl.txt', mayFail),
    systemCommand('chronyc sources', 'chrony_sources.txt', mayFail),
  ],
};
