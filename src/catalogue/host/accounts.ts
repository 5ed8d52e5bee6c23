// Users, groups, passwords and who may become root.

import { files, trees } from '../items.ts';
import type { Area, FileItem, ItemBase, MergeKind } from '../types.ts';

const always = () => true;

function merged(path: string, kind: MergeKind, extras: Partial<FileItem> = {}): FileItem {
  return {
    kind: 'file',
    path,
    category: 'accounts',
    restore: { how: 'merge', kind },
    across: 'safe',
    ...extras,
  };
}

/** The copies which the account tools leave behind. */
const previous = {
  category: 'accounts',
  restore: { how: 'never', reason: 'the account tools write these copies themselves at every change' },
  across: 'review',
} as const satisfies ItemBase;

export const accountsArea: Area = {
  id: 'accounts',
  title: 'Accounts',
  about:
    'Users and groups with their numbers (files are owned by numbers), passwords, and rights given by sudo.',
  product: 'host',
  toggles: ['BACKUP_CRITICAL_FILES'],
  items: [
    merged('/etc/passwd', 'passwd', { expected: always, essential: 'which number belongs to which user' }),
    merged('/etc/group', 'group', { expected: always, essential: 'which number belongs to which group' }),
    merged('/etc/shadow', 'shadow', {
      expected: always,
      secret: true,
      essential: 'passwords of root and of the users of the realm pam',
    }),
    merged('/etc/gshadow', 'gshadow', { secret: true }),
    merged('/etc/subuid', 'subid'),
    merged('/etc/subgid', 'subid'),
    merged('/etc/sudoers', 'sudoers'),
    ...trees({ category: 'accounts', restore: { how: 'replace' }, across: 'safe' }, '/etc/sudoers.d'),
    ...files(
      { category: 'accounts', restore: { how: 'replace' }, across: 'safe' },
      '/etc/sudo.conf',
      '/etc/doas.conf',
    ),
    ...files(previous, '/etc/passwd-', '/etc/group-', '/etc/subuid-', '/etc/subgid-'),
    ...files({ ...previous, secret: true }, '/etc/shadow-', '/etc/gshadow-'),
  ],
};
