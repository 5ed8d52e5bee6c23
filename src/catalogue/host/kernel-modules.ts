// Which kernel modules are loaded at boot, with what options, and which must not be.

import { files, mayFail, replaceReview, systemCommand, trees } from '../items.ts';
import type { Area } from '../types.ts';

export const kernelModulesArea: Area = {
  id: 'kernel-modules',
  title: 'Kernel modules',
  about:
    'Modules to load at boot, their options and blacklists: passthrough, ZFS memory limits and drivers depend on them.',
  product: 'host',
  toggles: ['BACKUP_KERNEL_MODULES'],
  items: [
    ...files(replaceReview, '/etc/modules'),
    ...trees(replaceReview, '/etc/modprobe.d', '/etc/modules-load.d', '/etc/depmod.d', '/etc/dkms'),
    systemCommand('lsmod', 'lsmod.txt', mayFail),
  ],
};
