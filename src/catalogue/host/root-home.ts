// Root's home, without caches and downloaded tools. Nobody knows what a home holds: all of it counts as secret.

import type { Area } from '../types.ts';

export const rootHomeArea: Area = {
  id: 'root-home',
  title: "Root's home",
  about: 'Scripts, notes, tool settings and credentials that an admin keeps in /root.',
  product: 'host',
  toggles: ['BACKUP_ROOT_HOME'],
  items: [
    {
      kind: 'tree',
      path: '/root',
      exclude: [
        '.cache/**',
        '.npm/**',
        '.vscode-server/**',
        '.cursor-server/**',
        '.local/share/Trash/**',
        '.cargo/registry/**',
        '.rustup/**',
        'go/pkg/**',
        '**/node_modules/**',
        '.config/.wrangler/logs/**',
      ],
      category: 'user_data',
      restore: { how: 'replace' },
      across: 'safe',
      secret: true,
    },
  ],
};
