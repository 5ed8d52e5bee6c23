// What is on the tiers, for commands that look or plan: every tier is asked at the same time, and one that gives no answer
// hides nothing of the others.

import type { LoadedConfig } from '../../config/load-config.ts';
import { AppError } from '../../errors.ts';
import type { ReportFinding } from '../../findings.ts';
import type { Host } from '../../host/host.ts';
import type { Store, StoreSpace, TierName } from '../../storage/store.ts';
import { openTier, placeOfTier, type Tier } from './open-tiers.ts';
import { planTier, type KnownState, type TierPlan, type TierPlanRequest } from './plan-tier.ts';

export interface SurveyRequest {
  config: LoadedConfig;
  /** Undefined: this host has made no backup yet. */
  installId: string | undefined;
  hostname: string;
  known: KnownState;
  tiers: readonly TierName[];
  report: ReportFinding;
  signal: AbortSignal;
  /** As of planTier. */
  dropLimit?: TierPlanRequest['dropLimit'];
}

export interface SurveyedTier {
  name: TierName;
  location: string;
  isRequired: boolean;
  /** Absent when the tier could not be opened. */
  plan?: TierPlan;
  space?: StoreSpace;
  /** Why what is on it is not known. */
  problem?: AppError;
}

export function surveyTiers(host: Host, request: SurveyRequest): Promise<SurveyedTier[]> {
  return Promise.all(request.tiers.map((name) => survey(host, name, request)));
}

async function survey(host: Host, name: TierName, request: SurveyRequest): Promise<SurveyedTier> {
  const { config } = request;
  try {
    return await withTier(host, name, request, async (tier) => {
      const plan = await planTier(tier, surveyPlan(host, request));
      const { listingError: problem } = plan;
      const space = problem === undefined ? await spaceOf(tier.store, request.signal) : undefined;
      return {
        name,
        location: tier.store.location,
        isRequired: tier.isRequired,
        plan,
        ...(space === undefined ? {} : { space }),
        ...(problem === undefined ? {} : { problem }),
      };
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    return { name, location: placeOfTier(config, name), isRequired: false, problem: error };
  }
}

/** By hand: no run, all archives shown. */
export function surveyPlan(host: Host, request: SurveyRequest): TierPlanRequest {
  const { config, installId, hostname, known, signal, dropLimit } = request;
  return {
    config,
    installId: installId ?? '',
    hostname,
    known,
    now: host.clock.now(),
    signal,
    copy: 'none',
    withForeign: true,
    ...(dropLimit === undefined ? {} : { dropLimit }),
  };
}

export interface TierAccess {
  config: LoadedConfig;
  installId: string | undefined;
  report: ReportFinding;
}

/** Works with a tier and closes it on every way out. */
export async function withTier<Result>(
  host: Host,
  name: TierName,
  { config, installId, report }: TierAccess,
  work: (tier: Tier) => Promise<Result>,
): Promise<Result> {
  // Without an id nothing is written: it only marks unfinished files.
  const tier = await openTier(host, name, { config, installId: installId ?? 'none', report });
  try {
    return await work(tier);
  } finally {
    tier.close();
  }
}

/** Not knowing it is no failure of the tier. */
async function spaceOf(store: Store, signal: AbortSignal): Promise<StoreSpace | undefined> {
  try {
    return await store.space(signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    return undefined;
  }
}
