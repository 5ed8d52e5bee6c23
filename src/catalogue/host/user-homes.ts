// Homes of the other users. Their size is bounded by keys of their own: a home may hold anything.

import type { Area } from '../types.ts';

export const userHomesArea: Area = {
  id: 'user-homes',
  title: 'Homes of users',
  about: 'Files of the users of this host, without caches and files above a size limit.',
  product: 'host',
  toggles: ['BACKUP_USER_HOMES'],
  items: [
    {
      kind: 'tree',
      path: '/home',
      // Caches and the like are left out by the key, so that a user can decide otherwise.
      exclude: ['lost+found/**'],
      excludeOption: 'USER_HOMES_EXCLUDE_PATTERNS',
      maxFileSizeOption: 'USER_HOMES_MAX_FILE_SIZE',
      category: 'user_data',
      restore: { how: 'replace' },
      across: 'safe',
      secret: true,
    },
  ],
};
