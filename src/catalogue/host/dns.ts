// The host's name and how it finds the names of others.

import { files, mayFail, replaceSafe, systemCommand, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const staged = {
  category: 'network',
  restore: { how: 'stage', kind: 'network' },
  across: 'safe',
} as const satisfies ItemBase;

export const dnsArea: Area = {
  id: 'dns',
  title: 'Host name and name resolution',
  about:
    'Proxmox ties node, certificates and guests to the host name; it must resolve before anything starts.',
  product: 'host',
  toggles: [],
  items: [
    ...files(
      { ...staged, essential: 'the name that node, certificates and guests are tied to' },
      '/etc/hostname',
      '/etc/hosts',
    ),
    {
      kind: 'file',
      path: '/etc/resolv.conf',
      category: 'network',
      // Written by whatever manages the network on the new host, and often a link into /run.
      restore: { how: 'export' },
      across: 'review',
    },
    ...files(
      replaceSafe,
      '/etc/host.conf',
      '/etc/nsswitch.conf',
      '/etc/networks',
      '/etc/gai.conf',
      '/etc/mailname',
      '/etc/dnsmasq.conf',
      '/etc/systemd/resolved.conf',
      '/etc/resolvconf.conf',
    ),
    ...trees(
      replaceSafe,
      '/etc/dnsmasq.d',
      '/etc/systemd/resolved.conf.d',
      '/etc/resolvconf',
      '/etc/unbound',
    ),
    // TSIG and rndc keys.
    ...trees({ ...replaceSafe, secret: true }, '/etc/bind'),
    systemCommand('hostname -f', 'hostname.txt', mayFail),
    systemCommand('cat /etc/resolv.conf', 'resolv_conf.txt', mayFail),
    systemCommand('resolvectl status --no-pager', 'resolvectl_status.txt', mayFail),
  ],
};
