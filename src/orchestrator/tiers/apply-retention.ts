// Retention at the end of a run, tier by tier: only after a proven success, only where this run's copy arrived.

import { basename } from 'node:path';
import type { LoadedConfig } from '../../config/load-config.ts';
import { AppError } from '../../errors.ts';
import type { TierResult } from '../../run-record.ts';
import { archivesToDrop } from '../../storage/retention/decision.ts';
import type { GuardReason, RunOutcome } from '../../storage/retention/guard-retention.ts';
import {
  forgetGoneSuspects,
  markSuspect,
  recordFirstArchive,
} from '../../storage/retention/retention-state.ts';
import { updateRetentionState } from '../../storage/retention/state-file.ts';
import type { Store, TierName } from '../../storage/store.ts';
import { formatCount } from '../../util/format.ts';
import type { MadeArchive } from '../archive-job.ts';
import type { Run } from '../run-state.ts';
import type { Tier } from './open-tiers.ts';
import { earlierMeasures, planTier, readState, type KnownState, type TierPlan } from './plan-tier.ts';
import { removeArchives } from './remove-archives.ts';
import { archivesAfter, removeRunFiles, type TierArchives } from './remove-run-files.ts';

export interface RetentionJob {
  config: LoadedConfig;
  hostname: string;
  installId: string;
  archive: MadeArchive;
  switchedOffAreas: readonly string[];
  /** The primary one first; those whose copy failed too. */
  tiers: readonly { tier: Tier; result: TierResult }[];
}

export interface AppliedRetention {
  results: readonly TierResult[];
  /** Of tiers on which it could act. */
  archives: ReadonlyMap<TierName, TierArchives>;
}

export async function applyRetention(run: Run, job: RetentionJob): Promise<AppliedRetention> {
  const { config, archive } = job;
  const known = readState(run.host, config);
  const outcome: RunOutcome = {
    outcome: archive.status,
    switchedOffAreas: job.switchedOffAreas,
    measure: {
      fileCount: archive.tally.totals.files,
      areas: [...archive.tally.areas].map(([id, { files }]) => ({ id, files })),
    },
  };
  const results: TierResult[] = [];
  const after = new Map<TierName, TierArchives>();
  let earlier: TierPlan['archives'] | undefined;
  for (const { tier, result } of job.tiers) {
    // The cause was told; a dead share is not asked a second time.
    if (result.status !== 'ok') {
      results.push({ ...result, retentionHeld: ['the copy of this run did not arrive'] });
      continue;
    }
    const plan = await planOne(run, job, { tier, known, outcome, earlier });
    if (earlier === undefined) {
      earlier = plan.archives;
      remember(run, job, plan, known);
    }
    const carriedOut = await carryOut(run, { store: tier.store, result, plan });
    results.push(carriedOut.result);
    if (carriedOut.archives === undefined) continue;
    after.set(tier.name, carriedOut.archives);
    if (tier.name === 'primary') removeRunFiles(run, job, carriedOut.archives);
  }
  return { results, archives: after };
}

interface OneTier {
  tier: Tier;
  known: KnownState;
  outcome: RunOutcome;
  /** The primary tier's archives: what is usual is told by them on every tier. */
  earlier: TierPlan['archives'] | undefined;
}

function planOne(run: Run, job: RetentionJob, { tier, known, outcome, earlier }: OneTier): Promise<TierPlan> {
  const madeNow = [basename(job.archive.path)];
  const { config, installId, hostname } = job;
  return planTier(tier, {
    config,
    installId,
    hostname,
    known,
    now: run.host.clock.now(),
    signal: run.host.signal,
    run: outcome,
    copy: 'stored',
    madeNow,
    ...(earlier === undefined ? {} : { earlier: earlierMeasures(earlier, { installId, hostname, madeNow }) }),
  });
}

/** The first good archive, and one that looks broken. Told by the primary tier. */
function remember(
  run: Run,
  { config, archive }: RetentionJob,
  { guard, archives }: TierPlan,
  known: KnownState,
): void {
  if (known.state === undefined) return;
  const name = basename(archive.path);
  const reason = guard.reasons.find(({ code }) => code === 'retention-run-suspect')?.message ?? '';
  try {
    updateRetentionState(run.host, config.places.state, (state) => {
      if (guard.isSuspect) return markSuspect(state, { name, reason, since: run.startedAt });
      const present = forgetGoneSuspects(state, [name, ...archives.map((listed) => listed.name)]);
      return archive.status === 'complete' ? recordFirstArchive(present, name, run.startedAt) : present;
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    run.report({ severity: 'warning', code: 'retention-state-not-written', message: error.message });
  }
}

async function carryOut(
  run: Run,
  { store, result, plan }: { store: Store; result: TierResult; plan: TierPlan },
): Promise<{ result: TierResult; archives?: TierArchives }> {
  const own = plan.plan?.decisions.filter(({ verdict }) => verdict === 'keep' || verdict === 'drop') ?? [];
  if (!plan.guard.mayPrune || plan.plan === undefined) {
    for (const reason of plan.guard.reasons) if (!isToldElsewhere(reason, store)) reportHeld(run, reason);
    const retentionHeld = plan.guard.reasons.map(({ message }) => message);
    return { result: { ...result, archives: own.length, retentionHeld } };
  }
  const drops = archivesToDrop(plan.plan).map(({ name }) => name);
  if (drops.length === 0) {
    return { result: { ...result, archives: own.length }, archives: archivesAfter(plan.archives, []) };
  }
  const title = `Retention on the ${store.tier} tier`;
  const removal = await run.phase(`retention-${store.tier}`, title, () =>
    removeArchives(store, drops, run.host.signal),
  );
  reportRemoval(run, store, removal);
  const { removed } = removal;
  return {
    result: { ...result, archives: own.length - removed.length, removed },
    archives: archivesAfter(plan.archives, removed),
  };
}

/** A copy that failed was told with its cause; what concerns all tiers is told by the first. */
function isToldElsewhere({ code }: GuardReason, { tier }: Store): boolean {
  return code === 'retention-copy-failed' || (code !== 'retention-listing-failed' && tier !== 'primary');
}

function reportHeld(run: Run, { code, message, hint }: GuardReason): void {
  const isExpected = code === 'retention-run-partial';
  const severity = isExpected ? 'info' : 'warning';
  run.report({ severity, code, message, ...(hint === undefined ? {} : { hint }) });
}

function reportRemoval(
  run: Run,
  { tier, location }: Store,
  { removed, failed }: Awaited<ReturnType<typeof removeArchives>>,
): void {
  if (removed.length > 0) {
    run.report({
      severity: 'info',
      code: 'archives-removed',
      path: location,
      message: `retention removed ${formatCount(removed.length, 'archive')} from the ${tier} tier: ${removed.join(', ')}`,
    });
  }
  for (const { name, error } of failed) {
    run.report({
      severity: 'warning',
      code: 'archive-not-removed',
      path: `${location}/${name}`,
      message: `${name} could not be removed from the ${tier} tier: ${error.message}`,
    });
  }
}
