// What `proxsave report` shows, gathered: the history, what each tier holds and what retention makes of it, and what the
// newest backups changed. Changes nothing; what cannot be read is said in the report.

import { openArchive } from '../archiver/read/open-archive.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { AppError } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';
import { asRealPath } from '../host/host.ts';
import type { HistoryRun } from '../report/history.ts';
import { readHistory } from '../report/history.ts';
import { isFromFuture } from '../report/past-runs.ts';
import type { ReportArchive, ReportChanges, ReportData, ReportTier } from '../report/html/report-data.ts';
import { explainReasons } from '../storage/retention/explain-decisions.ts';
import { describePolicy } from '../storage/retention/policy.ts';
import type { TierName } from '../storage/store.ts';
import { version } from '../version.ts';
import { compareArchives } from './changes.ts';
import { ensureInstallId, installedAt } from './install-id.ts';
import { enabledTiers, openTier, placeOfTier } from './tiers/open-tiers.ts';
import type { TierArchive } from './tiers/list-tier.ts';
import { planTier, readState, type TierPlan } from './tiers/plan-tier.ts';

export interface ReportRequest {
  config: LoadedConfig;
  /** Undefined: the runs of every host. */
  hostname: string | undefined;
  /** e.g. `Proxmox VE 9.0.3`; empty when not known. */
  product: string;
  /** Ask no remote: of the cloud only what the runs tell. */
  isOffline: boolean;
}

/** @throws InterruptedError; what else goes wrong with a tier or an archive is part of the report */
export async function gatherReport(host: Host, request: ReportRequest): Promise<ReportData> {
  const { config, hostname, product } = request;
  const history = readHistory(host, config.values.LOG_PATH, hostname === undefined ? {} : { hostname });
  const now = host.clock.now();
  const dated = history.runs.filter((run) => !isFromFuture(run, now));
  const tiers: ReportTier[] = [];
  for (const name of enabledTiers(config)) {
    const lastResult = lastResultOf(dated, name);
    const result = lastResult === undefined ? {} : { lastResult };
    tiers.push({ ...(await describeTier(host, name, request)), ...result });
  }
  return {
    hostname: hostname ?? 'all hosts',
    product,
    version,
    generatedAt: now,
    runs: history.runs,
    damagedRecords: history.damaged.length,
    tiers,
    changes: await changesOf(host, history.runs),
  };
}

function lastResultOf(runs: readonly HistoryRun[], name: TierName): ReportTier['lastResult'] {
  for (const run of runs) {
    const result = run.tiers.find(({ tier, status }) => tier === name && status !== 'skipped');
    if (result !== undefined) return { ...result, at: run.startedAt };
  }
  return undefined;
}

async function describeTier(host: Host, name: TierName, request: ReportRequest): Promise<ReportTier> {
  const { config, hostname, isOffline } = request;
  const base = { tier: name, location: placeOfTier(config, name) };
  if (isOffline && name === 'cloud') return { ...base, problem: 'not asked (--offline)' };
  const installId = knownInstallId(host, config);
  try {
    const tier = await openTier(host, name, { config, installId, report: () => undefined });
    try {
      const plan = await planTier(tier, {
        config,
        installId,
        hostname: hostname ?? '',
        known: readState(host, config),
        now: host.clock.now(),
        signal: host.signal,
        copy: 'none',
        withForeign: hostname === undefined,
      });
      return { ...base, location: tier.store.location, ...contentOf(plan) };
    } finally {
      tier.close();
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    return { ...base, problem: error.message };
  }
}

/** A report makes no installation id where there is none. */
function knownInstallId(host: Host, { places }: LoadedConfig): string {
  return installedAt(host, places.state) === undefined
    ? ''
    : ensureInstallId(host, places.state, () => undefined);
}

function contentOf({ archives, plan, policy, listingError }: TierPlan): Partial<ReportTier> {
  if (listingError !== undefined) return { problem: listingError.message };
  if (plan === undefined) return { archives: archives.map(toReportArchive) };
  return {
    archives: archives.map(toReportArchive),
    retention: {
      policy: describePolicy(policy),
      decisions: plan.decisions.map((decision) => ({
        name: decision.archive.name,
        verdict: decision.verdict,
        reasons: explainReasons(decision),
      })),
      notes: plan.notes,
    },
  };
}

function toReportArchive({ name, createdAt, sizeBytes, archive, problem }: TierArchive): ReportArchive {
  const defect = problem ?? (archive?.manifest.status === 'partial' ? 'incomplete' : undefined);
  return {
    name,
    createdAt,
    sizeBytes,
    isVerified: archive?.manifest.verified_at !== undefined,
    isEncrypted: archive?.isEncrypted ?? false,
    ...(defect === undefined ? {} : { problem: defect }),
  };
}

/** What the records tell; where they tell nothing, the two newest archives are compared if they can be read without a key. */
async function changesOf(host: Host, runs: readonly HistoryRun[]): Promise<ReportChanges[]> {
  const made = runs.filter(({ archivePath }) => archivePath !== '');
  const known = made.flatMap(({ archivePath, startedAt, changes }) =>
    changes === undefined ? [] : [{ archive: archivePath, at: startedAt, areas: changes }],
  );
  const [newer, older] = made;
  if (known.length > 0 || newer === undefined || older === undefined) return known;
  const areas = await compareFiles(host, asRealPath(older.archivePath), asRealPath(newer.archivePath));
  return areas === undefined ? [] : [{ archive: newer.archivePath, at: newer.startedAt, areas }];
}

async function compareFiles(
  host: Host,
  olderPath: RealPath,
  newerPath: RealPath,
): Promise<ReportChanges['areas'] | undefined> {
  try {
    const older = await openArchive(host, olderPath);
    const newer = await openArchive(host, newerPath);
    if (older.isEncrypted || newer.isEncrypted) return undefined;
    return await compareArchives(host, older, newer);
  } catch (error) {
    // Retention may have removed one of them; the report is not the place to complain of that.
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    return undefined;
  }
}
