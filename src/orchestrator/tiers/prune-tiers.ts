// Retention by hand: first plans that somebody sees, then the removal of what stood in them and nothing else.

import { AppError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { archivesToDrop } from '../../storage/retention/decision.ts';
import {
  acceptSuspects,
  emptyRetentionState,
  type Suspect,
} from '../../storage/retention/retention-state.ts';
import {
  beginRetentionState,
  retentionStatePath,
  updateRetentionState,
} from '../../storage/retention/state-file.ts';
import type { TierName } from '../../storage/store.ts';
import { formatStamp } from '../../util/format.ts';
import { withRunLock } from '../run-lock.ts';
import type { Tier } from './open-tiers.ts';
import { planTier, readState, type TierPlan } from './plan-tier.ts';
import { removeArchives, type Removal } from './remove-archives.ts';
import { archivesAfter, removeLogCopies, removeRunFiles, type TierArchives } from './remove-run-files.ts';
import { surveyPlan, surveyTiers, withTier, type SurveyedTier, type SurveyRequest } from './survey-tiers.ts';

export interface PruneRequest extends SurveyRequest {
  /** "The host is smaller now, and that is right." */
  isAccepting: boolean;
}

/** Removes nothing. */
export function planPrune(host: Host, request: PruneRequest): Promise<SurveyedTier[]> {
  const { known, isAccepting } = request;
  if (!isAccepting) return surveyTiers(host, request);
  const state = isStateLost(host, request) ? emptyRetentionState : known.state;
  return surveyTiers(
    host,
    state === undefined ? request : { ...request, known: { state: acceptSuspects(state) } },
  );
}

/** Archives whose runs looked broken: what accepting is about. */
export function suspectsOf({ known }: Pick<PruneRequest, 'known'>): readonly Suspect[] {
  return known.state?.suspects ?? [];
}

/** What is held was forgotten: accepting begins anew. */
export function isStateLost(host: Host, { config, known }: Pick<PruneRequest, 'config' | 'known'>): boolean {
  return (
    known.state === undefined && host.fs.lstatIfExists(retentionStatePath(config.places.state)) === undefined
  );
}

export interface PrunedTier {
  tier: TierName;
  removed: readonly string[];
  failed: Removal['failed'];
  /** The tier could not be worked on. */
  problem?: AppError;
}

/**
 * `shown`: names by tier that the plan wanted to remove. What is planned anew under the lock may be less, never more.
 * @throws SkippedError while a run is at work; StorageError when the state cannot be written
 */
export function applyPrune(
  host: Host,
  request: PruneRequest,
  shown: ReadonlyMap<TierName, readonly string[]>,
): Promise<PrunedTier[]> {
  const { config, hostname, report } = request;
  return withRunLock({ host, report }, config, hostname, async () => {
    if (request.isAccepting) {
      beginRetentionState(host, config.places.state);
      updateRetentionState(host, config.places.state, acceptSuspects);
    }
    const fresh = { ...request, known: readState(host, config) };
    const pruned: PrunedTier[] = [];
    for (const [name, names] of shown) {
      if (names.length > 0) pruned.push(await prune(host, name, { request: fresh, names }));
    }
    return pruned;
  });
}

interface TierJob {
  request: PruneRequest;
  names: readonly string[];
}

async function prune(host: Host, name: TierName, { request, names }: TierJob): Promise<PrunedTier> {
  try {
    return await withTier(host, name, request, async (tier) => {
      const plan = await planTier(tier, surveyPlan(host, request));
      const drops = dropsOf(plan).filter((drop) => names.includes(drop));
      const removal = await removeArchives(tier.store, drops, request.signal);
      // Without a listing every log would seem to have lost its archive.
      if (plan.guard.mayPrune && plan.plan !== undefined) {
        await forgetRuns(host, request, { tier, archives: archivesAfter(plan.archives, removal.removed) });
      }
      const { listingError: problem } = plan;
      return { tier: name, ...removal, ...(problem === undefined ? {} : { problem }) };
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    return { tier: name, removed: [], failed: [], problem: error };
  }
}

/** Names, oldest first; none where nothing may be removed. */
export function dropsOf({ guard, plan }: TierPlan): string[] {
  return guard.mayPrune && plan !== undefined ? archivesToDrop(plan).map(({ name }) => name) : [];
}

async function forgetRuns(
  host: Host,
  { config, hostname, report }: PruneRequest,
  { tier, archives }: { tier: Tier; archives: TierArchives },
): Promise<void> {
  const startedAt = host.clock.now();
  const remover = { host, report, startedAt, stamp: formatStamp(startedAt) };
  const job = { config, hostname };
  if (tier.name === 'primary') {
    removeRunFiles(remover, job, archives);
    return;
  }
  const logs = await tier.openLogStore();
  if (logs !== undefined) await removeLogCopies(remover, job, { logs, archives });
}
