// Short ways to write the rows of the Proxmox VE areas: paths below the cluster file system, and commands whose outputs
// lie where the existing edition has them.

import { information } from './items.ts';
import { infoDirectory } from './types.ts';
import type { BooleanOptionName } from '../config/options.ts';
import type { HostFacts } from '../host/facts.ts';
import type {
  CategoryId,
  CommandItem,
  EachItem,
  FileItem,
  GlobItem,
  ItemBase,
  OptionPath,
  TreeItem,
} from './types.ts';

/** Where the output of commands about Proxmox VE lies. */
export const pveOutputs = `${infoDirectory}/commands/pve`;
/** Where the existing edition keeps what it learns about jobs, replication, Ceph and storages. */
export const clusterOutputs = 'var/lib/pve-cluster/info';

/** A path or pattern below the cluster file system. */
export function inClusterFiles(below: string): OptionPath {
  return { option: 'PVE_CONFIG_PATH', below };
}

/** Files of /etc/pve that come back through its own rules. */
export function throughPmxcfs(category: CategoryId): ItemBase {
  return { category, restore: { how: 'pmxcfs' }, across: 'safe' };
}

export function pveFiles(shared: ItemBase, ...below: string[]): FileItem[] {
  return below.map((path) => ({ kind: 'file', path: inClusterFiles(path), ...shared }));
}

export function pveTrees(shared: ItemBase, ...below: string[]): TreeItem[] {
  return below.map((path) => ({ kind: 'tree', path: inClusterFiles(path), ...shared }));
}

export function pveGlobs(shared: ItemBase, ...below: string[]): GlobItem[] {
  return below.map((pattern) => ({ kind: 'glob', pattern: inClusterFiles(pattern), ...shared }));
}

type CommandExtras = Partial<Omit<CommandItem, 'kind' | 'argv' | 'output'>>;

/** `commandLine` is split at single spaces: no shell, no quotes. */
export function pveCommand(commandLine: string, output: string, extras: CommandExtras = {}): CommandItem {
  const [program = '', ...parameters] = commandLine.split(' ');
  return { kind: 'command', argv: [program, ...parameters], output, ...information, ...extras };
}

/** What the API tells, as JSON. `localhost` stands for this node in its paths. */
export function pvesh(apiPath: string, output: string, extras: CommandExtras = {}): CommandItem {
  return pveCommand(`pvesh get ${apiPath} --output-format=json`, output, extras);
}

/** The same for each node of the cluster. That another node does not answer is no fault of this one. */
export function pveshForEachNode(
  parametersFor: (node: string) => readonly string[],
  output: (key: string) => string,
): EachItem {
  return {
    kind: 'each',
    of: 'pve-nodes',
    argv: (node) => ['pvesh', 'get', ...parametersFor(node), '--output-format=json'],
    output,
    ...information,
    onFailure: 'info',
  };
}

/** A standalone node has nothing to say about its cluster. */
export const inCluster = { when: (facts: HostFacts) => facts.cluster !== undefined };

/** Only where the installed version has it; where the version is not known, it is tried. */
export function sincePve(major: number, minor: number): { when: (facts: HostFacts) => boolean } {
  return {
    when: ({ pve }) => {
      const [hasMajor = NaN, hasMinor = 0] = (pve?.version ?? '').split('.').map(Number);
      return Number.isNaN(hasMajor) || hasMajor > major || (hasMajor === major && hasMinor >= minor);
    },
  };
}

/**
 * For content that mixes what several areas own (reports, old dumps of the database): whoever switches one of them off
 * wants it to be nowhere in the archive.
 */
export const ofAllAreas: readonly BooleanOptionName[] = [
  'BACKUP_CLUSTER_CONFIG',
  'BACKUP_VM_CONFIGS',
  'BACKUP_PVE_FIREWALL',
  'BACKUP_PVE_ACL',
  'BACKUP_PVE_JOBS',
  'BACKUP_PVE_REPLICATION',
  'BACKUP_VZDUMP_CONFIG',
];
