// Two small documents inside the archive that readers of the existing edition look for: backup_metadata.txt and
// manifest.json at the archive's root. Both are for diagnosis; ours are the manifest outside and the index.

import { generatedEntry, type SourceEntry } from '../entry.ts';
import { infoDirectory } from '../catalogue/types.ts';
import { proxmoxTypeOf, type HostFacts } from '../host/facts.ts';
import { formatRfc3339 } from '../util/format.ts';
import { version } from '../version.ts';

export const infoAreaId = 'proxsave-info';

export function backupMetadataText(facts: HostFacts, startedAt: Date): string {
  const targets = targetsOf(facts);
  const lines = [
    '# ProxSave backup metadata',
    '# Read by restore tools to tell what this archive is',
    `VERSION=${version}`,
    `BACKUP_TYPE=${proxmoxTypeOf(facts)}`,
    ...(targets.length > 0 ? [`BACKUP_TARGETS=${targets.join(',')}`] : []),
    `TIMESTAMP=${formatRfc3339(startedAt)}`,
    `HOSTNAME=${facts.hostname}`,
    ...(facts.pve === undefined ? [] : [`PVE_VERSION=${facts.pve.version}`]),
    ...(facts.pbs === undefined ? [] : [`PBS_VERSION=${facts.pbs.version}`]),
    ...(facts.pve === undefined ? [] : [`PVE_CLUSTER_MODE=${clusterModeOf(facts)}`]),
    'SUPPORTS_SELECTIVE_RESTORE=true',
    'BACKUP_FEATURES=selective_restore,category_mapping,version_detection,auto_directory_creation',
  ];
  return `${lines.join('\n')}\n`;
}

export function targetsOf(facts: HostFacts): string[] {
  return [...(facts.pve === undefined ? [] : ['pve']), ...(facts.pbs === undefined ? [] : ['pbs'])];
}

export function clusterModeOf(facts: HostFacts): 'cluster' | 'standalone' {
  return facts.cluster === undefined ? 'standalone' : 'cluster';
}

export interface CollectionCounts {
  files: number;
  directories: number;
  bytes: number;
  failed: number;
}

export function rootManifestText(facts: HostFacts, startedAt: Date, counts: CollectionCounts): string {
  const targets = targetsOf(facts);
  const document = {
    created_at: startedAt.toISOString(),
    hostname: facts.hostname,
    proxmox_type: proxmoxTypeOf(facts),
    ...(targets.length > 0 ? { proxmox_targets: targets } : {}),
    stats: {
      files_processed: counts.files,
      files_failed: counts.failed,
      files_not_found: 0,
      files_skipped: 0,
      dirs_created: counts.directories,
      bytes_collected: counts.bytes,
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

export function infoEntry(path: string, text: string, startedAt: Date): SourceEntry {
  return generatedEntry(
    path,
    infoAreaId,
    Buffer.from(text, 'utf8'),
    BigInt(startedAt.getTime()) * 1_000_000n,
  );
}

/** The facts about the host which the run found, as host/facts.ts has them. */
export const hostFactsPath = `${infoDirectory}/host_facts.json`;
/** See coverage/coverage.ts. */
export const coveragePath = `${infoDirectory}/coverage.json`;
export const backupMetadataPath = `${infoDirectory}/backup_metadata.txt`;
export const rootManifestPath = 'manifest.json';
