// Links of the cards that a configuration brings up by itself: whether such a card is there, and whether its cable leads somewhere.

import { splitName } from './interface-names.ts';
import { parseInterfaces, stanzasOf } from './interfaces-grammar.ts';
import { reachOf } from './interface-reach.ts';
import { interfacesIn } from './interfaces-sources.ts';
import type { NetworkTexts } from './network-types.ts';

/** `link`: somebody is at the other end. `no-link`: it is up, and nobody is. `down`: it was not brought up. */
export type LinkState = 'link' | 'no-link' | 'down';

/** Interface -> its link, by each of its names. Undefined: nothing tells it. */
export type Links = ReadonlyMap<string, LinkState> | undefined;

/** Cards below the interfaces that come up by themselves. A card that is only mentioned (`iface eno2 inet manual`) may stay down. */
export function automaticCards(texts: NetworkTexts): string[] {
  const statements = [...interfacesIn(texts)].map((path) => parseInterfaces(texts.get(path) ?? ''));
  const stanzas = statements.flatMap((one) => stanzasOf(one));
  const automatic = statements
    .flat()
    .filter(({ kind, keyword }) => kind === 'auto' || keyword === 'allow-auto')
    .flatMap(({ words }) => words);
  const cards = automatic.flatMap((name) => reachOf(name, stanzas)).map(({ card }) => splitName(card).base);
  return [...new Set(cards)].filter((name) => name !== 'lo' && !isMade(name, stanzas));
}

/** A bridge without ports, a dummy, a tunnel: the configuration makes it, so it needs no card. */
function isMade(name: string, stanzas: ReturnType<typeof stanzasOf>): boolean {
  return stanzas.some(
    (stanza) =>
      stanza.name === name &&
      (stanza.method === 'tunnel' ||
        stanza.options.some(({ keyword }) =>
          /^(?:bridge|bond|slaves$|vlan|vxlan|ovs|tunnel|macvlan|link-type|pre-up$)/u.test(
            keyword.replaceAll('_', '-'),
          ),
        )),
  );
}

/** What had a link before and has none now: the change took it. Pure. */
export function lostLinks(before: Links, after: Links, cards: readonly string[]): string[] {
  if (before === undefined || after === undefined) return [];
  return cards
    .filter((card) => before.get(card) === 'link' && after.get(card) !== 'link')
    .map((card) =>
      after.has(card) ? `network card ${card} has lost its link` : `network card ${card} is gone`,
    );
}

/** What never had one: no fault of the change, but the admin should know before saying that it may stay. Pure. */
export function linkDoubts(after: Links, cards: readonly string[]): string[] {
  if (after === undefined) return [];
  return cards.flatMap((card) => {
    const state = after.get(card);
    if (state === 'link') return [];
    if (state === undefined) return [`there is no network card ${card}, which the configuration brings up`];
    return state === 'down'
      ? [`network card ${card} did not come up`]
      : [`network card ${card} has no link: is its cable plugged in?`];
  });
}
