// Kernel parameters: what is configured and what is in force.

import { files, mayFail, replaceSafe, systemCommand, trees } from '../items.ts';
import type { Area } from '../types.ts';

export const sysctlArea: Area = {
  id: 'sysctl',
  title: 'Kernel parameters',
  about: 'Forwarding, memory and network settings of the kernel.',
  product: 'host',
  toggles: ['BACKUP_SYSCTL_CONFIG'],
  items: [
    ...files(replaceSafe, '/etc/sysctl.conf', '/etc/sysfs.conf'),
    ...trees(replaceSafe, '/etc/sysctl.d', '/etc/sysfs.d'),
    systemCommand('sysctl -a', 'sysctl.txt', { ...mayFail, acceptExitCodes: [1, 255] }),
  ],
};
