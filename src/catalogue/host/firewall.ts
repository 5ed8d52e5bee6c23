// Packet filters set up by hand; the firewall of Proxmox itself lies in /etc/pve.

import { files, mayFail, replaceSafe, systemCommand, trees } from '../items.ts';
import type { Area } from '../types.ts';

// systemctl ends with 3 for a unit that does not run, with 4 for one that does not exist.
const unitStatus = { ...mayFail, acceptExitCodes: [3] };

export const firewallArea: Area = {
  id: 'firewall',
  title: 'Firewall rules',
  about: 'Rules of iptables, nftables, ufw and firewalld, as configured and as loaded.',
  product: 'host',
  toggles: ['BACKUP_FIREWALL_RULES'],
  items: [
    ...trees(
      replaceSafe,
      '/etc/iptables',
      '/etc/nftables.d',
      '/etc/nftables',
      '/etc/ufw',
      '/etc/firewalld',
      '/etc/shorewall',
      '/etc/ferm',
    ),
    ...files(replaceSafe, '/etc/nftables.conf', '/etc/default/ufw', '/etc/ipset.conf', '/etc/arptables.conf'),
    systemCommand('iptables-save', 'iptables.txt', mayFail),
    systemCommand('iptables -t nat -vnL --line-numbers', 'iptables_nat.txt', mayFail),
    systemCommand('ip6tables-save', 'ip6tables.txt', mayFail),
    systemCommand('ip6tables -t nat -vnL --line-numbers', 'ip6tables_nat.txt', mayFail),
    systemCommand('ipset save', 'ipset.txt', mayFail),
    systemCommand('nft list ruleset', 'nftables.txt', mayFail),
    systemCommand('ufw status verbose', 'ufw_status.txt', mayFail),
    systemCommand('systemctl status --no-pager ufw', 'systemctl_ufw.txt', unitStatus),
    systemCommand('firewall-cmd --state', 'firewalld_state.txt', mayFail),
    systemCommand('firewall-cmd --list-all', 'firewalld_list_all.txt', mayFail),
    systemCommand('systemctl status --no-pager firewalld', 'systemctl_firewalld.txt', unitStatus),
  ],
};
