// The state of one run: what it noticed, how long each phase took, where it tells about it. Everything that is
// reported at the end (exit code, summary, record, notifications) is made from here.

import type { LoadedConfig } from '../config/load-config.ts';
import { describeSystemError, isSystemError } from '../errors.ts';
import type { Finding, ReportFinding } from '../findings.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { PhaseTime } from '../run-record.ts';
import { noLog, openRunLog, type LogLabel, type RunLog } from '../report/run-log.ts';
import type { Redact } from '../ui/redact.ts';
import type { Reporter } from '../ui/reporter.ts';
import { formatStamp } from '../util/format.ts';
import { version } from '../version.ts';

export interface Run {
  readonly host: Host;
  /** Set once more by takeFreshStamp, before anything is named by it. */
  startedAt: Date;
  /** `YYYYMMDD-HHMMSS` of the start, local time: in the names of archive, log and record. */
  stamp: string;
  readonly findings: Finding[];
  readonly phases: PhaseTime[];
  readonly reporter: Reporter;
  log: RunLog;
  report: ReportFinding;
  /** Runs a step under a title, and keeps how long it took. */
  phase<T>(name: string, title: string, work: () => Promise<T> | T): Promise<T>;
}

const labelOf: Readonly<Record<Finding['severity'], LogLabel>> = {
  error: 'ERROR',
  warning: 'WARNING',
  info: 'INFO',
};

export function createRun(host: Host, reporter: Reporter, startedAt: Date): Run {
  const findings: Finding[] = [];
  const phases: PhaseTime[] = [];
  const run: Run = {
    host,
    startedAt,
    stamp: formatStamp(startedAt),
    findings,
    phases,
    reporter,
    log: noLog,
    report: (finding) => {
      findings.push(finding);
      run.log.line(labelOf[finding.severity], logText(finding));
      reporter.finding(finding);
    },
    phase: async (name, title, work) => {
      const begun = host.clock.monotonicMs();
      run.log.line('PHASE', title);
      reporter.phase(title);
      try {
        return await work();
      } finally {
        reporter.done();
        phases.push({ phase: name, seconds: Math.round(host.clock.monotonicMs() - begun) / 1000 });
      }
    },
  };
  return run;
}

function logText(finding: Finding): string {
  const area = finding.area === undefined || finding.area === '' ? '' : `[${finding.area}] `;
  const hint = finding.hint === undefined ? '' : ` (${finding.hint})`;
  return `${area}${finding.message}${hint}`;
}

/** Opens the run's log file. Without one the run goes on; that is a finding. */
export function openLog(run: Run, config: LoadedConfig, hostname: string, redact: Redact): void {
  const directory = config.values.LOG_PATH;
  try {
    run.log = openRunLog(run.host, {
      directory,
      hostname,
      stamp: run.stamp,
      redact,
      onFailure: (error) => reportLogFailure(run, directory, 'the log of this run is not complete', error),
    });
    run.log.line('INFO', `ProxSave ${version}: backup of ${hostname}`);
    run.log.line('INFO', `configuration: ${config.file ?? 'none, built-in defaults'}`);
    run.log.line('INFO', `archives: ${config.values.BACKUP_PATH}`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    reportLogFailure(run, directory, 'there is no log file of this run', error);
  }
}

function reportLogFailure(run: Run, directory: RealPath, what: string, error: unknown): void {
  run.report({
    severity: 'warning',
    code: 'log-not-written',
    path: directory,
    message: `${what}: ${directory}: ${describeSystemError(error)}`,
    hint: 'LOG_PATH must be a directory with room that this user may write to',
  });
}
