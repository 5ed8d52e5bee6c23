// Private networks over public ones. Everything here is or names a private key.

import { files, replaceSafe, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const withSecrets = { ...replaceSafe, secret: true } as const satisfies ItemBase;

export const vpnArea: Area = {
  id: 'vpn',
  title: 'VPN',
  about: 'Tunnels and their private keys: often the only way in to a host far away.',
  product: 'host',
  toggles: ['BACKUP_VPN_CONFIG'],
  items: [
    ...trees(
      withSecrets,
      '/etc/wireguard',
      '/etc/openvpn',
      '/etc/ipsec.d',
      '/etc/swanctl',
      '/etc/strongswan.d',
      '/etc/tinc',
      '/etc/nebula',
      '/etc/netbird',
      '/var/lib/netbird',
      '/etc/headscale',
      '/etc/cloudflared',
      '/etc/stunnel',
      '/etc/netmaker',
    ),
    ...files(
      withSecrets,
      '/etc/ipsec.conf',
      '/etc/ipsec.secrets',
      '/etc/strongswan.conf',
      '/etc/xl2tpd/l2tp-secrets',
    ),
    ...trees(replaceSafe, '/etc/xl2tpd'),
    // The identity of this host in its overlay network.
    ...files(withSecrets, '/var/lib/tailscale/tailscaled.state'),
    ...files(
      withSecrets,
      '/var/lib/zerotier-one/identity.secret',
      '/var/lib/zerotier-one/identity.public',
      '/var/lib/zerotier-one/authtoken.secret',
      '/var/lib/zerotier-one/local.conf',
    ),
    ...trees(withSecrets, '/var/lib/zerotier-one/networks.d', '/var/lib/zerotier-one/moons.d'),
  ],
};
