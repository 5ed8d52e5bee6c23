// Everything else in /etc/pve. Nobody has looked at what these files hold, so they count as secret.

import { throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

export const pveRestArea: Area = {
  id: 'pve-rest',
  title: 'The rest of /etc/pve',
  about: 'Metric servers and every other file of the cluster file system that no other area owns.',
  product: 'pve',
  toggles: [],
  items: [
    {
      kind: 'tree',
      path: { option: 'PVE_CONFIG_PATH' },
      exclude: [
        // Virtual files of pmxcfs, and its links into nodes/NODE: not saved, never written.
        '.version',
        '.members',
        '.vmlist',
        '.rrd',
        '.clusterlog',
        '.debug',
        'local',
        'lxc',
        'qemu-server',
        'openvz',
        // Locks of what runs now.
        'priv/lock/**',
      ],
      ...throughPmxcfs('pve_config_export'),
      secret: true,
      expected: ({ pve }) => pve !== undefined,
    },
  ],
};
