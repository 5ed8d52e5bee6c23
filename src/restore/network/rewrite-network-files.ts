// Card names in the files of systemd-networkd, netplan and NetworkManager. Only systemd's [Match] is rewritten; the others
// are not what Proxmox uses, and a guess in them would be worse than a word about it.

import { renamed, type Renames } from './interface-names.ts';
import type { NetworkNote } from './network-types.ts';

export function rewriteNetworkFile(
  path: string,
  text: string,
  renames: Renames,
): { text: string; notes: NetworkNote[] } {
  if (path.startsWith('/etc/systemd/network/') && path.endsWith('.network'))
    return rewriteMatch(text, renames);
  // Also scripts of /etc/network/if-up.d and the like.
  const isOther = !path.endsWith('.link') && !/^\/etc\/(hosts|hostname|resolv\.conf)$/.test(path);
  const mentioned = isOther ? [...renames].filter(([from, to]) => from !== to && mentions(text, from)) : [];
  return {
    text,
    notes: mentioned.map(([from, to]) => ({
      severity: 'warning',
      what: `names ${from}, which is ${to ?? 'not there'} on this host; change it by hand`,
    })),
  };
}

function mentions(text: string, name: string): boolean {
  return text.split(/[^\w.@-]+/).some((word) => word === name || word.startsWith(`${name}.`));
}

function rewriteMatch(text: string, renames: Renames): { text: string; notes: NetworkNote[] } {
  let section = '';
  const notes: NetworkNote[] = [];
  const lines = text.split('\n').map((line, index) => {
    const [, header] = /^\s*\[(.+)\]\s*$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    const [, head, value] = /^(\s*Name\s*=\s*)(.*)$/.exec(line) ?? [];
    if (section !== 'Match' || head === undefined || value === undefined) return line;
    const names = value.split(/(\s+)/).map((word) => renamed(word, renames) ?? word);
    const rewritten = head + names.join('');
    if (rewritten !== line)
      notes.push({ severity: 'info', what: `matches ${names.join('')} now`, line: index + 1 });
    return rewritten;
  });
  return { text: lines.join('\n'), notes };
}
