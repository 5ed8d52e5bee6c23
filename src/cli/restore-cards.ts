// Which network card of this host takes the place of which card of the backup: asked at a terminal when the cards are not the
// same. The answer is what `--map` and `--skip-network` say on the command line.

import { UsageError } from '../errors.ts';
import type { RestoreChoices } from '../orchestrator/restore/choices.ts';
import { planRun, type PlannedRun, type RestoreSession } from '../orchestrator/restore/plan-run.ts';
import type { MatchedBy } from '../restore/network/map-nics.ts';
import type { NetworkPlan } from '../restore/network/network-types.ts';
import type { Card } from '../restore/network/nic-inventory.ts';
import { categoriesOf, type RestoreRequest } from '../restore/request.ts';
import type { Choice, Prompts } from '../ui/prompts.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext } from './command.ts';
import { networkAreas } from './restore-flags.ts';

export interface CardsAnswer {
  request: RestoreRequest;
  choices: RestoreChoices;
}

/**
 * `planned` is the plan without the question. Undefined: nothing is to be asked, because the network does not take part or its
 * cards are known. @throws InterruptedError
 */
export async function askForCards(
  context: CommandContext,
  session: RestoreSession,
  { plan, network, choices }: PlannedRun,
): Promise<CardsAnswer | undefined> {
  const { prompts } = context;
  const { request } = plan;
  const live = session.strategies.cards;
  // Name and addresses of the host alone need no cards, and are safe without them.
  const comesBack = plan.entries.some(
    ({ area, strategy, action }) => area === 'network' && strategy === 'network' && action !== 'skip',
  );
  if (prompts === undefined || live.length === 0) return undefined;
  if (comesBack && network?.verdict === 'safe') return undefined;
  if (request.skipNetwork || !categoriesOf(request).has('network')) return undefined;
  const wanted = { ...request, include: [...new Set([...request.include, ...networkAreas])] };
  let answer = choices;
  for (;;) {
    // Only the network is planned here: the whole plan follows.
    const only = request.only.length === 0 ? [...networkAreas] : request.only;
    const found = (await planRun(session, { ...wanted, only }, answer)).network;
    if (found === undefined || found.usedCards.length === 0) return undefined;
    if (answer !== choices) {
      if (found.verdict === 'safe') return told(context, { request: wanted, choices: answer });
      context.warn(`these cards do not do: ${found.reasons.join('; ')}`);
    }
    const rows = await fillTable(prompts, rowsOf(found), live);
    if (rows === undefined) return { request: { ...request, skipNetwork: true }, choices };
    answer = { ...answer, map: { ...answer.map, ...mapOf(rows) } };
  }
}

/** @throws UsageError for a `--map` that names cards which are not there, or one twice */
export function demandKnownCards(
  context: CommandContext,
  { strategies }: RestoreSession,
  { network, choices }: PlannedRun,
): void {
  if (Object.keys(choices.map).length === 0) return;
  if (network === undefined) {
    context.warn('--map has no effect: no network configuration of the backup is part of this restore');
    return;
  }
  const wrong = network.mapping.conflicts.filter(({ code }) => ofFlag.has(code));
  if (wrong.length === 0) return;
  const listed = (cards: readonly Card[]) => cards.map(({ name }) => printable(name)).join(', ') || 'none';
  throw new UsageError(`--map: ${wrong.map(({ what }) => printable(what)).join('; ')}`, {
    hint: `cards of the backup: ${listed(network.archivedCards)}\ncards of this host: ${listed(strategies.cards)}`,
  });
}

const ofFlag: ReadonlySet<string> = new Set(['unknown-source', 'unknown-target', 'two-to-one']);

export interface CardRow {
  card: Card;
  /** Name on this host; null: left out. */
  to: string | null;
  /** Why it is proposed. */
  by: MatchedBy | 'guess' | 'none' | 'chosen';
}

/** What is known and what is guessed of the cards that the configuration names. Pure. */
export function rowsOf({ usedCards, mapping }: Pick<NetworkPlan, 'usedCards' | 'mapping'>): CardRow[] {
  return usedCards.map((card) => {
    const pair = mapping.pairs.find(({ from }) => from === card.name);
    if (pair !== undefined) return { card, to: pair.to, by: pair.by };
    const guess = mapping.suggestions.find(({ from }) => from === card.name);
    return guess === undefined ? { card, to: null, by: 'none' } : { card, to: guess.to, by: 'guess' };
  });
}

/** A card of this host has one place: whoever had it before is left out then. Pure. */
export function assignCard(rows: readonly CardRow[], name: string, to: string | null): CardRow[] {
  return rows.map((row) => {
    if (row.card.name === name) return row.to === to ? row : { ...row, to, by: 'chosen' };
    return to !== null && row.to === to ? { ...row, to: null, by: 'none' } : row;
  });
}

/** What the archive proves need not be said. Pure. */
export function mapOf(rows: readonly CardRow[]): RestoreChoices['map'] {
  const isProved = ({ by }: CardRow) => by === 'mac' || by === 'permanent-mac';
  return Object.fromEntries(rows.filter((row) => !isProved(row)).map(({ card, to }) => [card.name, to]));
}

const goOn = 'go on';
const leave = 'leave';
const rowPrefix = 'card ';

/** Undefined: the network of this host stays as it is. */
async function fillTable(
  prompts: Prompts,
  proposed: readonly CardRow[],
  live: readonly Card[],
): Promise<readonly CardRow[] | undefined> {
  let rows = proposed;
  let at = goOn;
  for (;;) {
    const choices: Choice<string>[] = [
      { value: goOn, label: 'Go on with these cards' },
      ...rowChoices(rows),
      { value: leave, label: 'Leave the network of this host as it is' },
    ];
    at = await prompts.choose('Network cards of the backup, and what each is on this host', choices, at);
    if (at === goOn) return rows;
    if (at === leave) return undefined;
    const name = at.slice(rowPrefix.length);
    const row = rows.find(({ card }) => card.name === name);
    if (row !== undefined) rows = assignCard(rows, name, await chooseCard(prompts, row, rows, live));
  }
}

const becauseOf: Readonly<Record<CardRow['by'], string>> = {
  manual: 'as you said',
  chosen: 'as you said',
  'permanent-mac': 'the same card',
  mac: 'the same address',
  'pci-path': 'in the same slot',
  name: 'of the same name',
  guess: 'a guess',
  none: 'no card is left for it',
};

function rowChoices(rows: readonly CardRow[]): Choice<string>[] {
  const texts = aligned(rows.map(({ card }) => card));
  return rows.map(({ card, to, by }, index) => ({
    value: `${rowPrefix}${card.name}`,
    label: `${texts[index] ?? ''}  ->  ${to === null ? 'left out' : printable(to)} (${becauseOf[by]})`,
    hint: 'Enter changes it',
  }));
}

async function chooseCard(
  prompts: Prompts,
  { card, to }: CardRow,
  rows: readonly CardRow[],
  live: readonly Card[],
): Promise<string | null> {
  const texts = aligned(live);
  const choices = live.map((one, index) => {
    const owner = rows.find((row) => row.to === one.name && row.card.name !== card.name);
    return {
      value: one.name,
      label: `${texts[index] ?? ''}  ${linkOf(one)}`,
      ...(owner === undefined ? {} : { hint: `now ${printable(owner.card.name)}, which is left out then` }),
    };
  });
  const none = { value: '', label: 'none: what is configured for it is left out' };
  const message = `Which card of this host is ${describeCard(card).join(' ')}?`;
  const name = await prompts.choose(message, [...choices, none], to ?? '');
  return name === '' ? null : name;
}

function linkOf({ operState, speedMbps }: Card): string {
  if (operState === 'up') return speedMbps === undefined ? 'link up' : `link up, ${speedMbps} Mb/s`;
  return operState === undefined ? '' : `link ${printable(operState)}`;
}

/** Name, address, place on the bus, driver: text of another machine. */
function describeCard({ name, permanentMac, mac, pciPath, driver }: Card): string[] {
  return [name, permanentMac ?? mac ?? '-', pciPath?.split('/').at(-1) ?? '-', driver ?? '-'].map(printable);
}

function aligned(cards: readonly Card[]): string[] {
  const table = cards.map(describeCard);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...table.map((cells) => (cells[column] ?? '').length)),
  );
  return table.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

function told(context: CommandContext, answer: CardsAnswer): CardsAnswer {
  const pairs = Object.entries(answer.choices.map).map(([from, to]) => `${from}=${to ?? 'none'}`);
  const flags = pairs.length === 0 ? `--include ${networkAreas.join(',')}` : `--map ${pairs.join(',')}`;
  context.note(`The same without questions: ${printable(flags)}`);
  return answer;
}
