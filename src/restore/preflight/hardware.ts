// The machine under a host: disks, network cards, memory. Of a backup it is read from the documents inside the archive,
// of this host from sysfs.

import { z } from 'zod';
import { infoDirectory } from '../../catalogue/types.ts';
import { hostNames, hostPathKind, readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';

export interface HardwareFacts {
  /** Names of whole disks in /dev/disk/by-id that tell the disk itself; undefined: not known. */
  diskIds?: readonly string[];
  /** Permanent MAC addresses of physical cards, lower case; undefined: not known. */
  cardMacs?: readonly string[];
  memoryBytes?: number;
  /** What all configured guests may use together. */
  guestMemoryBytes?: number;
}

const systemOutputs = `${infoDirectory}/commands/system`;
const inventoryPath = `${systemOutputs}/network_inventory.json`;
const diskListPath = `${systemOutputs}/disk_by_id.txt`;
const memoryPath = `${systemOutputs}/free.txt`;
const guestFile = /^etc\/pve\/nodes\/[^/]+\/(?:qemu-server|lxc)\/\d+\.conf$/u;

/** Whether a member of an archive tells something about the machine. */
export function tellsHardware(path: string): boolean {
  return path === inventoryPath || path === diskListPath || path === memoryPath || guestFile.test(path);
}

/** @param texts members of the archive by path */
export function hardwareOfArchive(texts: ReadonlyMap<string, string>): HardwareFacts {
  const facts: HardwareFacts = {};
  const cardMacs = parseCards(texts.get(inventoryPath));
  if (cardMacs !== undefined) facts.cardMacs = cardMacs;
  const diskList = texts.get(diskListPath);
  if (diskList !== undefined)
    facts.diskIds = wholeDisks([...diskList.matchAll(/(\S+) -> /gu)].map(([, id = '']) => id));
  const memoryBytes = parseFree(texts.get(memoryPath));
  if (memoryBytes !== undefined) facts.memoryBytes = memoryBytes;
  const guests = [...texts].filter(([path]) => guestFile.test(path)).map(([, text]) => guestMemory(text));
  if (guests.length > 0) facts.guestMemoryBytes = guests.reduce((sum, bytes) => sum + bytes, 0);
  return facts;
}

/** Nothing is known of the machine below another root: sysfs there is that of no running system. */
export function detectHardware(host: Host): HardwareFacts {
  const facts: HardwareFacts = {};
  const diskIds = wholeDisks(hostNames(host, '/dev/disk/by-id'));
  if (diskIds.length > 0) facts.diskIds = diskIds;
  const cardMacs = liveCards(host);
  if (cardMacs.length > 0) facts.cardMacs = cardMacs;
  const kibibytes = /^MemTotal:\s+(\d+) kB/mu.exec(readHostText(host, '/proc/meminfo') ?? '')?.[1];
  if (kibibytes !== undefined) facts.memoryBytes = Number(kibibytes) * 1024;
  return facts;
}

function liveCards(host: Host): string[] {
  return hostNames(host, '/sys/class/net').flatMap((name) => {
    const directory = `/sys/class/net/${name}`;
    if (hostPathKind(host, `${directory}/device`) === 'absent') return [];
    // In a bond a card shows the bond's address; the permanent one stands beside it.
    const permanent = readHostText(host, `${directory}/bonding_slave/perm_hwaddr`);
    const mac = normaliseMac(permanent ?? readHostText(host, `${directory}/address`));
    return mac === undefined ? [] : [mac];
  });
}

const inventorySchema = z.object({
  interfaces: z.array(
    z.object({
      mac: z.string().optional(),
      permanent_mac: z.string().optional(),
      is_virtual: z.boolean().optional(),
    }),
  ),
});

function parseCards(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const parsed = inventorySchema.safeParse(tryJson(text));
  if (!parsed.success) return undefined;
  return parsed.data.interfaces
    .filter((card) => card.is_virtual !== true)
    .flatMap((card) => normaliseMac(card.permanent_mac ?? card.mac) ?? []);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function normaliseMac(text: string | undefined): string | undefined {
  const mac = text?.trim().toLowerCase() ?? '';
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/u.test(mac) && mac !== '00:00:00:00:00:00' ? mac : undefined;
}

/** Not partitions, nor what is made from disks (volumes, arrays): those have ids that a reinstallation changes. */
function wholeDisks(names: readonly string[]): string[] {
  return names.filter((name) => !/-part\d+$|^(?:dm-|lvm-|md-|raid-)/u.test(name)).sort();
}

const unitFactors: Readonly<Record<string, number>> = {
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** The total of `free -h`: two or three digits, which is enough to compare machines. */
function parseFree(text: string | undefined): number | undefined {
  const [, number, unit = ''] = /^Mem:\s+([\d.]+)(Ki|Mi|Gi|Ti)\b/mu.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * (unitFactors[unit] ?? 1));
}

/** `memory: 4096` in MiB, of the guest itself and not of its snapshots. */
function guestMemory(text: string): number {
  const own = text.split(/^\[/mu, 1)[0] ?? '';
  const mebibytes = /^memory:\s*(?:current=)?(\d+)/mu.exec(own)?.[1] ?? '512';
  return Number(mebibytes) * 1024 ** 2;
}
