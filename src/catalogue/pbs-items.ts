// Short ways to write the rows of the areas of Proxmox Backup Server. Files are named below PBS_CONFIG_PATH.

import { information } from './items.ts';
import { infoDirectory } from './types.ts';
import type { CategoryId, CommandItem, EachItem, FileItem, ItemBase, NameList, TreeItem } from './types.ts';
import type { HostFacts } from '../host/facts.ts';

/** Where the output of PBS commands lies; names as in the existing edition. */
export const pbsOutputs = `${infoDirectory}/commands/pbs`;

/** Section files are checked and applied as a set: the daemons refuse a whole file for one bad line. */
export function staged(category: CategoryId): ItemBase {
  return { category, restore: { how: 'stage', kind: 'pbs' }, across: 'safe' };
}

export function pbsFiles(shared: ItemBase, ...names: string[]): FileItem[] {
  return names.map((below) => ({ kind: 'file', path: { option: 'PBS_CONFIG_PATH', below }, ...shared }));
}

/** Empty files that the daemons lock and make anew; an old one with a wrong owner would stop the proxy. */
const lockFiles = ['**/*.lck', '**/*.lock'];

/** `below` empty: the configuration directory itself. */
export function pbsTree(shared: ItemBase, below = ''): TreeItem {
  const path = { option: 'PBS_CONFIG_PATH', ...(below === '' ? {} : { below }) } as const;
  return { kind: 'tree', path, exclude: lockFiles, ...shared };
}

type CommandExtras = Partial<Omit<CommandItem, 'kind' | 'argv' | 'output'>>;

/** A command of the backup server whose answer is JSON. Split at single spaces: no shell, no quotes. */
export function pbsCommand(commandLine: string, fileName: string, extras: CommandExtras = {}): CommandItem {
  return {
    kind: 'command',
    argv: jsonCommand(commandLine),
    output: `${pbsOutputs}/${fileName}`,
    ...information,
    ...extras,
  };
}

export function manager(commandLine: string, fileName: string, extras: CommandExtras = {}): CommandItem {
  return pbsCommand(`proxmox-backup-manager ${commandLine}`, fileName, extras);
}

/** The same for each name of a list; the name comes last. */
export function managerForEach(
  of: NameList,
  commandLine: string,
  output: EachItem['output'],
  extras: Partial<Omit<EachItem, 'kind' | 'of' | 'argv' | 'output'>> = {},
): EachItem {
  const argv = (name: string) => jsonCommand(`proxmox-backup-manager ${commandLine}`, name);
  return { kind: 'each', of, argv, output, ...information, ...extras };
}

function jsonCommand(commandLine: string, ...names: string[]): [string, ...string[]] {
  const [program = '', ...parameters] = commandLine.split(' ');
  return [program, ...parameters, ...names, '--output-format=json'];
}

/**
 * For a command that came with this release of the backup server: older ones are not asked. A server whose version is
 * not known is asked, and a refusal is no warning: its tool may be too old.
 */
export function since(major: number, minor = 0): Pick<CommandItem, 'when' | 'onFailure'> {
  return { when: (facts) => isAtLeast(facts, major, minor), onFailure: 'info' };
}

function isAtLeast({ pbs }: HostFacts, major: number, minor: number): boolean {
  const [, installedMajor, installedMinor] = /^(\d+)\.(\d+)/.exec(pbs?.version ?? '') ?? [];
  if (installedMajor === undefined) return true;
  return Number(installedMajor) * 1000 + Number(installedMinor) >= major * 1000 + minor;
}
