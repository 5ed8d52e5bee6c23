// Network configuration and what the kernel made of it. Restore maps network cards by the inventory.

import {
  files,
  globs,
  information,
  mayFail,
  replaceReview,
  replaceSafe,
  systemCommand,
  systemOutputs,
  trees,
} from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const staged = {
  category: 'network',
  restore: { how: 'stage', kind: 'network' },
  across: 'review',
} as const satisfies ItemBase;
const stagedSecret = { ...staged, secret: true } as const satisfies ItemBase;

export const networkArea: Area = {
  id: 'network',
  title: 'Network',
  about:
    'Without it the restored host has no addresses, bridges or bonds, and its cards cannot be told apart.',
  product: 'host',
  toggles: ['BACKUP_NETWORK_CONFIGS'],
  items: [
    {
      kind: 'file',
      path: '/etc/network/interfaces',
      ...staged,
      essential: 'addresses, bridges and bonds of this host',
      expected: (facts) => facts.pve !== undefined || facts.pbs !== undefined,
    },
    ...trees(staged, '/etc/network', '/etc/systemd/network'),
    // WireGuard's private keys.
    ...globs(stagedSecret, '/etc/systemd/network/*.netdev'),
    // Wireless passphrases and 802.1X passwords.
    ...trees(stagedSecret, '/etc/netplan', '/etc/NetworkManager/system-connections'),
    ...files(staged, '/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg', '/etc/dnsmasq.d/lxc-vmbr1.conf'),
    ...trees(replaceReview, '/etc/NetworkManager', '/etc/ifupdown2', '/etc/iproute2', '/etc/openvswitch'),
    ...trees(replaceSafe, '/etc/dhcp', '/etc/networkd-dispatcher', '/etc/systemd/networkd.conf.d'),
    ...files(replaceSafe, '/etc/dhcpcd.conf', '/etc/systemd/networkd.conf'),
    // Routing daemons, access points and dial-up keep passwords in their configuration.
    ...trees(
      { ...replaceReview, secret: true },
      '/etc/frr',
      '/etc/wpa_supplicant',
      '/etc/hostapd',
      '/etc/ppp',
    ),
    systemCommand('ip addr show', 'ip_addr.txt'),
    systemCommand('ip -j addr show', 'ip_addr.json', mayFail),
    systemCommand('ip rule show', 'ip_rule.txt', mayFail),
    systemCommand('ip -j rule show', 'ip_rule.json', mayFail),
    systemCommand('ip route show', 'ip_route.txt'),
    systemCommand('ip -j route show', 'ip_route.json', mayFail),
    systemCommand('ip -4 route show table all', 'ip_route_all_v4.txt', mayFail),
    systemCommand('ip -6 route show table all', 'ip_route_all_v6.txt', mayFail),
    systemCommand('ip -s link', 'ip_link.txt'),
    systemCommand('ip -j link', 'ip_link.json', mayFail),
    systemCommand('ip neigh show', 'ip_neigh.txt', mayFail),
    systemCommand('ip -6 neigh show', 'ip6_neigh.txt', mayFail),
    systemCommand('bridge -d link show', 'bridge_link.txt', mayFail),
    systemCommand('bridge vlan show', 'bridge_vlan.txt', mayFail),
    systemCommand('bridge fdb show', 'bridge_fdb.txt', mayFail),
    systemCommand('bridge mdb show', 'bridge_mdb.txt', mayFail),
    systemCommand('ovs-vsctl show', 'ovs_vsctl.txt', mayFail),
    {
      kind: 'inventory',
      inventory: 'network',
      output: `${systemOutputs}/network_inventory.json`,
      ...information,
      essential: 'tells which network card was which, when their names or the hardware change',
    },
    { kind: 'inventory', inventory: 'bonding', output: `${systemOutputs}/bonding.txt`, ...information },
  ],
};
