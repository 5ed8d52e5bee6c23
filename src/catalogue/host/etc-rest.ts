// Everything else in /etc: the file that is missed on the worst day is the one nobody listed. Nobody has looked at
// what these files hold either, so they count as secret and are only handed out.

import { information } from '../items.ts';
import type { Area } from '../types.ts';

export const etcRestArea: Area = {
  id: 'etc-rest',
  title: 'The rest of /etc',
  about: 'Every file in /etc that no other area owns.',
  product: 'host',
  toggles: ['BACKUP_ETC_REST'],
  items: [
    {
      kind: 'tree',
      path: '/etc',
      // Made from other files by ldconfig.
      exclude: ['ld.so.cache'],
      ...information,
      across: 'review',
      secret: true,
    },
  ],
};
