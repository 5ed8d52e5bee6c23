// The list of inventory modules: one for each name that the catalogue may use.

import type { InventoryName } from '../../catalogue/types.ts';
import { inventoryBonding } from './bonding.ts';
import type { Inventory } from './inventory.ts';
import { inventoryNetwork } from './network.ts';
import { inventoryPartitions } from './partitions.ts';
import { inventoryPbsDatastores } from './pbs-datastores.ts';
import { inventoryPbsNamespaces } from './pbs-namespaces.ts';
import { inventoryPbsPxar } from './pbs-pxar.ts';
import { inventoryPveGuests } from './pve-guests.ts';
import { inventoryPveStorages } from './pve-storages.ts';

export const inventories: Readonly<Record<InventoryName, Inventory>> = {
  bonding: inventoryBonding,
  network: inventoryNetwork,
  partitions: inventoryPartitions,
  'pve-guests': inventoryPveGuests,
  'pve-storages': inventoryPveStorages,
  'pbs-datastores': inventoryPbsDatastores,
  'pbs-namespaces': inventoryPbsNamespaces,
  'pbs-pxar': inventoryPbsPxar,
};
