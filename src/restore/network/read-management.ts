// How this host is reached: the address that the admin's SSH connection came in on, else that of the default route, and
// the cards below it. What `planNetwork` keeps.

import { askHost, hostNames, hostPathKind, readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { splitName } from './interface-names.ts';
import type { Management } from './network-types.ts';
import { parseAddresses, parseDefaultRoutes } from './ip-output.ts';

const timeoutMs = 10_000;

/** Undefined when nothing tells it: below another root, without `ip`, without a network. */
export async function readManagement(host: Host): Promise<Management | undefined> {
  const addresses = parseAddresses(await askHost(host, ['ip', '-j', 'address', 'show'], timeoutMs));
  const routes = parseDefaultRoutes([
    await askHost(host, ['ip', '-j', '-4', 'route', 'show', 'default'], timeoutMs),
    await askHost(host, ['ip', '-j', '-6', 'route', 'show', 'default'], timeoutMs),
  ]);
  const reached = sshServerAddress(host);
  const found =
    addresses.find(({ address }) => address === reached) ??
    routes.flatMap(({ device }) => addresses.find((entry) => entry.interface === device) ?? [])[0];
  if (found === undefined) return undefined;
  const isIpv6 = found.address.includes(':');
  const gateway = routes.find(
    (route) => route.device === found.interface && route.gateway.includes(':') === isIpv6,
  )?.gateway;
  return {
    interface: found.interface,
    ...cardsBelow(host, found.interface),
    method: found.isDynamic ? 'dhcp' : 'static',
    address: `${found.address}/${found.prefixLength}`,
    ...(gateway === undefined ? {} : { gateway }),
  };
}

/** `CLIENT PORT SERVER PORT`; `::ffff:192.0.2.1` is the IPv4 address. */
function sshServerAddress(host: Host): string | undefined {
  return host.env.SSH_CONNECTION?.split(' ')[2]?.replace(/^::ffff:(?=\d+\.)/i, '');
}

function cardsBelow(host: Host, name: string): { cards: string[]; vlanTag: string } {
  const cards = new Set<string>();
  // Interfaces with nothing below: the card of a container (LXC) is no device of this system.
  const lowest = new Set<string>();
  let vlanTag = '';
  const seen = new Set<string>();
  const visit = (current: string) => {
    if (seen.has(current)) return;
    seen.add(current);
    const path = `/sys/class/net/${current}`;
    if (hostPathKind(host, `${path}/device`) === 'directory') cards.add(current);
    vlanTag = vlanTagOf(host, current) + vlanTag;
    const lower = hostNames(host, path).filter((entry) => entry.startsWith('lower_'));
    if (lower.length === 0) lowest.add(current);
    for (const entry of lower) visit(entry.slice('lower_'.length));
  };
  visit(name);
  return { cards: [...(cards.size === 0 ? lowest : cards)], vlanTag };
}

function vlanTagOf(host: Host, name: string): string {
  const id = /\bVID: (\d+)/.exec(readHostText(host, `/proc/net/vlan/${name}`) ?? '')?.[1];
  if (id !== undefined) return `.${id}`;
  const { suffix } = splitName(name);
  return /^\.\d+$/.test(suffix) ? suffix : '';
}
