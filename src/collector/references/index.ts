// Paths that configuration files of the host name: read, parsed by one small module a kind.

import type { ReferencedItem } from '../../catalogue/types.ts';
import type { Host } from '../../host/host.ts';
import { referencedKeyFiles } from './key-files.ts';

const readers: Readonly<Record<ReferencedItem['references'], (read: (path: string) => string) => string[]>> =
  {
    'key-files': (read) => referencedKeyFiles(read('/etc/crypttab'), read('/etc/fstab')),
  };

/** Absolute host paths that are named; they may not exist. Throws the system's error for an unreadable table. */
export function referencedPaths(host: Host, references: ReferencedItem['references']): string[] {
  return readers[references]((path) => host.fs.readTextIfExists(host.resolve(path)) ?? '');
}
