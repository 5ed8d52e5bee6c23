// Paths that configuration files of the host name: read, parsed by one small module a kind.

import type { ReferenceName } from '../../catalogue/types.ts';
import type { ConfigValues } from '../../config/options.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { referencedKeyFiles } from './key-files.ts';
import { referencedSelectedBackups, referencedSmallBackups } from './pve-backup-files.ts';
import { referencedBackupScripts } from './pve-backup-scripts.ts';
import { referencedByGuests } from './pve-guest-files.ts';

type ReferenceReader = (host: Host, facts: HostFacts, values: ConfigValues) => string[] | Promise<string[]>;

const readers: Readonly<Record<ReferenceName, ReferenceReader>> = {
  'key-files': (host) => referencedKeyFiles(readText(host, '/etc/crypttab'), readText(host, '/etc/fstab')),
  'pve-guest-files': referencedByGuests,
  'pve-backup-scripts': referencedBackupScripts,
  'pve-small-backups': referencedSmallBackups,
  'pve-selected-backups': referencedSelectedBackups,
};

/** Absolute host paths that are named; they may not exist. Rejects with the system's error for an unreadable table. */
export async function referencedPaths(
  host: Host,
  facts: HostFacts,
  values: ConfigValues,
  references: ReferenceName,
): Promise<string[]> {
  return await readers[references](host, facts, values);
}

function readText(host: Host, path: string): string {
  return host.fs.readTextIfExists(host.resolve(path)) ?? '';
}
