// Which cards an interface of the configuration stands on, through bridges, bonds and VLANs, and with which tag.

import { splitName } from './interface-names.ts';
import { optionWords, type Stanza } from './interfaces-grammar.ts';

export interface Reach {
  /** The lowest interface: a card. */
  card: string;
  /** VLAN tags on the way, outermost last: `.10`; empty for untagged. */
  vlanTag: string;
}

/** Every card below an interface. An interface that the configuration does not describe is its own card. */
export function reachOf(name: string, stanzas: readonly Stanza[]): Reach[] {
  return walk(name, stanzas, '', new Set());
}

function walk(name: string, stanzas: readonly Stanza[], vlanTag: string, seen: Set<string>): Reach[] {
  // A configuration may go round in a circle; nothing of it would come up.
  if (seen.has(name)) return [];
  const visited = new Set(seen).add(name);
  const below = lowerInterfaces(name, stanzas);
  if (below.length === 0) return [{ card: name, vlanTag }];
  return below.flatMap((lower) => walk(lower.name, stanzas, lower.vlanTag + vlanTag, visited));
}

function lowerInterfaces(name: string, stanzas: readonly Stanza[]): { name: string; vlanTag: string }[] {
  const own = stanzas.filter((stanza) => stanza.name === name);
  const rawDevice = own.flatMap((stanza) => optionWords(stanza, 'vlan-raw-device'))[0];
  if (rawDevice !== undefined) {
    const id = own.flatMap((stanza) => optionWords(stanza, 'vlan-id'))[0] ?? /(\d+)$/.exec(name)?.[1] ?? '';
    return [{ name: rawDevice, vlanTag: `.${id}` }];
  }
  const { base, suffix } = splitName(name);
  if (suffix.startsWith(':')) return [{ name: base, vlanTag: '' }];
  if (suffix !== '') return [{ name: base, vlanTag: suffix.replace(/:.*/, '') }];
  return own
    .flatMap((stanza) =>
      optionWords(stanza, 'bridge-ports', 'bond-slaves', 'slaves', 'ovs-ports', 'ovs-bonds'),
    )
    .filter((word) => word !== 'none' && word !== 'all' && word !== 'regex' && word !== 'glob')
    .map((port) => ({ name: port, vlanTag: '' }));
}
