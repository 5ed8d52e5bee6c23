// Names and permissions of devices.

import { replaceReview } from '../items.ts';
import type { Area } from '../types.ts';

export const udevArea: Area = {
  id: 'udev',
  title: 'Device rules',
  about:
    'Own rules for device names and permissions: fixed names of network cards, disks and serial adapters.',
  product: 'host',
  toggles: ['BACKUP_UDEV_RULES'],
  items: [
    {
      kind: 'tree',
      path: '/etc/udev',
      // Made from the .hwdb files; ten megabytes and more.
      exclude: ['hwdb.bin'],
      ...replaceReview,
    },
  ],
};
