// Keys that the server signs login tickets and forms with. It makes new ones when they are missing.

import { pbsFiles, staged } from '../pbs-items.ts';
import type { Area, ItemBase } from '../types.ts';

const keys = {
  ...staged('pbs_host'),
  essential: 'the server signs logins with it; with a new one everybody must log in again',
} as const satisfies ItemBase;

export const pbsAuthKeysArea: Area = {
  id: 'pbs-auth-keys',
  title: 'Signing keys',
  about: 'With new keys all open sessions end; nothing else depends on them.',
  product: 'pbs',
  toggles: [],
  items: [
    ...pbsFiles(keys, 'authkey.pub'),
    ...pbsFiles({ ...keys, secret: true }, 'authkey.key', 'csrf.key'),
  ],
};
