// Whether a host can still be reached and do its work after its network was changed. Compared with what could be done before: a
// host that never had an internet connection is not sick without one.

import { askHost, hostPathKind, readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { parseAddresses, parseDefaultRoutes, parseLinks, type DefaultRoute } from './ip-output.ts';
import { lostLinks, type Links } from './network-links.ts';

export interface NetworkHealth {
  /** Addresses that reach beyond their link, without prefix length. */
  addresses: readonly string[];
  gateways: readonly DefaultRoute[];
  links: Links;
  /** At least one default gateway answers. */
  isGatewayThere: boolean;
  hasNames: boolean;
  /** /etc/pve is mounted. */
  isClusterMounted: boolean;
  isClusterWritable: boolean;
  /** Undefined: no cluster, or it cannot be told. */
  isQuorate: boolean | undefined;
}

const askMs = 8_000;
/** A name that every Debian host has a use for. Only asked for; whether it resolves here is compared with before. */
const someName = 'deb.debian.org';
const clusterPath = '/etc/pve';

/** `before`: what did not work then is not asked for again, because the silence of a name server takes long. */
export async function readNetworkHealth(host: Host, before?: NetworkHealth): Promise<NetworkHealth> {
  const ask = (...argv: [string, ...string[]]) => askAlways(host, argv);
  const gateways = parseDefaultRoutes([
    await ask('ip', '-j', '-4', 'route', 'show', 'default'),
    await ask('ip', '-j', '-6', 'route', 'show', 'default'),
  ]);
  const [addresses, links, isGatewayThere, names, quorum] = await Promise.all([
    ask('ip', '-j', 'address', 'show'),
    ask('ip', '-j', 'link', 'show'),
    before?.isGatewayThere === false ? false : anyAnswers(host, gateways),
    before?.hasNames === false ? undefined : ask('getent', 'ahosts', someName),
    ask('corosync-quorumtool', '-s'),
  ]);
  return {
    addresses: parseAddresses(addresses).map(({ address }) => address),
    gateways,
    links: parseLinks(links),
    isGatewayThere,
    hasNames: names !== undefined && names !== '',
    isClusterMounted: isMounted(host),
    isClusterWritable: isWritable(host),
    isQuorate: quorumOf(quorum),
  };
}

/** askHost without the host's signal: health is asked for after an interrupt, too. */
async function askAlways(host: Host, argv: readonly [string, ...string[]]): Promise<string | undefined> {
  const never = new AbortController().signal;
  return askHost({ ...host, signal: never }, argv, askMs);
}

async function anyAnswers(host: Host, gateways: readonly DefaultRoute[]): Promise<boolean> {
  const answers = await Promise.all(
    gateways.map(({ gateway, device }) =>
      // A link-local gateway means nothing without its interface.
      askAlways(host, ['ping', '-c', '1', '-W', '3', '-I', device, '--', gateway]),
    ),
  );
  return answers.some((answer) => answer !== undefined);
}

/** Lines of /proc/self/mounts: source, place, type. pmxcfs is a FUSE file system. */
function isMounted(host: Host): boolean {
  const lines = (readHostText(host, '/proc/self/mounts') ?? '').split('\n');
  return lines.some((line) => line.split(' ')[1] === clusterPath);
}

/** Without a quorum pmxcfs takes the right to write from every mode, root's too. */
function isWritable(host: Host): boolean {
  if (hostPathKind(host, clusterPath) !== 'directory') return false;
  return (host.fs.stat(host.resolve(clusterPath)).mode & 0o200) !== 0;
}

function quorumOf(text: string | undefined): boolean | undefined {
  const [, answer] = /^Quorate:\s+(Yes|No)\b/mu.exec(text ?? '') ?? [];
  return answer === undefined ? undefined : answer === 'Yes';
}

export interface HealthNeeds {
  /** By which the host has to be reached. */
  addresses: readonly string[];
  /** That the configuration brings up. */
  cards: readonly string[];
}

/** Pure; empty: healthy. */
export function healthProblems(
  before: NetworkHealth,
  after: NetworkHealth,
  { addresses, cards }: HealthNeeds,
): string[] {
  const lost = addresses.filter((address) => !after.addresses.includes(address));
  return [
    ...lost.map((address) => `the host has lost its address ${address}`),
    ...lostLinks(before.links, after.links, cards),
    ...reachProblems(before, after),
    ...clusterProblems(before, after),
  ];
}

function reachProblems(before: NetworkHealth, after: NetworkHealth): string[] {
  const problems: string[] = [];
  if (before.addresses.length > 0 && after.addresses.length === 0) problems.push('the host has no address');
  if (before.gateways.length > 0 && after.gateways.length === 0)
    problems.push('there is no default route any more');
  else if (before.isGatewayThere && !after.isGatewayThere)
    problems.push(`the gateway ${after.gateways.map(({ gateway }) => gateway).join(', ')} does not answer`);
  if (before.hasNames && !after.hasNames) problems.push('names are not resolved any more');
  return problems;
}

function clusterProblems(before: NetworkHealth, after: NetworkHealth): string[] {
  const problems: string[] = [];
  if (before.isClusterMounted && !after.isClusterMounted)
    problems.push(`${clusterPath} is not mounted any more`);
  else if (before.isClusterMounted && before.isClusterWritable && !after.isClusterWritable)
    problems.push(`${clusterPath} cannot be written to any more`);
  if (before.isQuorate === true && after.isQuorate !== true) problems.push('the cluster has lost its quorum');
  return problems;
}
