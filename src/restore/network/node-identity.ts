// Keeps the host reachable and consistent: its address where that stays, and its name in /etc/hosts. Both change the
// planned files in place.

import { reconcileHosts } from './hosts-file.ts';
import { optionWords, parseInterfaces, stanzasOf } from './interfaces-grammar.ts';
import { keepAddress } from './keep-address.ts';
import type { NetworkNote, NetworkPlanInput } from './network-types.ts';

/** The address that the node has afterwards, where it stays what it is. */
export function applyAddress(
  { address, management }: NetworkPlanInput,
  files: Map<string, string>,
  namesAtBoot: ReadonlyMap<string, string>,
  notes: NetworkNote[],
): string | undefined {
  const path = '/etc/network/interfaces';
  const text = files.get(path);
  // Without a configuration of the backup the host stays where it is, whatever was asked for.
  if (text === undefined) return management?.address.replace(/\/.*/, '');
  if (management === undefined || address === 'archive') return undefined;
  const cards = management.cards.map((card) => namesAtBoot.get(card) ?? card);
  const kept = keepAddress(text, { ...management, cards });
  files.set(path, kept.text);
  notes.push(...kept.notes.map((note) => ({ ...note, file: path })));
  return management.address.replace(/\/.*/, '');
}

export function applyHostname(
  input: NetworkPlanInput,
  files: Map<string, string>,
  address: string | undefined,
  notes: NetworkNote[],
): void {
  const liveName = input.live.get('/etc/hostname');
  if (input.hostname === 'live') files.delete('/etc/hostname');
  const hosts = files.get('/etc/hosts');
  const name = (input.hostname === 'live' ? liveName : (files.get('/etc/hostname') ?? liveName))?.trim();
  if (hosts === undefined || name === undefined || name === '') return;
  const interfaces = '/etc/network/interfaces';
  const target = address ?? configuredAddress(files.get(interfaces) ?? input.live.get(interfaces));
  const [nodeName = name] = name.split('.');
  if (target === undefined) return;
  const result = reconcileHosts(hosts, {
    nodeName,
    address: target,
    ...(name === nodeName ? {} : { fullName: name }),
  });
  files.set('/etc/hosts', result.text);
  notes.push(...result.notes);
}

/** Address of the interface with the default route; undefined when there is none, or DHCP gives it. */
function configuredAddress(text: string | undefined): string | undefined {
  const routed = stanzasOf(parseInterfaces(text ?? '')).filter(
    (stanza) => optionWords(stanza, 'gateway').length > 0,
  );
  const chosen = routed.find(({ family }) => family !== 'inet6') ?? routed[0];
  return chosen === undefined ? undefined : optionWords(chosen, 'address')[0]?.replace(/\/.*/, '');
}
