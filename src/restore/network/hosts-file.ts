// /etc/hosts: the name of the node must lead to an address of this host that is no loopback one, or the cluster file
// system of Proxmox VE does not start.

import type { NetworkNote } from './network-types.ts';

export interface HostsEntry {
  address: string;
  names: readonly string[];
}

/** Undefined for comments and empty lines. */
export function parseHostsLine(line: string): HostsEntry | undefined {
  const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
  return address === undefined || address === '' || names.length === 0 ? undefined : { address, names };
}

export function isLoopback(address: string): boolean {
  return /^127\.|^::1$|^::ffff:127\./i.test(address);
}

/** Addresses to which a name leads, in the order of the file. */
export function addressesOf(hosts: string, name: string): string[] {
  return hosts.split('\n').flatMap((line) => {
    const entry = parseHostsLine(line);
    return entry?.names.includes(name) === true ? [entry.address] : [];
  });
}

export interface NodeIdentity {
  /** First label of the host name. */
  nodeName: string;
  /** Full name, if it is known. */
  fullName?: string;
  /** Address of this host, without prefix length. */
  address: string;
}

export interface HostsResult {
  text: string;
  notes: NetworkNote[];
}

/** Lets the node's name lead to its address; other lines, comments and the other names of its line stay. */
export function reconcileHosts(hosts: string, identity: NodeIdentity): HostsResult {
  const { nodeName, address } = identity;
  const addresses = addressesOf(hosts, nodeName);
  const isIpv6 = address.includes(':');
  const isRight = (found: string) =>
    found === address || (!isLoopback(found) && found.includes(':') !== isIpv6);
  if (addresses.includes(address) && addresses.every(isRight)) return { text: hosts, notes: [] };
  let isPlaced = addresses.includes(address);
  const lines = hosts.split('\n').flatMap((line) => {
    const entry = parseHostsLine(line);
    if (entry?.names.includes(nodeName) !== true || isRight(entry.address)) return [line];
    if (!isLoopback(entry.address) && !isPlaced) {
      isPlaced = true;
      return [line.replace(entry.address, address)];
    }
    return withoutNode(line, entry, identity);
  });
  const text = isPlaced ? lines.join('\n') : addLine(lines, identity);
  const before = addresses.length === 0 ? 'none' : addresses.join(', ');
  const what = `${nodeName} leads to ${address} (in the backup: ${before})`;
  return { text, notes: [{ severity: 'info', what, file: '/etc/hosts' }] };
}

/** Takes the node's names out of a line; nothing is left of a line without other names. */
function withoutNode(line: string, entry: HostsEntry, { nodeName, fullName }: NodeIdentity): string[] {
  const isNodes = (name: string) => name === nodeName || name === fullName || name.startsWith(`${nodeName}.`);
  const others = entry.names.filter((name) => !isNodes(name));
  const comment = /#.*/.exec(line)?.[0];
  if (others.length === 0) return comment === undefined ? [] : [comment];
  return [[entry.address, ...others, ...(comment === undefined ? [] : [comment])].join(' ')];
}

/** Behind the line of localhost, where the installer puts it. */
function addLine(lines: readonly string[], { address, fullName, nodeName }: NodeIdentity): string {
  const names = fullName === undefined || fullName === nodeName ? nodeName : `${fullName} ${nodeName}`;
  const localhost = lines.findIndex((line) => parseHostsLine(line)?.address === '127.0.0.1');
  const at = localhost + 1;
  const joined = [...lines.slice(0, at), `${address} ${names}`, ...lines.slice(at)].join('\n');
  return joined.endsWith('\n') ? joined : `${joined}\n`;
}
