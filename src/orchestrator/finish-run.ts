// The end of every run, good or bad: status, exit code, record, log. Also turns what was thrown into one of the
// expected failures.

import type { LoadedConfig } from '../config/load-config.ts';
import {
  AppError,
  describeSystemError,
  exitCodeOf,
  InterruptedError,
  isSystemError,
  type ExitCode,
  type ExitName,
} from '../errors.ts';
import { worstSeverity, type Finding } from '../findings.ts';
import { proxmoxTypeOf } from '../host/facts.ts';
import type { RealPath } from '../host/host.ts';
import { limitFindings, sizeFields, writeRunRecord, type RunRecord, type RunStatus } from '../report/run-record.ts';
import { formatDuration, formatRfc3339 } from '../util/format.ts';
import { version } from '../version.ts';
import type { RunParts } from './run-backup.ts';
import type { Run } from './run-state.ts';

export interface BackupOutcome {
  record: RunRecord;
  /** Absent when the record itself could not be written. */
  recordPath?: RealPath;
  /** What ended the run, if it did not end with an archive. */
  error?: unknown;
}

export function finishRun(run: Run, config: LoadedConfig, parts: RunParts): BackupOutcome {
  const error = classify(run, parts.error);
  const ending = endingOf(run.findings, error);
  logEnding(run, ending, error);
  const record = recordOf(run, config, parts, { ...ending, error });
  const outcome: BackupOutcome = { record, ...(error === undefined ? {} : { error }) };
  try {
    outcome.recordPath = writeRunRecord(run.host, config.values.LOG_PATH, record);
  } catch (writeError) {
    if (!isSystemError(writeError)) throw writeError;
    run.report({
      severity: 'warning',
      code: 'record-not-written',
      path: config.values.LOG_PATH,
      message: `the run record cannot be written to ${config.values.LOG_PATH}: ${describeSystemError(writeError)}`,
    });
  } finally {
    run.log.close();
  }
  return outcome;
}

/** Whatever stage noticed an abort first, it was the interrupt that ended the run. */
function classify(run: Run, error: unknown): unknown {
  if (error === undefined || error instanceof InterruptedError) return error;
  return run.host.signal.aborted ? new InterruptedError(undefined, { cause: error }) : error;
}

interface Ending {
  status: RunStatus;
  exit: ExitName;
  code: ExitCode;
}

function endingOf(findings: readonly Finding[], error: unknown): Ending {
  const ending = (status: RunStatus, exit: ExitName): Ending => ({ status, exit, code: exitCodeOf(exit) });
  if (error instanceof AppError) {
    const statusOf: Partial<Record<ExitName, RunStatus>> = { skipped: 'skipped', interrupted: 'interrupted' };
    return ending(statusOf[error.exit] ?? 'failed', error.exit);
  }
  if (error !== undefined) return ending('failed', 'bug');
  const worst = worstSeverity(findings);
  // An archive with holes: it exists and is kept, but nobody may take the run for a good one.
  if (worst === 'error') return ending('failed', 'collection');
  return worst === 'warning' ? ending('warning', 'warnings') : ending('success', 'ok');
}

function logEnding(run: Run, { status, exit, code }: Ending, error: unknown): void {
  if (error instanceof AppError) {
    const label = error.exit === 'skipped' ? 'SKIP' : 'ERROR';
    run.log.line(label, error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
  } else if (error instanceof Error) {
    run.log.line('CRITICAL', `unexpected: ${error.stack ?? error.message}`);
  }
  run.log.line('INFO', `run ended: ${status}, exit code ${code} (${exit})`);
}

function recordOf(
  run: Run,
  { values }: LoadedConfig,
  parts: RunParts,
  ending: Ending & { error: unknown },
): RunRecord {
  const endedAt = run.host.clock.now();
  const durationMs = endedAt.getTime() - run.startedAt.getTime();
  const { archive, compression } = parts;
  const totals = archive?.tally.totals;
  return {
    hostname: parts.prepared?.facts.hostname ?? 'unknown',
    proxmox_type: parts.prepared === undefined ? 'unknown' : proxmoxTypeOf(parts.prepared.facts),
    timestamp: run.stamp,
    start_time: formatRfc3339(run.startedAt),
    end_time: formatRfc3339(endedAt),
    duration_seconds: durationMs / 1000,
    duration_human: formatDuration(durationMs),
    files_collected: totals?.files ?? 0,
    files_failed: run.findings.filter((finding) => finding.code === 'file-unreadable').length,
    directories_created: totals?.directories ?? 0,
    archive_path: archive?.path ?? '',
    ...sizeFields(archive?.fileBytes ?? 0, totals?.bytes ?? 0),
    requested_compression: values.COMPRESSION_TYPE,
    requested_compression_mode: values.COMPRESSION_MODE,
    compression: compression?.type ?? '',
    compression_level: compression?.level ?? 0,
    compression_mode: compression?.mode ?? '',
    compression_threads: compression?.threads ?? 0,
    checksum: archive?.sha256 ?? '',
    manifest_path: archive === undefined || values.BUNDLE_ASSOCIATED_FILES ? '' : `${archive.path}.manifest.json`,
    schema_version: 1,
    kind: 'backup',
    status: ending.status,
    exit_code: ending.code,
    exit_name: ending.exit,
    ...(ending.error instanceof Error ? { error: ending.error.message } : {}),
    install_id: parts.installId ?? '',
    version,
    verified: archive?.isVerified ?? false,
    ...limitFindings(run.findings),
    areas: [...(archive?.tally.areas ?? [])].map(([id, { files, bytes }]) => ({ id, files, bytes })),
    tiers: [primaryResult(parts, values.BACKUP_PATH, ending)],
    phases: run.phases,
    log_path: run.log.path,
  };
}

function primaryResult(parts: RunParts, location: RealPath, ending: Ending & { error: unknown }): RunRecord['tiers'][number] {
  const freeBytes = parts.archive === undefined ? undefined : parts.store?.space()?.availableBytes;
  if (parts.archive !== undefined) {
    return { tier: 'primary', status: 'ok', location, ...(freeBytes === undefined ? {} : { freeBytes }) };
  }
  const status = ending.status === 'skipped' ? 'skipped' : 'failed';
  const detail = ending.error instanceof Error ? { detail: ending.error.message } : {};
  return { tier: 'primary', status, location, ...detail };
}
