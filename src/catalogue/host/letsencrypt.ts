// Certificates and account keys of ACME clients.

import { trees } from '../items.ts';
import type { Area } from '../types.ts';

export const letsencryptArea: Area = {
  id: 'letsencrypt',
  title: "Let's Encrypt",
  about:
    'Account keys and certificates of ACME clients: without them every certificate is ordered anew, within rate limits.',
  product: 'host',
  toggles: ['BACKUP_LETSENCRYPT'],
  items: trees(
    { category: 'ssl', restore: { how: 'replace' }, across: 'safe', secret: true },
    '/etc/letsencrypt',
    '/etc/acme',
    '/etc/acme.sh',
    '/etc/dehydrated',
    '/etc/lego',
    '/var/lib/dehydrated',
  ),
};
