// The list of inventory modules: one for each name that the catalogue may use.

import type { InventoryName } from '../../catalogue/types.ts';
import { inventoryBonding } from './bonding.ts';
import type { Inventory } from './inventory.ts';
import { inventoryNetwork } from './network.ts';
import { inventoryPartitions } from './partitions.ts';

export const inventories: Readonly<Record<InventoryName, Inventory>> = {
  bonding: inventoryBonding,
  network: inventoryNetwork,
  partitions: inventoryPartitions,
};
