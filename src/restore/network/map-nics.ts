// Which network card of the backup is which card of this host: by what the admin says, by its own address, by its present
// address, by its place on the bus, in this order. A key that two cards share tells nothing and is not used.

import type { Card } from './nic-inventory.ts';

export type MatchedBy = 'manual' | 'permanent-mac' | 'mac' | 'pci-path' | 'name';

export interface NicPair {
  /** Name in the backup. */
  from: string;
  /** Name on this host; null: the admin says that there is no such card. */
  to: string | null;
  by: MatchedBy;
}

export interface NicConflict {
  /** Stable, kebab-case. */
  code: 'two-to-one' | 'unknown-target' | 'unknown-source' | 'name-taken' | 'name-too-long';
  what: string;
  /** Names in the backup. */
  names: readonly string[];
}

export interface NicMapping {
  pairs: readonly NicPair[];
  /** Cards of the backup without a counterpart. */
  unmatched: readonly Card[];
  /** Cards of this host without one. */
  unused: readonly Card[];
  conflicts: readonly NicConflict[];
  /** A guess for what is left, by order; only for showing, never applied by itself. */
  suggestions: readonly NicPair[];
}

export interface MapNicsInput {
  archived: readonly Card[];
  live: readonly Card[];
  /** `--map old=new`; null for `old=none`. */
  manual: ReadonlyMap<string, string | null>;
}

/** A card's own address is as good as the address it shows, and the other way round: archives may know only one. */
const keys: readonly [MatchedBy, (card: Card) => string | undefined][] = [
  ['permanent-mac', (card) => card.permanentMac],
  ['mac', (card) => card.permanentMac ?? card.mac],
  ['mac', (card) => card.mac],
  ['pci-path', (card) => card.pciPath],
];

export function mapNics({ archived, live, manual }: MapNicsInput): NicMapping {
  const conflicts = judgeManual({ archived, live, manual });
  const refused = new Set(conflicts.flatMap(({ names }) => names));
  const pairs: NicPair[] = [...manual]
    .filter(([from]) => !refused.has(from))
    .map(([from, to]) => ({ from, to, by: 'manual' }));
  for (const [by, keyOf] of keys) {
    const free = leftOver(archived, live, pairs, manual);
    const targets = uniqueBy(free.live, keyOf);
    for (const [key, card] of uniqueBy(free.archived, keyOf)) {
      const target = targets.get(key);
      if (target !== undefined) pairs.push({ from: card.name, to: target.name, by });
    }
  }
  const { archived: unmatched, live: unused } = leftOver(archived, live, pairs, manual);
  return { pairs, unmatched, unused, conflicts, suggestions: suggest(unmatched, unused) };
}

function leftOver(
  archived: readonly Card[],
  live: readonly Card[],
  pairs: readonly NicPair[],
  manual: ReadonlyMap<string, string | null>,
): { archived: Card[]; live: Card[] } {
  return {
    archived: archived.filter(({ name }) => !manual.has(name) && !pairs.some(({ from }) => from === name)),
    live: live.filter(({ name }) => !pairs.some(({ to }) => to === name)),
  };
}

function uniqueBy(cards: readonly Card[], keyOf: (card: Card) => string | undefined): Map<string, Card> {
  const unique = new Map<string, Card>();
  const seen = new Set<string>();
  for (const card of cards) {
    const key = keyOf(card);
    if (key === undefined) continue;
    if (seen.has(key)) unique.delete(key);
    else unique.set(key, card);
    seen.add(key);
  }
  return unique;
}

function judgeManual({ archived, live, manual }: MapNicsInput): NicConflict[] {
  const conflicts: NicConflict[] = [];
  const sourcesOf = new Map<string, string[]>();
  for (const [from, to] of manual) {
    // Archives without an inventory do not know their cards.
    if (archived.length > 0 && !archived.some(({ name }) => name === from))
      conflicts.push({
        code: 'unknown-source',
        what: `the backup has no network card ${from}`,
        names: [from],
      });
    if (to === null) continue;
    if (!live.some(({ name }) => name === to))
      conflicts.push({ code: 'unknown-target', what: `this host has no network card ${to}`, names: [from] });
    sourcesOf.set(to, [...(sourcesOf.get(to) ?? []), from]);
  }
  for (const [to, names] of sourcesOf) {
    if (names.length > 1)
      conflicts.push({ code: 'two-to-one', what: `${names.join(' and ')} cannot both be ${to}`, names });
  }
  return conflicts;
}

/** The same name first, then driver and speed, then the order in which the kernel found them. */
function suggest(unmatched: readonly Card[], unused: readonly Card[]): NicPair[] {
  const free = [...unused].sort((a, b) => a.index - b.index);
  const pairs: NicPair[] = [];
  for (const card of [...unmatched].sort((a, b) => a.index - b.index)) {
    const namesake = free.findIndex(
      ({ name, alternativeNames }) => name === card.name || alternativeNames.includes(card.name),
    );
    const alike = free.findIndex(
      ({ driver, speedMbps }) => driver === card.driver && speedMbps === card.speedMbps,
    );
    const [target] = free.splice(namesake >= 0 ? namesake : Math.max(alike, 0), 1);
    if (target !== undefined) pairs.push({ from: card.name, to: target.name, by: 'name' });
  }
  return pairs;
}
