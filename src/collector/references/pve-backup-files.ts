// Backups of guests that are saved themselves: small ones, or those whose path holds a text of the user's choice. Storages
// are asked in the bounded way of the inventory, so one that hangs has no files here.

import type { ConfigValues } from '../../config/options.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { backupsIn } from '../inventories/pve-storages-scan.ts';
import { scanPveStorages } from '../inventories/pve-storages.ts';

/** Up to MAX_PVE_BACKUP_SIZE bytes; 0: none. */
export async function referencedSmallBackups(
  host: Host,
  facts: HostFacts,
  values: ConfigValues,
): Promise<string[]> {
  const limit = values.MAX_PVE_BACKUP_SIZE;
  if (limit === 0) return [];
  const backups = await listBackups(host, facts, values);
  return backups.filter(({ sizeBytes }) => sizeBytes <= limit).map(({ path }) => path);
}

/** Whose path contains PVE_BACKUP_INCLUDE_PATTERN, whatever their size. */
export async function referencedSelectedBackups(
  host: Host,
  facts: HostFacts,
  values: ConfigValues,
): Promise<string[]> {
  const text = values.PVE_BACKUP_INCLUDE_PATTERN;
  if (text === '') return [];
  const backups = await listBackups(host, facts, values);
  return backups.filter(({ path }) => path.includes(text)).map(({ path }) => path);
}

async function listBackups(
  host: Host,
  facts: HostFacts,
  values: ConfigValues,
): Promise<{ path: string; sizeBytes: number }[]> {
  // The inventory of the same area reports storages that cannot be looked into.
  const scans = await scanPveStorages(host, facts, values, []);
  return scans.flatMap((scan) =>
    backupsIn(scan).map(({ relativePath, sizeBytes }) => ({
      path: `${scan.storage.path}/${relativePath}`,
      sizeBytes,
    })),
  );
}
