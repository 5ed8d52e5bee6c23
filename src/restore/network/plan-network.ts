// The network of the backup on the cards of this host: which card is which, the files with their new names, and whether
// that may be put in place. Pure; nothing is decided by luck: what is not sure asks for `--map old=new`.

import { looksLikeCard, splitName, type Renames } from './interface-names.ts';
import { optionWords, parseInterfaces, stanzasOf, type Stanza } from './interfaces-grammar.ts';
import { interfacesIn } from './interfaces-sources.ts';
import { planLinkFiles } from './link-files.ts';
import { mapNics, type NicMapping, type NicPair } from './map-nics.ts';
import type { NetworkNote, NetworkPlan, NetworkPlanInput, NetworkTexts } from './network-types.ts';
import { findConflicts, judgeMapping } from './network-verdict.ts';
import type { Card } from './nic-inventory.ts';
import { applyAddress, applyHostname } from './node-identity.ts';
import { rewriteInterfaces } from './rewrite-interfaces.ts';
import { rewriteNetworkFile } from './rewrite-network-files.ts';

/** Changes edited in the web interface but not applied: pvenetcommit puts them over interfaces at the next boot. */
const pendingChanges = '/etc/network/interfaces.new';

export function planNetwork(input: NetworkPlanInput): NetworkPlan {
  const used = usedNames(input.archived);
  const archivedCards = cardsOf(input, used);
  const live = input.liveInventory.cards;
  const mapping = mapNics({ archived: archivedCards, live, manual: input.manual });
  const byName = input.archivedInventory === undefined ? sameNames(mapping) : [];
  const pairs = [...mapping.pairs, ...byName];
  const links = planLinkFiles(input.archived, input.live, live);
  const dropped = new Set([
    ...links.dropped,
    ...(input.archived.has(pendingChanges) ? [pendingChanges] : []),
  ]);
  const known = { archivedCards, live, used };
  const renames = new Map([
    ...otherNames(pairs, links.namesAtBoot, known),
    ...renamesOf(pairs, links.namesAtBoot),
  ]);
  const notes: NetworkNote[] = [...links.notes, ...notesOnOtherFiles(input)];
  const files = rewriteFiles(input, dropped, renames, notes);
  const former = applyAddress(input, files, links.namesAtBoot, notes);
  applyHostname(input, files, former, notes);
  const conflicts = [...mapping.conflicts, ...findConflicts(used, archivedCards, renames, notes)];
  const usedCards = archivedCards.filter((card) =>
    namesOf(card, archivedCards).some((name) => used.has(name)),
  );
  const matchedAll = withoutPairs(mapping, byName);
  const judged = judgeMapping(usedCards, pairs, conflicts);
  return {
    ...judged,
    mapping: { ...matchedAll, pairs, conflicts },
    archivedCards,
    usedCards,
    files,
    dropped: [...dropped],
    removed: input.live.has(pendingChanges) ? [pendingChanges] : [],
    notes,
    needsReboot: links.namesAtBoot.size > 0,
  };
}

function notesOnOtherFiles({ archived, live }: NetworkPlanInput): NetworkNote[] {
  const pending = [archived, live].some((texts) => texts.has(pendingChanges));
  const what = 'holds changes that were never applied; they are left out, or they would win at the next boot';
  const hasInterfaces = interfacesIn(archived).size > 0;
  // What a restored file sources here is read too.
  const together = interfacesIn(new Map([...live, ...archived]));
  const staying = [...live.keys()].filter(
    (path) => hasInterfaces && together.has(path) && !archived.has(path),
  );
  return [
    ...(pending ? [{ severity: 'warning' as const, what, file: pendingChanges }] : []),
    ...staying.map((file) => ({
      severity: 'warning' as const,
      what: 'is not in the backup; it stays and is read too',
      file,
    })),
  ];
}

/** Names of cards that the configuration mentions where an interface is meant. */
function usedNames(texts: NetworkTexts): Set<string> {
  const names = new Set<string>();
  for (const path of interfacesIn(texts)) {
    const statements = parseInterfaces(texts.get(path) ?? '');
    const stanzas = stanzasOf(statements);
    const listed = statements.filter(({ kind }) => kind === 'auto' || kind === 'list');
    for (const name of [
      ...listed.flatMap(({ words }) => words),
      ...stanzas.map((stanza) => stanza.name),
      ...stanzas.flatMap((stanza) =>
        optionWords(
          stanza,
          'bridge-ports',
          'bond-slaves',
          'slaves',
          'vlan-raw-device',
          'ovs-ports',
          'ovs-bonds',
        ),
      ),
    ])
      names.add(splitName(name).base);
  }
  return names;
}

/** Those of the inventory, and what `--map` names: an inventory may lack a card that was unplugged when it was made. */
function cardsOf(
  { archivedInventory, archived, manual }: NetworkPlanInput,
  used: ReadonlySet<string>,
): Card[] {
  const known = archivedInventory?.cards ?? guessedCards(used);
  const built = builtNames(archived);
  const named = [...manual.keys()].filter(
    (name) => used.has(name) && !built.has(name) && !known.some((card) => card.name === name),
  );
  return [...known, ...named.map((name) => ({ name, index: Infinity, alternativeNames: [] }))];
}

/** Interfaces that the configuration makes itself, out of others or of nothing: no cards. */
function builtNames(texts: NetworkTexts): Set<string> {
  const stanzas = [...interfacesIn(texts)].flatMap((path) =>
    stanzasOf(parseInterfaces(texts.get(path) ?? '')),
  );
  const isBuilt = ({ options }: Stanza) =>
    options.some(({ keyword }) =>
      /^(?:bridge|bond|vlan|vxlan|ovs|tunnel|slaves$|macvlan)/u.test(keyword.replaceAll('_', '-')),
    );
  return new Set(['lo', ...stanzas.filter(isBuilt).map(({ name }) => name)]);
}

function guessedCards(used: ReadonlySet<string>): Card[] {
  return [...used].filter(looksLikeCard).map((name, index) => ({ name, index, alternativeNames: [] }));
}

/** Without an inventory only the name is left to go by. */
function sameNames({ unmatched, unused }: NicMapping): NicPair[] {
  return unmatched.flatMap(({ name }): NicPair[] => {
    const target = unused.find((card) => card.name === name || card.alternativeNames.includes(name));
    return target === undefined ? [] : [{ from: name, to: target.name, by: 'name' }];
  });
}

function withoutPairs(mapping: NicMapping, pairs: readonly NicPair[]): NicMapping {
  const isFree = (key: 'from' | 'to') => (item: { name: string }) =>
    !pairs.some((pair) => pair[key] === item.name);
  return {
    ...mapping,
    unmatched: mapping.unmatched.filter(isFree('from')),
    unused: mapping.unused.filter(isFree('to')),
    suggestions: mapping.suggestions.filter(({ from }) => !pairs.some((pair) => pair.from === from)),
  };
}

function renamesOf(pairs: readonly NicPair[], namesAtBoot: ReadonlyMap<string, string>): Renames {
  return new Map(
    pairs.map(({ from, to }) => [from, to === null ? null : (namesAtBoot.get(to) ?? to)] as const),
  );
}

/** A card's own name, and those of its other names that no other card has for its own. */
function namesOf({ name, alternativeNames }: Card, cards: readonly Card[]): string[] {
  return [name, ...alternativeNames.filter((other) => !cards.some((card) => card.name === other))];
}

interface KnownCards {
  archivedCards: readonly Card[];
  live: readonly Card[];
  used: ReadonlySet<string>;
}

/** The configuration may call a card by another of its names, which the card here has not. */
function otherNames(
  pairs: readonly NicPair[],
  namesAtBoot: ReadonlyMap<string, string>,
  { archivedCards, live, used }: KnownCards,
): [string, string | null][] {
  return archivedCards.flatMap((card) => {
    const pair = pairs.find(({ from }) => from === card.name);
    if (pair === undefined) return [];
    const { to } = pair;
    const target = live.find(({ name }) => name === to);
    return namesOf(card, archivedCards)
      .filter(
        (name) => name !== card.name && used.has(name) && target?.alternativeNames.includes(name) !== true,
      )
      .map((name): [string, string | null] => [name, to === null ? null : (namesAtBoot.get(to) ?? to)]);
  });
}

function rewriteFiles(
  { archived }: NetworkPlanInput,
  dropped: ReadonlySet<string>,
  renames: Renames,
  notes: NetworkNote[],
): Map<string, string> {
  const files = new Map<string, string>();
  const interfaces = interfacesIn(archived);
  for (const [path, text] of archived) {
    if (dropped.has(path)) continue;
    const result = interfaces.has(path)
      ? rewriteInterfaces(text, renames)
      : rewriteNetworkFile(path, text, renames);
    files.set(path, result.text);
    notes.push(...result.notes.map((note) => ({ ...note, file: path })));
  }
  return files;
}
