// Settings of the server itself. Current releases have no proxy.cfg, but archives of older ones may.

import { manager, pbsFiles, staged } from '../pbs-items.ts';
import type { Area } from '../types.ts';

// One key that this release does not know makes the daemons refuse the whole file.
const settings = { ...staged('pbs_host'), across: 'review' } as const;

export const pbsNodeArea: Area = {
  id: 'pbs-node',
  title: 'Backup server settings',
  about: 'Mail sender, HTTP proxy, ciphers, ACME domains and description of the server.',
  product: 'pbs',
  toggles: [],
  items: [
    ...pbsFiles({ ...settings, toggles: ['BACKUP_PBS_NODE_CONFIG'] }, 'node.cfg'),
    ...pbsFiles(settings, 'proxy.cfg'),
    manager('node show', 'node_config.json', { toggles: ['BACKUP_PBS_NODE_CONFIG'] }),
  ],
};
