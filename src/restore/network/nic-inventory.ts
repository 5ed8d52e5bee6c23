// Reads network_inventory.json, the document by which the cards of two hosts are told apart. Of an archive or, made anew,
// of the live host.

import { z } from 'zod';

const interfaceSchema = z.object({
  name: z.string(),
  mac: z.string().optional(),
  permanent_mac: z.string().optional(),
  driver: z.string().optional(),
  pci_path: z.string().optional(),
  ifindex: z.number().optional(),
  speed_mbps: z.number().optional(),
  oper_state: z.string().optional(),
  is_virtual: z.boolean().optional(),
  udev_properties: z.record(z.string(), z.string()).optional(),
});
const inventorySchema = z.object({
  hostname: z.string().optional(),
  interfaces: z.array(interfaceSchema).nullable(),
});

/** A network card: an interface with hardware behind it. */
export interface Card {
  name: string;
  /** Lower case. The card's own, also in a bond, where the archive knows it. */
  permanentMac?: string;
  mac?: string;
  pciPath?: string;
  driver?: string;
  speedMbps?: number;
  /** `up`, `down` ... when the inventory was made. */
  operState?: string;
  /** The other names by which the kernel and udev know it. */
  alternativeNames: readonly string[];
  /** Order of appearance, for a guess by order. */
  index: number;
}

export interface NicInventory {
  hostname?: string;
  cards: readonly Card[];
}

const nameProperties = [
  'ID_NET_NAME_ONBOARD',
  'ID_NET_NAME_SLOT',
  'ID_NET_NAME_PATH',
  'ID_NET_NAME_MAC',
] as const;

/** Undefined when the text is no such document. */
export function parseNicInventory(text: string): NicInventory | undefined {
  const parsed = inventorySchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { hostname, interfaces } = parsed.data;
  const cards = (interfaces ?? [])
    .filter((record) => record.name !== 'lo' && record.is_virtual !== true && isHardware(record))
    .map(toCard);
  return { cards, ...(hostname === undefined ? {} : { hostname }) };
}

type InterfaceRecord = z.infer<typeof interfaceSchema>;

function isHardware(record: InterfaceRecord): boolean {
  return record.pci_path !== undefined || record.permanent_mac !== undefined || record.is_virtual === false;
}

function toCard(record: InterfaceRecord, index: number): Card {
  const permanentMac = usableMac(record.permanent_mac);
  const mac = usableMac(record.mac);
  const properties = record.udev_properties ?? {};
  const names = nameProperties.flatMap((key) => properties[key] ?? []);
  return {
    name: record.name,
    ...(permanentMac === undefined ? {} : { permanentMac }),
    ...(mac === undefined ? {} : { mac }),
    ...(record.pci_path === undefined ? {} : { pciPath: pciAddress(record.pci_path) }),
    ...(record.driver === undefined ? {} : { driver: record.driver }),
    ...(record.speed_mbps === undefined ? {} : { speedMbps: record.speed_mbps }),
    ...(record.oper_state === undefined ? {} : { operState: record.oper_state }),
    alternativeNames: names,
    index: record.ifindex ?? index,
  };
}

/** `/sys/devices/pci0000:00/0000:00:1f.6` of the existing edition or `/devices/...`: only the place on the bus counts. */
function pciAddress(path: string): string {
  const addresses = path.match(/[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]/g);
  return addresses === null ? path : addresses.join('/');
}

function usableMac(text: string | undefined): string | undefined {
  const mac = text?.trim().toLowerCase();
  return mac === undefined || mac === '' || /^[0:]+$/.test(mac) || /^[f:]+$/.test(mac) ? undefined : mac;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
