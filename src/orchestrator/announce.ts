// Tells the outcome of a run by every channel that is switched on. What a channel does wrong is a finding of the run.

import type { LoadedConfig } from '../config/load-config.ts';
import { AppError, isSystemError, SkippedError } from '../errors.ts';
import type { HostFacts } from '../host/facts.ts';
import type { DispatchResult } from '../notifications/dispatch.ts';
import { findPastRun } from '../report/past-runs.ts';
import type { RunRecord, RunStatus } from '../run-record.ts';
import { asRealPath } from '../host/host.ts';
import type { RunParts } from './run-parts.ts';
import type { Run } from './run-state.ts';
import { whileTelling } from './while-telling.ts';

/** Of the run's log, for channels that send it along. */
const logTailLines = 60;
const logTailBytes = 16 * 1024;

export async function announce(
  run: Run,
  config: LoadedConfig,
  parts: RunParts,
  record: RunRecord,
): Promise<readonly DispatchResult[]> {
  if (!isWorthTelling(parts.error)) return [];
  // With its modules only where a channel is on.
  if (!hasChannel(config)) return [];
  const { createNotifiers } = await import('../notifications/index.ts');
  const { notifiers, misconfigured } = createNotifiers(config);
  if (notifiers.length + misconfigured.length === 0) return [];
  const { buildNotice } = await import('../notifications/build-notice.ts');
  const { shouldNotify } = await import('../notifications/should-notify.ts');
  const { dispatchNotices, findingsOfDispatch } = await import('../notifications/dispatch.ts');
  const notice = buildNotice(record, noticeExtras(run, config, parts));
  const previous = previousStatus(run, config, parts, record.hostname);
  const wanted = notifiers.filter((notifier) => shouldNotify(notifier, notice, previous));
  const results =
    wanted.length === 0
      ? []
      : await run.phase('notify', 'Sending notifications', () =>
          whileTelling(run.host, (signal) => dispatchNotices(run.host, wanted, notice, signal)),
        );
  for (const { notifier, delivery } of results) {
    if (delivery.status === 'sent') run.log.line('INFO', `told by ${notifier.name}${viaText(delivery.via)}`);
  }
  for (const finding of findingsOfDispatch(results, misconfigured)) run.report(finding);
  return results;
}

function viaText(via: string | undefined): string {
  return via === undefined ? '' : ` (${via})`;
}

/** A run that found another one at work is no news, unless that one hangs; disabled backups are a decision. */
function isWorthTelling(error: unknown): boolean {
  return !(error instanceof SkippedError) || error.needsAttention;
}

export function hasChannel({ values }: LoadedConfig): boolean {
  return values.EMAIL_ENABLED || values.TELEGRAM_ENABLED || values.GOTIFY_ENABLED || values.WEBHOOK_ENABLED;
}

function noticeExtras(run: Run, config: LoadedConfig, parts: RunParts) {
  const { facts, error, changes } = parts;
  const product = facts === undefined ? '' : productOf(facts);
  const hint = error instanceof AppError ? error.hint : undefined;
  return {
    redact: config.redact,
    logTail: readLogTail(run),
    isFirst: facts !== undefined && !hasEarlierArchive(run, config, parts, facts.hostname),
    ...(product === '' ? {} : { product }),
    ...(hint === undefined ? {} : { hint }),
    ...(changes === undefined ? {} : { changes }),
  };
}

/** `Proxmox VE 9.0.3`, both on a host with both; empty without a product. */
function productOf({ pve, pbs }: HostFacts): string {
  return [
    ...(pve === undefined ? [] : [`Proxmox VE ${pve.version}`]),
    ...(pbs === undefined ? [] : [`Proxmox Backup Server ${pbs.version}`]),
  ].join(', ');
}

function hasEarlierArchive(
  run: Run,
  { values }: LoadedConfig,
  { recordPath }: RunParts,
  hostname: string,
): boolean {
  const isArchive = (past: { hostname: string; archive_path: string }) =>
    past.hostname === hostname && past.archive_path !== '';
  return findPastRun(run.host, values.LOG_PATH, isArchive, recordPath) !== undefined;
}

/** Of the last run that did something. */
function previousStatus(
  run: Run,
  { values }: LoadedConfig,
  { recordPath }: RunParts,
  hostname: string,
): RunStatus | undefined {
  const past = findPastRun(
    run.host,
    values.LOG_PATH,
    (candidate) => candidate.hostname === hostname && candidate.status !== 'skipped',
    recordPath,
  );
  return past === undefined ? undefined : (past.status ?? 'success');
}

export function readLogTail(run: Run): string[] {
  if (run.log.path === '') return [];
  const path = asRealPath(run.log.path);
  try {
    const { size } = run.host.fs.stat(path);
    const start = Math.max(0, size - logTailBytes);
    const fd = run.host.fs.openForRead(path);
    try {
      const bytes = Buffer.alloc(size - start);
      const count = run.host.fs.read(fd, bytes, 0, bytes.length, start);
      const lines = bytes
        .subarray(0, count)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '');
      // The first one may be cut.
      return (start > 0 ? lines.slice(1) : lines).slice(-logTailLines);
    } finally {
      run.host.fs.close(fd);
    }
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}
