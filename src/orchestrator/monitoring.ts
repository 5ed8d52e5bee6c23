// What watches the runs from outside: pings to a monitoring service and the metrics file. Both are told of every outcome, and
// what goes wrong with them is a warning of the run, never its end.

import { basename } from 'node:path';
import type { LoadedConfig } from '../config/load-config.ts';
import { describeSystemError, isSystemError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import { proxmoxVersionOf } from '../host/facts.ts';
import type { DispatchResult } from '../notifications/dispatch.ts';
import type { Healthcheck } from '../notifications/healthcheck/index.ts';
import { readHistory } from '../report/history.ts';
import { isFromFuture } from '../report/past-runs.ts';
import type { RunRecord } from '../run-record.ts';
import { readLogTail } from './announce.ts';
import type { RunParts } from './run-parts.ts';
import type { Run } from './run-state.ts';
import { whileTelling } from './while-telling.ts';

export interface RunPings {
  /** To be called once the lock is held. Does not wait for the service: the run goes on meanwhile. */
  start(): void;
  /** Waits for the start, then tells the outcome, and by `deliveries` whether people were told. Bounded by about a minute. */
  end(record: RunRecord, deliveries: readonly DispatchResult[]): Promise<void>;
}

/** Reports what is missing in the settings; without any to ping both methods do nothing. */
export async function openPings(run: Run, config: LoadedConfig): Promise<RunPings> {
  if (!config.values.HEALTHCHECK_ENABLED) return noPings;
  const { createHealthcheck, healthcheckProblems } = await import('../notifications/healthcheck/index.ts');
  for (const finding of healthcheckProblems(config)) run.report(finding);
  const healthcheck = createHealthcheck(config);
  return healthcheck === undefined ? noPings : pingsOf(run, healthcheck);
}

const noPings: RunPings = { start: () => undefined, end: () => Promise.resolve() };

function pingsOf(run: Run, healthcheck: Healthcheck): RunPings {
  const { host } = run;
  let started: Promise<Finding[]> = Promise.resolve([]);
  return {
    start: () => {
      started = whileTelling(host, (signal) => healthcheck.start(host, signal)).catch(asFinding);
    },
    end: async (record, deliveries) => {
      const findings = await run.phase('monitoring', 'Telling the monitoring service', async () => {
        const early = await started;
        const late = await whileTelling(host, (signal) => {
          const end = healthcheck.finish(host, { record, logTail: readLogTail(run) }, signal);
          const told = healthcheck.notified(host, deliveries, signal);
          return Promise.all([end.catch(asFinding), told.catch(asFinding)]);
        });
        return [...early, ...late.flat()];
      });
      for (const finding of findings) run.report(finding);
    },
  };
}

/** A fault of ours in the watch must not cost the backup; that it is one is said. */
function asFinding(error: unknown): Finding[] {
  const name = error instanceof Error ? error.name : 'error';
  const message = `unexpected ${name} while the monitoring service was told`;
  return [{ severity: 'warning', code: 'healthcheck-failed', message, hint: 'please report this as a bug' }];
}

/** Writes the metrics file, for any outcome. */
export async function keepMetrics(
  run: Run,
  { values }: LoadedConfig,
  { facts, recordPath }: RunParts,
  record: RunRecord,
): Promise<void> {
  if (!values.METRICS_ENABLED) return;
  const { metricsFacts } = await import('../report/metrics/metrics-facts.ts');
  const { renderMetrics } = await import('../report/metrics/render-metrics.ts');
  const { writeMetrics } = await import('../report/metrics/write-metrics.ts');
  const { host } = run;
  // A run that ended before it knew its host must not lose the last success.
  const ofHost = record.hostname === 'unknown' ? {} : { hostname: record.hostname };
  const history = readHistory(host, values.LOG_PATH, { ...ofHost, limit: pastRecords });
  const now = host.clock.now();
  const past = history.runs.filter(
    (run) => run.recordName !== basename(recordPath ?? '') && !isFromFuture(run, now),
  );
  const proxmoxVersion = facts === undefined ? 'unknown' : proxmoxVersionOf(facts);
  try {
    writeMetrics(
      host,
      values.METRICS_PATH,
      await renderMetrics(metricsFacts(record, { proxmoxVersion, history: { ...history, runs: past } })),
    );
  } catch (error) {
    if (!isSystemError(error)) throw error;
    run.report({
      severity: 'warning',
      code: 'metrics-not-written',
      path: values.METRICS_PATH,
      message: `the metrics cannot be written to ${values.METRICS_PATH}: ${describeSystemError(error)}`,
      hint: 'METRICS_PATH must be a directory that can be written to',
    });
  }
}

/** Enough to find the last success and the last copy of each tier. */
const pastRecords = 200;
