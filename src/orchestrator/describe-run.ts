// The run record of a run that has ended: each group of keys from the part of the run that knows it.

import type { LoadedConfig } from '../config/load-config.ts';
import type { ExitCode, ExitName } from '../errors.ts';
import { proxmoxTypeOf } from '../host/facts.ts';
import { limitFindings, sizeFields } from '../report/run-record.ts';
import type { RunRecord, TierResult, RunStatus } from '../run-record.ts';
import { formatDuration, formatRfc3339 } from '../util/format.ts';
import { version } from '../version.ts';
import type { RunParts } from './run-parts.ts';
import type { Run } from './run-state.ts';
import { enabledTiers, placeOfTier } from './tiers/open-tiers.ts';

/** How a run ended. */
export interface Ending {
  status: RunStatus;
  exit: ExitName;
  code: ExitCode;
  error: unknown;
}

export function describeRun(run: Run, config: LoadedConfig, parts: RunParts, ending: Ending): RunRecord {
  const fields = {
    ...contentFields(run, parts),
    ...compressionFields(config, parts),
    ...archiveFields(config, parts),
  };
  return {
    ...hostFields(parts),
    ...timeFields(run),
    ...olderFields(fields),
    schema_version: 1,
    kind: 'backup',
    status: ending.status,
    exit_code: ending.code,
    exit_name: ending.exit,
    ...(ending.error instanceof Error ? { error: ending.error.message } : {}),
    install_id: parts.installId ?? '',
    version,
    verified: fields.verified,
    encrypted: parts.archive?.isEncrypted ?? false,
    ...limitFindings(run.findings),
    areas: fields.areas,
    ...(parts.archive === undefined ? {} : { coverage: parts.archive.coverage }),
    selection: parts.selection,
    tiers: tierResults(parts, config, ending),
    ...(parts.changes === undefined ? {} : { changes: parts.changes }),
    phases: run.phases,
    log_path: run.log.path,
  };
}

type OlderFields = Omit<
  ReturnType<typeof contentFields> & ReturnType<typeof compressionFields> & ReturnType<typeof archiveFields>,
  'areas' | 'verified'
>;

/** In the order of the existing edition's file, which people read and compare. */
function olderFields(fields: OlderFields): OlderFields {
  return {
    files_collected: fields.files_collected,
    files_failed: fields.files_failed,
    directories_created: fields.directories_created,
    bytes_collected: fields.bytes_collected,
    bytes_collected_human: fields.bytes_collected_human,
    archive_path: fields.archive_path,
    archive_size: fields.archive_size,
    archive_size_human: fields.archive_size_human,
    requested_compression: fields.requested_compression,
    requested_compression_mode: fields.requested_compression_mode,
    compression: fields.compression,
    compression_level: fields.compression_level,
    compression_mode: fields.compression_mode,
    compression_threads: fields.compression_threads,
    compression_ratio: fields.compression_ratio,
    compression_ratio_percent: fields.compression_ratio_percent,
    compression_savings_percent: fields.compression_savings_percent,
    checksum: fields.checksum,
    manifest_path: fields.manifest_path,
  };
}

function hostFields({ facts }: RunParts) {
  if (facts === undefined) return { hostname: 'unknown', proxmox_type: 'unknown' };
  return { hostname: facts.hostname, proxmox_type: proxmoxTypeOf(facts) };
}

function timeFields(run: Run) {
  const endedAt = run.host.clock.now();
  const durationMs = endedAt.getTime() - run.startedAt.getTime();
  return {
    timestamp: run.stamp,
    start_time: formatRfc3339(run.startedAt),
    end_time: formatRfc3339(endedAt),
    duration_seconds: durationMs / 1000,
    duration_human: formatDuration(durationMs),
  };
}

function contentFields(run: Run, { archive }: RunParts) {
  const files_failed = run.findings.filter((finding) => finding.code === 'file-unreadable').length;
  if (archive === undefined) {
    return { files_collected: 0, files_failed, directories_created: 0, ...sizeFields(0, 0), areas: [] };
  }
  const { totals, areas } = archive.tally;
  return {
    files_collected: totals.files,
    files_failed,
    directories_created: totals.directories,
    ...sizeFields(archive.fileBytes, totals.bytes),
    areas: [...areas].map(([id, { files, bytes }]) => ({ id, files, bytes })),
  };
}

function compressionFields({ values }: LoadedConfig, { compression }: RunParts) {
  return {
    requested_compression: values.COMPRESSION_TYPE,
    requested_compression_mode: values.COMPRESSION_MODE,
    compression: compression?.type ?? '',
    compression_level: compression?.level ?? 0,
    compression_mode: compression?.mode ?? '',
    compression_threads: compression?.threads ?? 0,
  };
}

function archiveFields({ values }: LoadedConfig, { archive }: RunParts) {
  if (archive === undefined) return { archive_path: '', checksum: '', manifest_path: '', verified: false };
  const manifest_path = values.BUNDLE_ASSOCIATED_FILES ? '' : `${archive.path}.manifest.json`;
  return {
    archive_path: archive.path,
    checksum: archive.sha256,
    manifest_path,
    verified: archive.isVerified,
  };
}

/** One for each tier there can be. */
function tierResults(parts: RunParts, config: LoadedConfig, ending: Ending): TierResult[] {
  const known = parts.tiers ?? [];
  const enabled: readonly string[] = enabledTiers(config);
  const primary = known.find(({ tier }) => tier === 'primary') ?? primaryResult(parts, config, ending);
  const others = (['secondary', 'cloud'] as const).map((tier): TierResult => {
    const location = enabled.includes(tier) ? placeOfTier(config, tier) : '';
    const status = enabled.includes(tier) ? 'skipped' : 'disabled';
    return known.find((result) => result.tier === tier) ?? { tier, status, location };
  });
  return [primary, ...others];
}

/** `ending`: of a run that made no archive. */
export function primaryResult(
  { archive, freeBytes }: RunParts,
  { values }: LoadedConfig,
  ending?: Ending,
): TierResult {
  const location = values.BACKUP_PATH;
  if (archive !== undefined) {
    return {
      tier: 'primary',
      status: 'ok',
      location,
      bytes: archive.fileBytes,
      ...(archive.isVerified ? { proof: 'read-back' as const } : {}),
      ...(freeBytes === undefined ? {} : { freeBytes }),
    };
  }
  const status = ending?.status === 'skipped' ? 'skipped' : 'failed';
  return {
    tier: 'primary',
    status,
    location,
    ...(ending?.error instanceof Error ? { detail: ending.error.message } : {}),
  };
}
