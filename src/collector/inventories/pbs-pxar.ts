// KEY/metadata.json for each datastore: which backups it holds, as a bounded sample. Only with PXAR_SCAN_ENABLE: a large
// datastore on slow disks takes long to look through. Names from namespaces and snapshots only, no content.

import picomatch from 'picomatch';
import type { ConfigValues } from '../../config/options.ts';
import type { Finding } from '../../findings.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { formatBytes } from '../../util/format.ts';
import { mapFew, type InventoryResult } from './inventory.ts';
import { configuredDatastores, type Datastore } from './pbs-datastores-configured.ts';
import { findInDatastore, layout, type FindAnswer } from './pbs-datastores-layout.ts';

const usualNames = ['*.pxar', '*.pxar.*', 'catalog.pxar', 'catalog.pxar.*'];
const maxDirectories = 30;
const maxFiles = 200;

export async function inventoryPbsPxar(
  host: Host,
  _facts: HostFacts,
  values: ConfigValues,
): Promise<InventoryResult> {
  const isListed = nameFilter(values);
  const findings: Finding[] = [];
  const files = new Map<string, string>();
  const datastores = configuredDatastores(host, values);
  await mapFew(
    datastores,
    async (datastore) => {
      const { FS_IO_TIMEOUT: timeoutSeconds } = values;
      const answer = await findInDatastore({ host, datastore, timeoutSeconds, ...layout.snapshots });
      if (answer.entries.length === 0) return;
      if (answer.state === 'timeout') findings.push(cutFinding(datastore, timeoutSeconds));
      files.set(`${datastore.key}/metadata.json`, describeBackups(host, datastore, answer, isListed));
    },
    values.PXAR_SCAN_DS_CONCURRENCY,
  );
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), findings };
}

function nameFilter({ PXAR_FILE_INCLUDE_PATTERN, PXAR_FILE_EXCLUDE_PATTERN }: ConfigValues) {
  const include = PXAR_FILE_INCLUDE_PATTERN.length === 0 ? usualNames : PXAR_FILE_INCLUDE_PATTERN;
  const options = { dot: true, noextglob: true, basename: true };
  const isIncluded = picomatch([...include], options);
  const isExcluded = picomatch([...PXAR_FILE_EXCLUDE_PATTERN], options);
  return (path: string) => isIncluded(path) && !isExcluded(path);
}

function describeBackups(
  host: Host,
  { name, path, comment }: Datastore,
  { state, entries }: FindAnswer,
  isListed: (path: string) => boolean,
): string {
  const directories = entries.filter((entry) => entry.isDirectory && entry.path !== '');
  const files = entries.filter((entry) => !entry.isDirectory && isListed(entry.path));
  const newest = files.toSorted((a, b) => b.modifiedAt - a.modifiedAt).slice(0, maxFiles);
  const document = {
    name,
    path,
    comment,
    scanned_at: host.clock.now().toISOString(),
    /** The scan was ended or could not read everything: there is more than this. */
    is_complete: state === 'complete',
    group_and_namespace_count: directories.length,
    sample_directories: directories.slice(0, maxDirectories).map((entry) => entry.path),
    file_count: files.length,
    sample_pxar_files: newest.map((entry) => ({
      relative_path: entry.path,
      size_bytes: entry.sizeBytes,
      size_human: formatBytes(entry.sizeBytes),
      mod_time: new Date(entry.modifiedAt * 1000).toISOString(),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function cutFinding({ name, path }: Datastore, timeoutSeconds: number): Finding {
  return {
    severity: 'info',
    code: 'datastore-scan-cut',
    path,
    message: `the scan of datastore '${name}' was stopped after ${timeoutSeconds} s; its list of backups is incomplete`,
    hint: 'raise FS_IO_TIMEOUT, or switch the scan off: PXAR_SCAN_ENABLE=false',
  };
}
