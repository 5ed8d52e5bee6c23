// The metrics as text for the textfile collector of node_exporter. The first ones, their names and meaning are those of the
// existing edition, so that dashboards and alerts go on working; what has no value is left out, never zero.

import type { Gauge, Registry } from 'prom-client';
import type { RunStatus, TierResult } from '../../run-record.ts';
import type { MetricsFacts, TierFacts } from './metrics-facts.ts';

interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

interface Metric {
  /** Without the prefix that all have. */
  name: string;
  help: string;
  samples: readonly Sample[];
}

const prefix = 'proxmox_backup_';

/** Prometheus text format 0.0.4, in a fixed order; a metric without samples is left out. */
export async function renderMetrics(facts: MetricsFacts): Promise<string> {
  const { Gauge, Registry } = await import('prom-client');
  const registry: Registry = new Registry();
  for (const { name, help, samples } of [...existingMetrics(facts), ...newMetrics(facts)]) {
    if (samples.length === 0) continue;
    const labelNames = [...new Set(samples.flatMap(({ labels = {} }) => Object.keys(labels)))];
    const gauge: Gauge = new Gauge({ name: `${prefix}${name}`, help, labelNames, registers: [registry] });
    for (const { labels = {}, value } of samples) gauge.set(labels, value);
  }
  return registry.metrics();
}

function existingMetrics({ run, tiers, ...facts }: MetricsFacts): Metric[] {
  return [
    single('start_time_seconds', 'Start of the run, Unix time', wholeSeconds(run.startedAt)),
    single('end_time_seconds', 'End of the run, Unix time', wholeSeconds(run.endedAt)),
    single('duration_seconds', 'How long the run took', round(run.durationSeconds, 2)),
    single('exit_code', 'Exit code of the run', run.exitCode),
    single('status', 'Outcome: 0 success, 1 warning, 2 error', statusNumbers[run.status]),
    single('errors_total', 'Errors in the run', run.findings.error),
    single('warnings_total', 'Warnings in the run', run.findings.warning),
    single('bytes_collected', 'Bytes of the files in the archive, uncompressed', run.contentBytes),
    single('archive_size_bytes', 'Size of the archive', run.archiveBytes),
    single('files_collected_total', 'Files in the archive', run.files),
    single('files_failed_total', 'Files that could not be read', run.filesFailed),
    byTier('backups_total', 'Archives of this host on a tier', tiers, ({ archives }) => archives),
    {
      name: 'info',
      help: 'Constant 1; what runs where, in the labels',
      samples: [
        {
          labels: {
            hostname: facts.hostname,
            proxmox_type: facts.proxmoxType,
            proxmox_version: facts.proxmoxVersion,
            script_version: facts.version,
          },
          value: 1,
        },
      ],
    },
  ];
}

/** A run that was skipped or interrupted: numbers of the existing edition know nothing finer. */
const statusNumbers: Readonly<Record<RunStatus, number>> = {
  success: 0,
  warning: 1,
  skipped: 1,
  failed: 2,
  interrupted: 2,
};

function newMetrics({ run, tiers, latest, lastSuccess }: MetricsFacts): Metric[] {
  const phases = run.phases.map(({ phase, seconds }) => ({ labels: { phase }, value: round(seconds, 3) }));
  return [
    optional(
      'last_success_timestamp_seconds',
      'End of the last run that made a whole archive, Unix time; alert on time() minus this',
      lastSuccess === undefined ? undefined : wholeSeconds(lastSuccess),
    ),
    single(
      'last_run_timestamp_seconds',
      'End of the last run, skipped ones included, Unix time',
      wholeSeconds(latest.endedAt),
    ),
    stateSet('last_run_outcome', 'Outcome of the last run, skipped ones included: 1 for the one that holds', {
      label: 'outcome',
      states: outcomes,
      current: latest.status,
    }),
    single('verified', 'The archive was read back and every hash agreed: 1', toNumber(run.isVerified)),
    single('encrypted', 'The archive is encrypted: 1', toNumber(run.isEncrypted)),
    {
      name: 'findings',
      help: 'Findings of the run by severity',
      samples: Object.entries(run.findings).map(([severity, value]) => ({ labels: { severity }, value })),
    },
    {
      name: 'coverage_items',
      help: 'What a rebuild of the host needs, by whether the archive has it',
      samples: Object.entries(run.coverage ?? {}).map(([state, value]) => ({ labels: { state }, value })),
    },
    { name: 'phase_duration_seconds', help: 'How long each phase of the run took', samples: phases },
    tierStatus(tiers),
    byTier(
      'tier_newest_copy_timestamp_seconds',
      'When the newest copy on a tier was made, Unix time; its age is time() minus this',
      tiers,
      ({ newestCopy }) => (newestCopy === undefined ? undefined : wholeSeconds(newestCopy)),
    ),
    byTier(
      'tier_copy_verified',
      'The last copy was proved by reading it back or by a hash of the remote: 1; by its size alone: 0',
      tiers,
      ({ proof }) => (proof === undefined ? undefined : toNumber(proof !== 'size-only')),
    ),
    byTier('tier_copy_duration_seconds', 'How long the last copy took', tiers, ({ seconds }) => seconds),
    byTier('tier_free_bytes', 'Free space on a tier', tiers, ({ freeBytes }) => freeBytes),
    byTier(
      'tier_removed_archives',
      'Archives that retention removed in the run',
      tiers,
      ({ removed }) => removed?.length,
    ),
    byTier(
      'tier_retention_held',
      'Retention took nothing away although it might have: 1',
      tiers,
      ({ retentionHeld, removed }) =>
        retentionHeld === undefined && removed === undefined
          ? undefined
          : toNumber((retentionHeld?.length ?? 0) > 0),
    ),
  ];
}

const outcomes: readonly RunStatus[] = ['success', 'warning', 'failed', 'skipped', 'interrupted'];
const tierStates: readonly TierResult['status'][] = ['ok', 'failed', 'skipped', 'disabled'];

function tierStatus(tiers: readonly TierFacts[]): Metric {
  return {
    name: 'tier_status',
    help: 'State of a tier in the run: 1 for the one that holds',
    samples: tiers.flatMap(({ tier, status }) =>
      tierStates.map((state) => ({
        labels: { location: locationOf(tier), state },
        value: toNumber(state === status),
      })),
    ),
  };
}

function single(name: string, help: string, value: number): Metric {
  return { name, help, samples: [{ value }] };
}

function optional(name: string, help: string, value: number | undefined): Metric {
  return { name, help, samples: value === undefined ? [] : [{ value }] };
}

interface StateSet {
  label: string;
  states: readonly string[];
  current: string;
}

function stateSet(name: string, help: string, { label, states, current }: StateSet): Metric {
  const samples = states.map((state) => ({ labels: { [label]: state }, value: toNumber(state === current) }));
  return { name, help, samples };
}

function byTier(
  name: string,
  help: string,
  tiers: readonly TierFacts[],
  valueOf: (tier: TierFacts) => number | undefined,
): Metric {
  const samples = tiers.flatMap((tier) => {
    const value = valueOf(tier);
    return value === undefined ? [] : [{ labels: { location: locationOf(tier.tier) }, value }];
  });
  return { name, help, samples };
}

/** The existing edition calls the primary tier local. */
function locationOf(tier: string): string {
  return tier === 'primary' ? 'local' : tier;
}

function wholeSeconds(date: Date): number {
  return Math.round(date.getTime() / 1000);
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

function toNumber(isTrue: boolean): 0 | 1 {
  return isTrue ? 1 : 0;
}
