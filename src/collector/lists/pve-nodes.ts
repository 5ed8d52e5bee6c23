// The nodes of this cluster: the directories below /etc/pve/nodes that are members. A node that was removed or renamed
// leaves its directory behind, and asking it would only fail.

import { posix } from 'node:path';
import type { ConfigValues } from '../../config/options.ts';
import { hostNames, hostPathKind, readHostText } from '../../host/detect-text.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';

export function listPveNodes(host: Host, facts: HostFacts, values: ConfigValues): string[] {
  const directory = posix.join(values.PVE_CONFIG_PATH, 'nodes');
  const members = memberNames(readHostText(host, values.COROSYNC_CONFIG_PATH) ?? '');
  return hostNames(host, directory).filter(
    (name) =>
      (members.length === 0 ? name === facts.nodeName : members.includes(name)) &&
      hostPathKind(host, `${directory}/${name}`) === 'directory',
  );
}

/** `name` of each `node { ... }` in corosync.conf; blocks of nodes hold no other blocks. */
function memberNames(corosync: string): string[] {
  const withoutComments = corosync.replace(/#.*/g, '');
  const blocks = withoutComments.matchAll(/(?<![\w-])node\s*\{([^{}]*)\}/g);
  return [...blocks].flatMap(([, body = '']) => /(?<![\w-])name:\s*(\S+)/.exec(body)?.[1] ?? []);
}
