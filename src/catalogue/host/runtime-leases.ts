// Addresses that the host had from DHCP when the backup was made: knowledge for a rebuild, never put back.

import { information, trees } from '../items.ts';
import { infoDirectory } from '../types.ts';
import type { Area, TreeItem } from '../types.ts';

function lease(item: TreeItem): TreeItem {
  return { ...item, saveBelow: `${infoDirectory}/runtime` };
}

export const runtimeLeasesArea: Area = {
  id: 'runtime-leases',
  title: 'DHCP leases',
  about: 'Which addresses the host had from DHCP when the backup was made.',
  product: 'host',
  toggles: ['BACKUP_NETWORK_CONFIGS'],
  items: [
    ...trees(information, '/var/lib/dhcp', '/run/systemd/netif/leases').map(lease),
    // Holds NetworkManager's secret key beside the leases.
    ...trees({ ...information, secret: true }, '/var/lib/NetworkManager').map(lease),
  ],
};
