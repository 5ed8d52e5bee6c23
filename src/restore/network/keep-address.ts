// The address by which the admin is connected stays: the interface of the backup that stands on the same card gets it,
// instead of the one which it had there. What is replaced stays as a comment.

import { reachOf } from './interface-reach.ts';
import {
  optionWords,
  parseInterfaces,
  renderInterfaces,
  stanzasOf,
  type Stanza,
  type Statement,
} from './interfaces-grammar.ts';
import type { Management, NetworkNote } from './network-types.ts';

export interface KeepAddressResult {
  text: string;
  /** What the interface had in the backup, without prefix length. */
  formerAddress?: string;
  notes: NetworkNote[];
}

const replacedMark = '# in the backup: ';
const addressOptions = ['address', 'netmask', 'broadcast', 'network', 'gateway'];

/** `text` names the cards as this host will. Nothing changes when it has the address already. */
export function keepAddress(text: string, management: Management): KeepAddressResult {
  const statements = parseInterfaces(text);
  const stanzas = stanzasOf(statements);
  if (hasAddress(stanzas, management)) return { text, notes: [] };
  const chosen = chooseStanza(stanzas, management);
  if (chosen === undefined) return appendStanza(text, management);
  const formerAddress = optionWords(chosen, 'address')[0]?.replace(/\/.*/, '');
  return {
    text: renderInterfaces(
      statements.map((statement, index) => ({ raw: rewrite(statement, index, chosen, stanzas, management) })),
    ),
    ...(formerAddress === undefined ? {} : { formerAddress }),
    notes: [{ severity: 'warning', what: noteFor(chosen.name, formerAddress, management) }],
  };
}

function noteFor(name: string, formerAddress: string | undefined, management: Management): string {
  const kept = management.method === 'dhcp' ? 'DHCP, as on this host now' : management.address;
  return `${name} keeps ${kept}${formerAddress === undefined ? '' : `; in the backup it had ${formerAddress}`}`;
}

function familyOf(management: Management): 'inet' | 'inet6' {
  return management.address.includes(':') ? 'inet6' : 'inet';
}

function hasAddress(stanzas: readonly Stanza[], management: Management): boolean {
  const onCard = stanzas.filter((stanza) => standsOn(stanza, stanzas, management));
  if (management.method === 'dhcp')
    return onCard.some(({ method, family }) => method === 'dhcp' && family === familyOf(management));
  const plain = management.address.replace(/\/.*/, '').toLowerCase();
  return onCard.some((stanza) =>
    optionWords(stanza, 'address').some((word) => word.replace(/\/.*/, '').toLowerCase() === plain),
  );
}

function standsOn(stanza: Stanza, stanzas: readonly Stanza[], management: Management): boolean {
  return reachOf(stanza.name, stanzas).some(
    ({ card, vlanTag }) => management.cards.includes(card) && vlanTag === management.vlanTag,
  );
}

/** The addressed interface on the same card and VLAN, that with a gateway first; else the topmost one without address. */
function chooseStanza(stanzas: readonly Stanza[], management: Management): Stanza | undefined {
  const family = familyOf(management);
  const onCard = stanzas.filter(
    (stanza) => (stanza.family ?? family) === family && standsOn(stanza, stanzas, management),
  );
  const addressed = onCard.filter(
    (stanza) => stanza.method === 'dhcp' || optionWords(stanza, 'address').length > 0,
  );
  const isPort = (stanza: Stanza) =>
    stanzas.some(
      (other) =>
        other.name !== stanza.name &&
        optionWords(other, 'bridge-ports', 'bond-slaves', 'slaves', 'ovs-ports').includes(stanza.name),
    );
  return (
    addressed.find((stanza) => optionWords(stanza, 'gateway').length > 0) ??
    addressed[0] ??
    onCard.find((stanza) => !isPort(stanza))
  );
}

function rewrite(
  statement: Statement,
  index: number,
  chosen: Stanza,
  stanzas: readonly Stanza[],
  management: Management,
): string {
  if (index === chosen.index) return headOf(statement, chosen, management);
  const isOwn = statement.owner === chosen.index;
  const firstAddress = chosen.options.find(({ keyword }) => keyword === 'address');
  // Further addresses of the interface are services' own; they stay.
  const isAddress =
    addressOptions.includes(statement.keyword) &&
    (statement.keyword !== 'address' || statement === firstAddress);
  if (isOwn && isAddress) return asComment(statement.raw);
  const owner = stanzas.find(({ index: at }) => at === statement.owner);
  const isOtherGateway =
    statement.keyword === 'gateway' &&
    owner !== undefined &&
    !isOwn &&
    (management.method === 'dhcp' || management.gateway !== undefined) &&
    statement.words[0]?.includes(':') === management.address.includes(':');
  // Two default routes: which one answers would be a matter of luck.
  return isOtherGateway ? asComment(statement.raw) : statement.raw;
}

function asComment(raw: string): string {
  return raw.replace(/^([ \t]*)(?=\S)/gm, `$1${replacedMark}`);
}

function headOf(statement: Statement, chosen: Stanza, management: Management): string {
  const ending = statement.raw.endsWith('\r\n') ? '\r\n' : '\n';
  const rest = statement.words.slice(chosen.family === undefined ? 1 : chosen.method === undefined ? 2 : 3);
  const head = ['iface', chosen.name, familyOf(management), management.method, ...rest].join(' ');
  return `${head}${ending}${addressLines(management)
    .map((line) => `\t${line}${ending}`)
    .join('')}`;
}

function addressLines({ method, address, gateway }: Management): string[] {
  if (method === 'dhcp') return [];
  return [`address ${address}`, ...(gateway === undefined ? [] : [`gateway ${gateway}`])];
}

/** The card has no place in the backup: it gets a stanza of its own. */
function appendStanza(text: string, management: Management): KeepAddressResult {
  const [card = management.interface] = management.cards;
  const name = card + management.vlanTag;
  const lines = [
    '',
    '# Kept by ProxSave: the address by which this host was reached.',
    `auto ${name}`,
    `iface ${name} ${familyOf(management)} ${management.method}`,
    ...addressLines(management).map((line) => `\t${line}`),
  ];
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  return {
    text: `${text}${separator}${lines.join('\n')}\n`,
    notes: [{ severity: 'warning', what: noteFor(name, undefined, management) }],
  };
}
