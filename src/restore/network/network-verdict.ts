// Whether a mapping of cards is sure enough to put the network of the backup in place.

import type { Renames } from './interface-names.ts';
import type { NicConflict, NicPair } from './map-nics.ts';
import type { NetworkNote, NetworkPlan } from './network-types.ts';
import type { Card } from './nic-inventory.ts';

/** Two interfaces of one name after the change, and what could not be rewritten. */
export function findConflicts(
  used: ReadonlySet<string>,
  cards: readonly Card[],
  renames: Renames,
  notes: readonly NetworkNote[],
): NicConflict[] {
  const sources = new Map<string, string[]>();
  for (const name of used) {
    const target = renames.get(name);
    if (target === null) continue;
    const final = target ?? name;
    sources.set(final, [...(sources.get(final) ?? []), name]);
  }
  const isCard = (name: string) => cards.some((card) => card.name === name);
  const taken = [...sources].flatMap(([final, names]): NicConflict[] =>
    names.length > 1 && names.some(isCard)
      ? [{ code: 'name-taken', what: `${names.join(' and ')} would both be called ${final}`, names }]
      : [],
  );
  const errors = notes.filter(({ severity }) => severity === 'error');
  return [...taken, ...errors.map(({ what }): NicConflict => ({ code: 'name-too-long', what, names: [] }))];
}

export function judgeMapping(
  usedCards: readonly Card[],
  pairs: readonly NicPair[],
  conflicts: readonly NicConflict[],
): Pick<NetworkPlan, 'verdict' | 'reasons'> {
  const pairOf = (card: Card) => pairs.find(({ from }) => from === card.name);
  const lost = usedCards.filter((card) => pairOf(card) === undefined);
  const isSure = (by: string | undefined) => by === 'manual' || by === 'permanent-mac' || by === 'mac';
  const isAnySure = usedCards.some((card) => isSure(pairOf(card)?.by));
  const guessed = usedCards.filter((card) => pairOf(card)?.by === 'name');
  const reasons = [
    ...conflicts.map(({ what }) => what),
    ...lost.map(({ name }) => `network card ${name} of the backup is not in this host: --map ${name}=NEW`),
    ...guessed.map(
      (card) => `${card.name} is known only by its name: --map ${card.name}=${pairOf(card)?.to ?? 'none'}`,
    ),
  ];
  if (usedCards.length > 0 && !isAnySure && guessed.length === 0)
    return {
      verdict: 'other-hardware',
      reasons: ['no network card of the backup is in this host', ...reasons],
    };
  return { verdict: reasons.length === 0 ? 'safe' : 'needs-mapping', reasons };
}
