// Certificates, private keys and the authorities that this host trusts.

import { files, replaceSafe, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const certificates = {
  category: 'ssl',
  restore: { how: 'replace' },
  across: 'safe',
} as const satisfies ItemBase;

export const sslArea: Area = {
  id: 'ssl',
  title: 'Certificates',
  about:
    'Private keys cannot be made again, and a host without its own authority trusts nobody in the house.',
  product: 'host',
  toggles: ['BACKUP_SSL_CERTS'],
  items: [
    ...trees({ ...certificates, secret: true }, '/etc/ssl/private', '/etc/pki/private'),
    ...trees(certificates, '/etc/ssl', '/etc/pki'),
    ...trees(replaceSafe, '/usr/local/share/ca-certificates', '/etc/ca-certificates'),
    ...files(replaceSafe, '/etc/ca-certificates.conf'),
  ],
};
