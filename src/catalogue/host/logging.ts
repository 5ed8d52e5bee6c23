// Where logs go and when they are rotated.

import { files, replaceSafe, trees } from '../items.ts';
import type { Area } from '../types.ts';

export const loggingArea: Area = {
  id: 'logging',
  title: 'Logging',
  about: 'Rotation of log files and forwarding to a log server.',
  product: 'host',
  toggles: ['BACKUP_LOGROTATE_CONFIG'],
  items: [
    ...files(replaceSafe, '/etc/logrotate.conf', '/etc/rsyslog.conf', '/etc/systemd/journald.conf'),
    ...trees(
      replaceSafe,
      '/etc/logrotate.d',
      '/etc/rsyslog.d',
      '/etc/systemd/journald.conf.d',
      '/etc/syslog-ng',
    ),
  ],
};
