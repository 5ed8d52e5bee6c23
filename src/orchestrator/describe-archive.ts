// The manifest of an archive that was just written.

import { basename } from 'node:path';
import type { ArchiveSink } from '../archiver/write/archive-sink.ts';
import type { Manifest } from '../archiver/manifest.ts';
import type { WrittenContent } from '../archiver/write/write-archive.ts';
import { joinReal } from '../host/host.ts';
import { bundleExtension } from '../archiver/archive-name.ts';
import { proxmoxTypeOf, proxmoxVersionOf } from '../host/facts.ts';
import { formatRfc3339 } from '../util/format.ts';
import { version } from '../version.ts';
import { clusterModeOf, targetsOf } from './info-entries.ts';
import type { ArchiveJob } from './archive-job.ts';
import type { Run } from './run-state.ts';

/** A partial archive never pushes a complete one out. */
export function archiveStatus(run: Run, job: Pick<ArchiveJob, 'isWholeHost'>): 'complete' | 'partial' {
  const hasHoles = run.findings.some(({ severity }) => severity === 'error');
  return hasHoles || !job.isWholeHost ? 'partial' : 'complete';
}

export function describeArchive(
  run: Run,
  job: ArchiveJob,
  sink: ArchiveSink,
  content: WrittenContent,
): Manifest {
  const { facts, compression, encryption } = job;
  const targets = targetsOf(facts);
  const archiveName = basename(sink.finalPath, bundleExtension);
  const count = (severity: string) => run.findings.filter((finding) => finding.severity === severity).length;
  return {
    archive_path: joinReal(job.store.path, archiveName),
    archive_size: content.archiveSize,
    sha256: content.sha256,
    created_at: formatRfc3339(run.startedAt),
    compression_type: compression.type,
    compression_level: compression.level,
    compression_mode: compression.mode,
    proxmox_type: proxmoxTypeOf(facts),
    ...(targets.length > 0 ? { proxmox_targets: targets } : {}),
    proxmox_version: proxmoxVersionOf(facts),
    ...(facts.pve === undefined ? {} : { pve_version: facts.pve.version }),
    ...(facts.pbs === undefined ? {} : { pbs_version: facts.pbs.version }),
    hostname: facts.hostname,
    script_version: version,
    encryption_mode: encryption === undefined ? 'none' : 'age',
    ...(facts.pve === undefined ? {} : { cluster_mode: clusterModeOf(facts) }),
    ...(encryption?.passphraseSalt === undefined ? {} : { passphrase_salt: encryption.passphraseSalt }),
    schema_version: 1,
    install_id: job.installId,
    ...(encryption === undefined ? {} : { recipients: [...encryption.recipients] }),
    status: archiveStatus(run, job),
    ...(job.isVerified ? { verified_at: formatRfc3339(run.host.clock.now()) } : {}),
    entry_count: content.tally.entryCount,
    file_count: content.tally.totals.files,
    content_bytes: content.tally.totals.bytes,
    warning_count: count('warning'),
    error_count: count('error'),
    areas: [...content.tally.areas].map(([id, { files, bytes }]) => ({ id, files, bytes })),
  };
}
