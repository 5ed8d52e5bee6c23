// May anything be removed from a tier in this run at all? Retention follows a proven success only; after anything else the
// old archives are what the user needs most.

import { withoutUndefined } from '../../util/without-undefined.ts';
import type { TierName } from '../store.ts';
import { isSameArchive } from './retention-archive.ts';
import type { RetentionState } from './retention-state.ts';

/** How much a run saved, from its archive's manifest. */
export interface RunMeasure {
  fileCount: number;
  /** Areas with at least one file. */
  areas: readonly { id: string; files: number }[];
}

/** An earlier complete archive as a measure. */
export interface EarlierMeasure extends RunMeasure {
  name: string;
  createdAt: Date;
}

export interface RunOutcome {
  /** `partial`: whole areas are missing, or --only or --skip. */
  outcome: 'complete' | 'partial' | 'failed';
  /** Of the archive that was made. */
  measure?: RunMeasure;
  /** Areas that the configuration switches off: their absence is no sign of a fault. */
  switchedOffAreas: readonly string[];
}

export interface GuardFacts {
  tier: TierName;
  /** Undefined: `proxsave prune` by hand, no run. */
  run?: RunOutcome;
  /** What became of this run's copy on the tier. */
  copy: 'stored' | 'failed' | 'none';
  listing: 'complete' | 'incomplete' | 'failed';
  /** Why the state (holds, adoptions) could not be read. */
  stateProblem?: { message: string; hint?: string | undefined };
  /** Earlier complete archives of this host and installation. */
  earlier: readonly EarlierMeasure[];
  state: Pick<RetentionState, 'suspects' | 'measuredSince'>;
}

export interface GuardReason {
  /** Stable, for findings. */
  code:
    | 'retention-state-unreadable'
    | 'retention-listing-failed'
    | 'retention-copy-failed'
    | 'retention-run-failed'
    | 'retention-run-partial'
    | 'retention-run-suspect';
  message: string;
  hint?: string;
}

export interface GuardVerdict {
  mayPrune: boolean;
  /** The archive of this run is to be marked (`markSuspect`), so that it never counts as a good one. */
  isSuspect: boolean;
  /** Why not; empty when pruning may go on. */
  reasons: readonly GuardReason[];
}

export function guardRetention(facts: GuardFacts): GuardVerdict {
  const suspicion = facts.run === undefined ? undefined : suspicionOf(facts.run, facts);
  const reasons = [...tierReasons(facts), ...runReasons(facts.run, suspicion)];
  return { mayPrune: reasons.length === 0, isSuspect: suspicion !== undefined, reasons };
}

function tierReasons({ tier, copy, listing, stateProblem }: GuardFacts): GuardReason[] {
  const reasons: GuardReason[] = [];
  if (stateProblem !== undefined) {
    const message = `nothing is removed: which archives are held is not known: ${stateProblem.message}`;
    reasons.push({
      code: 'retention-state-unreadable',
      message,
      ...withoutUndefined({ hint: stateProblem.hint }),
    });
  }
  if (listing !== 'complete') {
    const what = listing === 'failed' ? 'failed' : 'is incomplete';
    const message = `nothing is removed from tier ${tier}: its listing ${what}`;
    reasons.push({ code: 'retention-listing-failed', message });
  }
  if (copy === 'failed') {
    const message = `nothing is removed from tier ${tier}: the copy of this run did not arrive there`;
    reasons.push({ code: 'retention-copy-failed', message });
  }
  return reasons;
}

function runReasons(run: RunOutcome | undefined, suspicion: string | undefined): GuardReason[] {
  if (run?.outcome === 'failed') {
    return [{ code: 'retention-run-failed', message: 'nothing is removed: this run failed' }];
  }
  if (run?.outcome === 'partial') {
    const message = 'nothing is removed: the archive of this run is not complete';
    return [
      { code: 'retention-run-partial', message, hint: 'old archives are removed after the next full run' },
    ];
  }
  if (suspicion === undefined) return [];
  return [
    {
      code: 'retention-run-suspect',
      message: `nothing is removed: this run looks broken: ${suspicion}`,
      hint: 'look for a directory that is not mounted or empty; if the host really got smaller: `proxsave prune --accept`',
    },
  ];
}

/** Fewer than this share of the usual number of files is suspicious, of the whole run and of one area. */
const suspiciousShare = 0.5;
const suspiciousAreaShare = 0.25;
/** Areas with fewer files vary too much to tell. */
const smallestTellingArea = 10;

/** Why a complete run looks broken, in comparison with earlier ones; undefined when it does not. */
export function suspicionOf(
  { outcome, measure, switchedOffAreas }: RunOutcome,
  { earlier, state }: Pick<GuardFacts, 'earlier' | 'state'>,
): string | undefined {
  if (outcome !== 'complete' || measure === undefined) return undefined;
  const trusted = trustedMeasures(earlier, state);
  if (trusted.length === 0) return undefined;
  const switchedOff = new Set(switchedOffAreas);
  for (const id of new Set(trusted.flatMap(({ areas }) => areas.map((area) => area.id)))) {
    if (switchedOff.has(id)) continue;
    const usual = median(trusted.map((run) => filesOf(run, id)));
    const files = filesOf(measure, id);
    if (usual >= smallestTellingArea && files < usual * suspiciousAreaShare) {
      return `area ${id} has ${files} files, usual are ${usual}`;
    }
  }
  // What was switched off on purpose is not missed in the sum either.
  const wanted = (run: RunMeasure) =>
    run.fileCount - run.areas.reduce((sum, { id, files }) => sum + (switchedOff.has(id) ? files : 0), 0);
  const usual = median(trusted.map(wanted));
  if (wanted(measure) >= usual * suspiciousShare) return undefined;
  return `${wanted(measure)} files, usual are ${usual}`;
}

function trustedMeasures(earlier: readonly EarlierMeasure[], state: GuardFacts['state']): EarlierMeasure[] {
  const since = state.measuredSince?.getTime() ?? -Infinity;
  return earlier.filter(
    ({ name, createdAt }) =>
      createdAt.getTime() >= since && !state.suspects.some((suspect) => isSameArchive(suspect.name, name)),
  );
}

function filesOf({ areas }: RunMeasure, id: string): number {
  return areas.find((area) => area.id === id)?.files ?? 0;
}

/** Of an even number the larger of the two in the middle: in doubt a run is compared with the better one. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
