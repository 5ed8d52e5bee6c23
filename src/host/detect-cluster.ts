// Membership of a Proxmox VE cluster, from corosync.conf (nested blocks of `key: value`, # comments).

import { readHostText } from './detect-text.ts';
import type { HostFacts } from './facts.ts';
import type { Host } from './host.ts';

/** The cluster file system's copy counts; the other one is what corosync was last started with. */
const corosyncFiles = ['/etc/pve/corosync.conf', '/etc/corosync/corosync.conf'];

export function detectCluster(host: Host): HostFacts['cluster'] {
  for (const path of corosyncFiles) {
    const cluster = parseCorosync(readHostText(host, path) ?? '');
    if (cluster !== undefined) return cluster;
  }
  return undefined;
}

/** Cluster name and number of nodes; undefined for what is no configuration of a cluster. */
export function parseCorosync(text: string): HostFacts['cluster'] {
  const blocks: string[] = [];
  let name: string | undefined;
  let nodeCount = 0;
  for (const line of text.split('\n')) {
    const content = line.replace(/#.*/, '').trim();
    const opened = /^(\w+)\s*\{/.exec(content)?.[1];
    if (opened !== undefined) {
      blocks.push(opened);
      if (blocks.join('.') === 'nodelist.node') nodeCount += 1;
    } else if (blocks.join('.') === 'totem') {
      name = /^cluster_name:\s*(\S+)/.exec(content)?.[1] ?? name;
    }
    if (content.endsWith('}')) blocks.pop();
  }
  if (name === undefined && nodeCount === 0) return undefined;
  return { name: name ?? 'unknown', nodeCount };
}
