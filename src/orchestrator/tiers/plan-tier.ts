// What retention would do on one tier: the listing, whether anything may be removed at all, and the plan. Removes nothing.

import type { LoadedConfig } from '../../config/load-config.ts';
import { AppError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import {
  guardRetention,
  type EarlierMeasure,
  type GuardFacts,
  type GuardVerdict,
  type RunOutcome,
} from '../../storage/retention/guard-retention.ts';
import type { RetentionPlan } from '../../storage/retention/decision.ts';
import { planRetention, type RetentionRequest } from '../../storage/retention/plan-retention.ts';
import { retentionPolicyOf, type RetentionPolicy } from '../../storage/retention/policy.ts';
import { retentionArchiveOf } from '../../storage/retention/retention-archive.ts';
import { emptyRetentionState, type RetentionState } from '../../storage/retention/retention-state.ts';
import { readRetentionState } from '../../storage/retention/state-file.ts';
import { lengthFault, listTier, type ListedTier, type TierArchive } from './list-tier.ts';

/** What people and earlier runs decided, or why it cannot be known (then nothing is removed anywhere). */
export type KnownState =
  { state: RetentionState; problem?: undefined } | { state?: undefined; problem: string; error: AppError };

export function readState(host: Host, config: LoadedConfig): KnownState {
  try {
    return { state: readRetentionState(host, config.places.state) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { problem: error.message, error };
  }
}

export interface TierPlanRequest {
  config: LoadedConfig;
  installId: string;
  hostname: string;
  known: KnownState;
  now: Date;
  signal: AbortSignal;
  /** Undefined: by hand, no run. */
  run?: RunOutcome;
  copy: GuardFacts['copy'];
  /** Absent: taken from this tier's own listing. */
  earlier?: readonly EarlierMeasure[];
  madeNow?: readonly string[];
  dropLimit?: RetentionRequest['dropLimit'];
  /** Also archives of other hosts, which are only shown. */
  withForeign?: boolean;
}

export interface TierPlan {
  guard: GuardVerdict;
  policy: RetentionPolicy;
  /** Empty when the listing failed. */
  archives: readonly TierArchive[];
  /** Absent: the tier could not be listed. */
  plan?: RetentionPlan;
  listingError?: AppError;
}

export async function planTier(tier: ListedTier, request: TierPlanRequest): Promise<TierPlan> {
  const { config, installId, hostname, known, now, signal } = request;
  const { store } = tier;
  const policy = retentionPolicyOf(config.values, store.tier);
  const state = known.state ?? emptyRetentionState;
  const listed = await listOrError(tier, request, state);
  const archives = 'error' in listed ? [] : listed.archives;
  const guard = guardRetention({
    tier: store.tier,
    copy: request.copy,
    listing: 'error' in listed ? 'failed' : 'complete',
    earlier: request.earlier ?? earlierMeasures(archives, request),
    state,
    ...(request.run === undefined ? {} : { run: request.run }),
    ...(known.problem === undefined ? {} : { stateProblem: known.error }),
  });
  if ('error' in listed) return { guard, policy, archives, listingError: listed.error };
  const plan = planRetention({
    tier: store.tier,
    archives: archives.map(asRetentionArchive),
    // What is held is not known: for looking at only, and the guard lets nothing go.
    policy: known.state === undefined ? { kind: 'all', because: 'what is held is not known' } : policy,
    installId,
    hostname,
    now,
    state,
    ...(request.madeNow === undefined ? {} : { madeNow: request.madeNow }),
    ...(request.dropLimit === undefined ? {} : { dropLimit: request.dropLimit }),
  });
  signal.throwIfAborted();
  return { guard, policy, archives, plan };
}

async function listOrError(
  tier: ListedTier,
  { hostname, signal, withForeign }: TierPlanRequest,
  state: RetentionState,
): Promise<{ archives: TierArchive[] } | { error: AppError }> {
  const hosts = [hostname, ...state.adoptions.map((adoption) => adoption.hostname)];
  try {
    return { archives: await listTier(tier, { signal, ...(withForeign === true ? {} : { hosts }) }) };
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    return { error };
  }
}

function asRetentionArchive(listed: TierArchive) {
  const { name, sizeBytes, archive, problem } = listed;
  const fault = lengthFault(archive);
  return retentionArchiveOf(
    { name, sizeBytes },
    archive?.manifestSource === 'json' && fault === undefined
      ? archive.manifest
      : { problem: problem ?? fault ?? 'it has no manifest that says when and where it was made' },
  );
}

/** Complete archives of this host and installation, as a measure for a new run. */
export function earlierMeasures(
  archives: readonly TierArchive[],
  { installId, hostname, madeNow = [] }: Pick<TierPlanRequest, 'installId' | 'hostname' | 'madeNow'>,
): EarlierMeasure[] {
  return archives.flatMap(({ name, createdAt, archive }) => {
    const manifest = archive?.manifest;
    if (manifest?.install_id !== installId || manifest.hostname !== hostname || madeNow.includes(name))
      return [];
    if (manifest.status !== 'complete' || manifest.file_count === undefined) return [];
    return [{ name, createdAt, fileCount: manifest.file_count, areas: manifest.areas ?? [] }];
  });
}
