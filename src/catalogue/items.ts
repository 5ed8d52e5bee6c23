// Short ways to write the rows of an area: what several paths have in common is said once.

import { infoDirectory } from './types.ts';
import type { CommandItem, FileItem, GlobItem, ItemBase, TreeItem } from './types.ts';

/** A program's own configuration: put back as it was, on the same or other hardware. */
export const replaceSafe = {
  category: 'services',
  restore: { how: 'replace' },
  across: 'safe',
} as const satisfies ItemBase;

/** The same, but bound to this hardware or this major version. */
export const replaceReview = { ...replaceSafe, across: 'review' } as const satisfies ItemBase;

/** Knowledge about the host: handed out on restore, never applied. */
export const information = {
  category: 'proxsave_info',
  restore: { how: 'export' },
  across: 'safe',
} as const satisfies ItemBase;

export function files(shared: ItemBase, ...paths: string[]): FileItem[] {
  return paths.map((path) => ({ kind: 'file', path, ...shared }));
}

export function trees(shared: ItemBase, ...paths: string[]): TreeItem[] {
  return paths.map((path) => ({ kind: 'tree', path, ...shared }));
}

export function globs(shared: ItemBase, ...patterns: string[]): GlobItem[] {
  return patterns.map((pattern) => ({ kind: 'glob', pattern, ...shared }));
}

/** Where the output of commands about the system itself lies. */
export const systemOutputs = `${infoDirectory}/commands/system`;

type CommandExtras = Partial<Omit<CommandItem, 'kind' | 'argv' | 'output'>>;

/**
 * A command about the system itself. `commandLine` is split at single spaces: no shell, no quotes. `fileName` is
 * relative to commands/system, where the existing edition has it too.
 */
export function systemCommand(
  commandLine: string,
  fileName: string,
  extras: CommandExtras = {},
): CommandItem {
  const [program = '', ...parameters] = commandLine.split(' ');
  return {
    kind: 'command',
    argv: [program, ...parameters],
    output: `${systemOutputs}/${fileName}`,
    ...information,
    ...extras,
  };
}

/** For what often cannot work: hardware that is not there, containers, services that are not running. */
export const mayFail = { onFailure: 'info' } as const;
