// What is kept of a restore besides its snapshot: a log, and a record as JSON, both under LOG_PATH.

import type { LoadedConfig } from '../../config/load-config.ts';
import { AppError, describeSystemError, exitCodeOf, isSystemError, type ExitName } from '../../errors.ts';
import type { Finding } from '../../findings.ts';
import { joinReal, type RealPath } from '../../host/host.ts';
import { openRunLog } from '../../report/run-log.ts';
import type { PlanAction, RestorePlan } from '../../restore/plan/restore-plan.ts';
import type { PhaseTime, RunStatus } from '../../run-record.ts';
import { redactValue } from '../../ui/redact.ts';
import { formatRfc3339 } from '../../util/format.ts';
import { version } from '../../version.ts';
import type { Run } from '../run-state.ts';
import type { Chore } from './afterwards.ts';

/** One path of which something was done, or that waits for somebody. */
export interface RestoredPath {
  path: string;
  area: string;
  action: PlanAction;
  /** Read back from disk after it was put there. */
  change?: 'created' | 'replaced';
  reason: string;
  notes: readonly string[];
}

export interface RestoreRecord {
  schema_version: 1;
  kind: 'restore';
  hostname: string;
  archive: RestorePlan['archive'];
  /** Absent: it ended before it had one. */
  restore_id?: string;
  status: RunStatus;
  exit_code: number;
  exit_name: ExitName;
  error?: string;
  start_time: string;
  end_time: string;
  version: string;
  request: RestorePlan['request'];
  /** Entries of the plan by action. */
  counts: Readonly<Record<PlanAction, number>>;
  applied: number;
  paths: readonly RestoredPath[];
  export_directory?: string;
  chores: readonly Chore[];
  findings: readonly Finding[];
  phases: readonly PhaseTime[];
  log_path: string;
}

/** Opens the log of a restore or an undo. Without one it goes on; that is a finding. */
export function openRestoreLog(
  run: Run,
  { config, kind, hostname }: { config: LoadedConfig; kind: 'restore' | 'undo'; hostname: string },
): void {
  const directory = config.values.LOG_PATH;
  const onFailure = (error: unknown) => {
    run.report({
      severity: 'warning',
      code: 'log-not-written',
      path: directory,
      message: `the log of this ${kind} is not complete: ${directory}: ${describeSystemError(error)}`,
      hint: 'the restore itself does not need it',
    });
  };
  try {
    const { redact } = config;
    run.log = openRunLog(run.host, { directory, kind, hostname, stamp: run.stamp, redact, onFailure });
    run.log.line('INFO', `ProxSave ${version}: ${kind} on ${hostname}`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    onFailure(error);
  }
}

export function endingOf(
  findings: readonly Finding[],
  error: unknown,
): Pick<RestoreRecord, 'status' | 'exit_code' | 'exit_name'> {
  const ending = (status: RunStatus, exit: ExitName) => ({
    status,
    exit_code: exitCodeOf(exit),
    exit_name: exit,
  });
  if (error instanceof AppError) {
    const statusOf: Partial<Record<ExitName, RunStatus>> = { skipped: 'skipped', interrupted: 'interrupted' };
    return ending(statusOf[error.exit] ?? 'failed', error.exit);
  }
  if (error !== undefined) return ending('failed', 'bug');
  const isWarned = findings.some(({ severity }) => severity !== 'info');
  return isWarned ? ending('warning', 'warnings') : ending('success', 'ok');
}

/** Returns the record's path; undefined when it could not be written, which is a finding. */
export function keepRecord(run: Run, config: LoadedConfig, record: RestoreRecord): RealPath | undefined {
  const { host } = run;
  const directory = config.values.LOG_PATH;
  const suffix = record.restore_id ?? run.stamp;
  const path = joinReal(directory, `restore-stats-${suffix}.json`);
  try {
    host.fs.makeDirectory(directory, 0o700);
    const text = JSON.stringify(redactValue(record, config.redact), null, 2);
    host.fs.writeFileAtomic(path, `${text}\n`, { mode: 0o600 });
    return path;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    run.report({
      severity: 'warning',
      code: 'record-not-written',
      path: directory,
      message: `the record of the restore cannot be written to ${directory}: ${describeSystemError(error)}`,
    });
    return undefined;
  }
}

export function timesOf(run: Run): Pick<RestoreRecord, 'start_time' | 'end_time'> {
  return { start_time: formatRfc3339(run.startedAt), end_time: formatRfc3339(run.host.clock.now()) };
}
