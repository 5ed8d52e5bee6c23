// Keys that sync jobs encrypt with on the way to, and decrypt with on the way from, another server.

import { pbsFiles, pbsTree, staged } from '../pbs-items.ts';
import type { Area, ItemBase } from '../types.ts';

const keys = {
  ...staged('pbs_jobs'),
  secret: true,
  essential: 'backups that were synced with these keys cannot be read without them',
} as const satisfies ItemBase;

export const pbsEncryptionKeysArea: Area = {
  id: 'pbs-encryption-keys',
  title: 'Encryption keys of sync jobs',
  about: 'Backups that were encrypted on their way to another server are lost without these keys.',
  product: 'pbs',
  toggles: [],
  items: [...pbsFiles(keys, 'encryption-keys.cfg', 'encryption-keys.json'), pbsTree(keys, 'encryption-keys')],
};
