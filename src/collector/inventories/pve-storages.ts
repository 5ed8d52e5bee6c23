// The inventory of storages that are directories: what backups, templates and images lie there. A list, not the files.

import type { ConfigValues } from '../../config/options.ts';
import type { Finding } from '../../findings.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { mapFew, type InventoryResult } from './inventory.ts';
import { directoriesOf, readPveStorages } from './pve-storages-config.ts';
import { storageDocuments } from './pve-storages-documents.ts';
import { scanStorage, type StorageScan } from './pve-storages-scan.ts';

export async function inventoryPveStorages(
  host: Host,
  facts: HostFacts,
  values: ConfigValues,
): Promise<InventoryResult> {
  const findings: Finding[] = [];
  const scans = await scanPveStorages(host, facts, values, findings);
  const scannedAt = host.clock.now();
  const files = new Map(
    scans.flatMap((scan) => storageDocuments(scan, scannedAt, values.PXAR_FILE_INCLUDE_PATTERN)),
  );
  const detected = readPveStorages(host, values).map(
    ({ type, id, path = '', content }) => `${type}|${id}|${path}|${content.join(',')}\n`,
  );
  files.set('detected_datastores.txt', detected.join(''));
  return { files, findings };
}

/** Storages of this node with a directory that answers. */
export async function scanPveStorages(
  host: Host,
  facts: HostFacts,
  values: ConfigValues,
  findings: Finding[],
): Promise<StorageScan[]> {
  const storages = directoriesOf(readPveStorages(host, values), facts);
  const scans = await mapFew(storages, (storage) => scanStorage(host, storage, values, findings));
  return scans.filter((scan) => scan !== undefined);
}
