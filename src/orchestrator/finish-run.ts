// The end of every run, good or bad: status, exit code, record, log. Also turns what was thrown into one of the
// expected failures.

import type { LoadedConfig } from '../config/load-config.ts';
import { AppError, exitCodeOf, InterruptedError, type ExitName } from '../errors.ts';
import { worstSeverity, type Finding } from '../findings.ts';
import type { RealPath } from '../host/host.ts';
import type { RunRecord, RunStatus } from '../run-record.ts';
import { withoutUndefined } from '../util/without-undefined.ts';
import { announce } from './announce.ts';
import { describeRun, type Ending } from './describe-run.ts';
import { createRecordKeeper } from './keep-record.ts';
import { keepMetrics } from './monitoring.ts';
import type { RunParts } from './run-parts.ts';
import type { Run } from './run-state.ts';
import { copyLogs } from './tiers/copy-logs.ts';

export interface BackupOutcome {
  record: RunRecord;
  /** Absent when the record itself could not be written. */
  readonly recordPath?: RealPath;
  /** What ended the run, if it did not end with an archive. */
  error?: unknown;
}

export async function finishRun(run: Run, config: LoadedConfig, parts: RunParts): Promise<BackupOutcome> {
  const error = classify(run, parts.error);
  const soFar = () => describeRun(run, config, parts, endingOf(run.findings, error));
  const keeper = createRecordKeeper(run, config);
  keeper.keep(soFar());
  parts.mark?.remove();
  const ended = { ...parts, error, ...withoutUndefined({ recordPath: keeper.path }) };
  const deliveries = await announce(run, config, ended, soFar());
  await parts.pings?.end(soFar(), deliveries);
  await keepMetrics(run, config, ended, soFar());
  logEnding(run, endingOf(run.findings, error));
  run.log.close();
  await shipLogs(run, config, parts);
  keeper.keep(soFar());
  return {
    // That the record could not be written is told to the caller at least.
    record: soFar(),
    ...withoutUndefined({ recordPath: keeper.path, error }),
  };
}

/** What goes wrong from here on stands in the record, no more in the log. */
async function shipLogs(
  run: Run,
  config: LoadedConfig,
  { served = [], facts, archivesOnTiers = new Map() }: RunParts,
): Promise<void> {
  const hostname = facts?.hostname ?? 'unknown';
  try {
    if (!run.host.signal.aborted) {
      await copyLogs(run, { config, hostname, tiers: served, archives: archivesOnTiers });
    }
  } finally {
    for (const { tier } of served) tier?.close();
  }
}

/** Whatever stage noticed an abort first, it was the interrupt that ended the run. */
function classify(run: Run, error: unknown): unknown {
  if (error === undefined || error instanceof InterruptedError) return error;
  return run.host.signal.aborted ? new InterruptedError(undefined, { cause: error }) : error;
}

function endingOf(findings: readonly Finding[], error: unknown): Ending {
  const ending = (status: RunStatus, exit: ExitName): Ending => ({
    status,
    exit,
    code: exitCodeOf(exit),
    error,
  });
  if (error instanceof AppError) {
    const statusOf: Partial<Record<ExitName, RunStatus>> = { skipped: 'skipped', interrupted: 'interrupted' };
    return ending(statusOf[error.exit] ?? 'failed', error.exit);
  }
  if (error !== undefined) return ending('failed', 'bug');
  const worst = worstSeverity(findings);
  // An archive with holes: it exists and is kept, but nobody may take the run for a good one.
  if (worst === 'error') return ending('failed', isOfTiersOnly(findings) ? 'storage' : 'collection');
  return worst === 'warning' ? ending('warning', 'warnings') : ending('success', 'ok');
}

/** The archive is whole; a tier that must not fail did. */
function isOfTiersOnly(findings: readonly Finding[]): boolean {
  return findings.every(({ severity, code }) => severity !== 'error' || code === 'tier-failed');
}

function logEnding(run: Run, { status, exit, code, error }: Ending): void {
  if (error instanceof AppError) {
    const label = error.exit === 'skipped' ? 'SKIP' : 'ERROR';
    run.log.line(label, error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
  } else if (error instanceof Error) {
    run.log.line('CRITICAL', `unexpected: ${error.stack ?? error.message}`);
  }
  run.log.line('INFO', `run ended: ${status}, exit code ${code} (${exit})`);
}
