// Secure shell: host keys, who may log in as whom, and the keys of root and the users.

import { globs, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const ssh = { category: 'ssh', restore: { how: 'replace' }, across: 'safe' } as const satisfies ItemBase;

export const sshArea: Area = {
  id: 'ssh',
  title: 'SSH',
  about:
    'Host keys (clients refuse changed ones), authorized keys, and the keys that cluster nodes reach each other with.',
  product: 'host',
  toggles: ['BACKUP_SSH_KEYS'],
  items: [
    ...globs(
      { ...ssh, secret: true, essential: 'clients and other nodes refuse a host whose key has changed' },
      '/etc/ssh/ssh_host_*_key',
    ),
    ...trees(ssh, '/etc/ssh'),
    ...trees(
      { ...ssh, secret: true, essential: 'who may log in as root, and the keys of root' },
      '/root/.ssh',
    ),
    // /home is the category user_data of the existing edition, with all that is below it.
    ...globs({ ...ssh, category: 'user_data', secret: true }, '/home/*/.ssh'),
  ],
};
