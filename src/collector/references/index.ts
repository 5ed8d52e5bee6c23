// Paths that configuration files of the host name: read, parsed by one small module a kind.

import type { ReferencedItem } from '../../catalogue/types.ts';
import type { Host } from '../../host/host.ts';
import { referencedKeyFiles } from './key-files.ts';

/** Absolute host paths that are named; they may not exist. Throws the system's error for an unreadable table. */
export function referencedPaths(host: Host, references: ReferencedItem['references']): string[] {
  const read = (path: string) => host.fs.readTextIfExists(host.resolve(path)) ?? '';
  switch (references) {
    case 'key-files':
      return referencedKeyFiles(read('/etc/crypttab'), read('/etc/fstab'));
  }
}
