// Everything that the strategies of a restore need to know of this host, found out once before the plan.

import { systemOutputs } from '../../catalogue/items.ts';
import { inventoryNetwork } from '../../collector/inventories/network.ts';
import { isSystemError } from '../../errors.ts';
import type { HostFacts } from '../../host/facts.ts';
import { readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { createEngineMerges } from '../../restore/merge/engine-merges.ts';
import { readDevicesPresent } from '../../restore/merge/read-devices.ts';
import { readShells } from '../../restore/merge/read-shells.ts';
import { createNetworkStage } from '../../restore/network/engine-network.ts';
import type { NetworkPlan } from '../../restore/network/network-types.ts';
import { parseNicInventory, type NicInventory } from '../../restore/network/nic-inventory.ts';
import { readManagement } from '../../restore/network/read-management.ts';
import { readNetworkTexts } from '../../restore/network/read-network-texts.ts';
import { createOwnConfigStage } from '../../restore/own-config-stage.ts';
import type { RestoreStrategies, StageStrategy } from '../../restore/strategies.ts';
import type { RestoreChoices } from './choices.ts';
import { withRetention } from './own-retention.ts';

/** Members of the archive by which disks and cards are recognised. */
const wanted = new Set([`${systemOutputs}/blkid.txt`, `${systemOutputs}/network_inventory.json`]);

export interface LiveStrategies {
  /** The strategies for these decisions. */
  with: (choices: RestoreChoices) => RestoreStrategies;
  /** What was decided of the network in the last plan; undefined: it holds no network. */
  network: () => NetworkPlan | undefined;
  /** Cards of this host. */
  cards: NicInventory['cards'];
}

/** @param passwdText that of the archive: its shells may be missing here */
export async function gatherStrategies(
  host: Host,
  facts: HostFacts,
  passwdText: string,
): Promise<LiveStrategies> {
  const devices = await readDevicesPresent(host);
  const management = await readManagement(host);
  const inventory = await inventoryNetwork(host, facts);
  const liveInventory = parseNicInventory(inventory.files.get('') ?? '') ?? { cards: [] };
  const liveTexts = readNetworkTexts(host);
  const shells = readShells(host, readHostText(host, '/etc/passwd') ?? '', passwdText);
  let network: NetworkPlan | undefined;
  return {
    cards: liveInventory.cards,
    network: () => network,
    with: ({ map, address, rootPassword, todayDays }) => {
      network = undefined;
      const merge = createEngineMerges({
        ...(devices === undefined ? {} : { devices }),
        shells,
        rootPassword,
        todayDays,
      });
      const networkFacts = {
        liveInventory,
        liveTexts,
        manual: new Map(Object.entries(map)),
        address,
        ...(management === undefined ? {} : { management }),
      };
      const onPlan = (plan: NetworkPlan) => {
        network = plan;
      };
      return {
        merge,
        stage: {
          network: createNetworkStage(networkFacts, onPlan),
          boot: takeOver('counts from the next boot on'),
          apt: takeOver('package sources as they were saved'),
          'own-config': withRetention(createOwnConfigStage((path) => isThere(host, path))),
          packages: handOut('never installed by itself: a list to install from'),
        },
        wants: (path) => wanted.has(path),
      };
    },
  };
}

/** What cannot be looked at is there: it is not overwritten. */
function isThere(host: Host, path: string): boolean {
  try {
    return host.fs.lstatIfExists(host.resolve(`/${path}`)) !== undefined;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}

function takeOver(reason: string): StageStrategy {
  return (files) => files.map(({ path, archivedText: text }) => ({ path, action: 'write', text, reason }));
}

function handOut(reason: string): StageStrategy {
  return (files) => files.map(({ path }) => ({ path, action: 'export', reason }));
}
