// What the user added.

import type { Area } from '../types.ts';

export const customPathsArea: Area = {
  id: 'custom-paths',
  title: 'Own paths',
  about: 'Files and directories listed in CUSTOM_BACKUP_PATHS.',
  product: 'host',
  toggles: [],
  items: [
    {
      kind: 'listed',
      option: 'CUSTOM_BACKUP_PATHS',
      category: 'user_data',
      restore: { how: 'replace' },
      across: 'review',
      secret: true,
    },
  ],
};
