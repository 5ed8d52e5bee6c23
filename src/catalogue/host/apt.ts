// Where packages come from: sources, keys, pins and credentials of APT.

import { globs, mayFail, systemCommand, trees, files } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const apt = {
  category: 'services',
  restore: { how: 'stage', kind: 'apt' },
  across: 'review',
} as const satisfies ItemBase;

export const aptArea: Area = {
  id: 'apt',
  title: 'Package sources',
  about: 'Repositories, their keys, pins and credentials: without them packages cannot be installed again.',
  product: 'host',
  toggles: ['BACKUP_APT_SOURCES'],
  items: [
    ...files({ ...apt, secret: true }, '/etc/apt/auth.conf'),
    ...trees({ ...apt, secret: true }, '/etc/apt/auth.conf.d'),
    ...trees(apt, '/etc/apt', '/etc/dpkg'),
    // Keys that sources name in Signed-By; those of other vendors are put here by hand.
    ...globs(apt, '/usr/share/keyrings/*.gpg', '/usr/share/keyrings/*.asc'),
    systemCommand('apt-cache policy', 'apt_policy.txt', { ...mayFail, timeoutSeconds: 60 }),
  ],
};
