// What the parts of the network plan hand to each other. Paths are paths of the host.

import type { Severity } from '../../findings.ts';
import type { NicMapping } from './map-nics.ts';
import type { Card, NicInventory } from './nic-inventory.ts';

export interface NetworkNote {
  severity: Severity;
  what: string;
  /** File that it is about; absent: the host as a whole, or the file at hand. */
  file?: string;
  /** Line in the archived file, from 1. */
  line?: number;
}

/** Host path -> text (bytes that are not UTF-8 as lone surrogates). */
export type NetworkTexts = ReadonlyMap<string, string>;

/** How this host is reached now. */
export interface Management {
  /** The interface with the address, by its live name: vmbr0, eno1 ... */
  interface: string;
  /** Names of the live cards below it. */
  cards: readonly string[];
  /** Tags of VLANs between the interface and the card, `.10`; empty for untagged traffic. */
  vlanTag: string;
  method: 'static' | 'dhcp';
  /** With prefix length: 192.0.2.10/24. */
  address: string;
  gateway?: string;
}

/**
 * `safe`: every card of the configuration was found again. `needs-mapping`: some cards need `--map`. `other-hardware`: no
 * card of the backup is here, so every pair is a guess.
 */
export type NetworkVerdict = 'safe' | 'needs-mapping' | 'other-hardware';

export interface NetworkPlanInput {
  /** Files of the backup: /etc/network, /etc/systemd/network, netplan, NetworkManager, /etc/hosts, /etc/hostname. */
  archived: NetworkTexts;
  /** The same files of this host. */
  live: NetworkTexts;
  /** Absent: the archive has none. */
  archivedInventory?: NicInventory;
  liveInventory: NicInventory;
  /** `--map old=new`; null for `old=none`. */
  manual: ReadonlyMap<string, string | null>;
  /** How this host is reached now; absent: nothing to keep. */
  management?: Management;
  /** `live` (default): the address by which this host is reached stays. */
  address: 'live' | 'archive';
  /** `archive`: the host takes the name of the backup. `live`: --keep-hostname. */
  hostname: 'live' | 'archive';
}

export interface NetworkPlan {
  /** Anything but `safe` must not be put in place. */
  verdict: NetworkVerdict;
  /** Why the verdict is what it is, a sentence each. */
  reasons: readonly string[];
  mapping: NicMapping;
  archivedCards: readonly Card[];
  /** Those of them that the configuration of the backup names. */
  usedCards: readonly Card[];
  /** What is put in place, whole texts. */
  files: NetworkTexts;
  /** Files of the backup that are not put in place. */
  dropped: readonly string[];
  /** Live files that must go, or they would undo the change at the next boot. */
  removed: readonly string[];
  notes: readonly NetworkNote[];
  /** Cards get other names at the next boot; a live change would not find them. */
  needsReboot: boolean;
}
