// The inventory of guests: which there are on all nodes, and what each is made of, read from their configuration files.
// guests.json for programs, guests.txt for people.

import { posix } from 'node:path';
import type { ConfigValues } from '../../config/options.ts';
import { hostNames, readHostText } from '../../host/detect-text.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import type { InventoryResult } from './inventory.ts';
import { describeGuest, type GuestKind, type GuestPlace, type GuestRecord } from './pve-guests-describe.ts';
import { renderGuests } from './pve-guests-text.ts';

export interface GuestInventory {
  generated_at: string;
  hostname: string;
  guests: readonly GuestRecord[];
}

const directories: Readonly<Record<GuestKind, string>> = { vm: 'qemu-server', container: 'lxc' };

export function inventoryPveGuests(
  host: Host,
  facts: HostFacts,
  values: ConfigValues,
): Promise<InventoryResult> {
  const guests = guestConfigs(host, values).flatMap(({ path, ...place }) => {
    const text = readHostText(host, path);
    // A guest that was removed or moved to another node since: nothing to tell.
    return text === undefined ? [] : [describeGuest(place, text)];
  });
  if (guests.length === 0) return Promise.resolve({ files: new Map(), findings: [] });
  const inventory: GuestInventory = {
    generated_at: host.clock.now().toISOString(),
    hostname: facts.hostname,
    guests,
  };
  const heading = `Guests known to ${facts.hostname}, ${inventory.generated_at}`;
  const files = new Map([
    ['guests.json', `${JSON.stringify(inventory, null, 2)}\n`],
    ['guests.txt', renderGuests(guests, heading)],
  ]);
  return Promise.resolve({ files, findings: [] });
}

/** Every guest of every node, by id. */
export function guestConfigs(host: Host, values: ConfigValues): (GuestPlace & { path: string })[] {
  const nodesDirectory = posix.join(values.PVE_CONFIG_PATH, 'nodes');
  const kinds = Object.keys(directories) as GuestKind[];
  const places = hostNames(host, nodesDirectory).flatMap((node) =>
    kinds.flatMap((kind) => {
      const directory = `${nodesDirectory}/${node}/${directories[kind]}`;
      return hostNames(host, directory).flatMap((name) => {
        const id = /^(\d+)\.conf$/.exec(name)?.[1];
        return id === undefined ? [] : [{ id: Number(id), kind, node, path: `${directory}/${name}` }];
      });
    }),
  );
  return places.sort((a, b) => a.id - b.id);
}
