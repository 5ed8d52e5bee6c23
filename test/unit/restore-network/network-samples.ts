// Cards and configurations for the tests of the network plan.

import { parseNicInventory, type NicInventory } from '../../../src/restore/network/nic-inventory.ts';
import type { NetworkPlan, NetworkPlanInput } from '../../../src/restore/network/network-types.ts';
import { planNetwork } from '../../../src/restore/network/plan-network.ts';

export interface CardSample {
  name: string;
  mac: string;
  permanentMac?: string;
  pci?: string;
  driver?: string;
  /** Another name by which the kernel knows it. */
  otherName?: string;
}

export function inventoryOf(...cards: CardSample[]): NicInventory {
  const interfaces = cards.map(({ name, mac, permanentMac, pci, driver, otherName }, index) => ({
    name,
    mac,
    ...(permanentMac === undefined ? {} : { permanent_mac: permanentMac }),
    ...(pci === undefined ? {} : { pci_path: `/sys/devices/pci0000:00/0000:00:${pci}` }),
    ...(driver === undefined ? {} : { driver }),
    ...(otherName === undefined ? {} : { udev_properties: { ID_NET_NAME_PATH: otherName } }),
    ifindex: index + 2,
    is_virtual: false,
    system_net_path: `/sys/class/net/${name}`,
  }));
  const virtual = {
    name: 'vmbr0',
    mac: cards[0]?.mac,
    is_virtual: true,
    system_net_path: '/sys/class/net/vmbr0',
  };
  const text = JSON.stringify({ generated_at: 'x', hostname: 'pve1', interfaces: [...interfaces, virtual] });
  const inventory = parseNicInventory(text);
  if (inventory === undefined) throw new Error('the sample is no inventory');
  return inventory;
}

export const bridgeConfig = `auto lo
iface lo inet loopback

iface eno1 inet manual

auto vmbr0
iface vmbr0 inet static
	address 192.0.2.11/24
	gateway 192.0.2.1
	bridge-ports eno1
	bridge-stp off
	bridge-fd 0
#LAN

source /etc/network/interfaces.d/*
`;

export function plan(
  text: string,
  archived: NicInventory | undefined,
  live: NicInventory,
  extra: Partial<NetworkPlanInput> & { files?: Record<string, string> } = {},
): NetworkPlan {
  const { files = {}, ...rest } = extra;
  return planNetwork({
    archived: new Map([['/etc/network/interfaces', text], ...Object.entries(files)]),
    live: new Map(),
    ...(archived === undefined ? {} : { archivedInventory: archived }),
    liveInventory: live,
    manual: new Map(),
    address: 'live',
    hostname: 'archive',
    ...rest,
  });
}

export function interfacesOf(result: NetworkPlan): string {
  return result.files.get('/etc/network/interfaces') ?? '';
}
