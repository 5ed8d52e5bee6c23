// Software-defined network: zones, virtual networks, subnets, controllers and fabrics.

import { pveFiles, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

// Tokens of address managers and name servers, keys of tunnels.
const sdn = { ...throughPmxcfs('pve_sdn'), secret: true } as const;

export const pveSdnArea: Area = {
  id: 'pve-sdn',
  title: 'Virtual networks',
  about: 'Networks that guests are attached to besides the bridges of their node.',
  product: 'pve',
  toggles: [],
  items: [
    { kind: 'tree', path: { option: 'PVE_CONFIG_PATH', below: 'sdn' }, exclude: ['.lock'], ...sdn },
    ...pveFiles(
      {
        ...sdn,
        restore: {
          how: 'never',
          reason:
            'made from the other files when they are applied; a restored one would hide that they are not',
        },
      },
      'sdn/.running-config',
    ),
    // Where releases before 8.4 kept addresses and the keys of newer ones lie.
    ...pveFiles(sdn, 'sdn.cfg', 'priv/ipam.db', 'priv/macs.db', 'priv/wg-keys.cfg'),
  ],
};
