// Decides which archives of one tier stay, with the reasons. Pure: the same archives in any order give the same plan.
//
// What holds whatever the policy says: only candidates (classify-archive.ts) go; the newest good archive of a host, the
// newest verified one, held ones, the first one of this installation and those of the present run stay; complete and
// doubtful archives are counted apart; and one run removes a few archives only, so that a mistake in the configuration is
// noticed before the history is gone.

import type { TierName } from '../store.ts';
import { classifyArchive, type Claim } from './classify-archive.ts';
import type { Decision, Reason, RetentionPlan } from './decision.ts';
import { describePolicy, type RetentionPolicy } from './policy.ts';
import {
  archiveKey,
  byNewest,
  isSameArchive,
  type ReadableArchive,
  type RetentionArchive,
} from './retention-archive.ts';
import { protectionOf, type RetentionState } from './retention-state.ts';
import { addReason, selectKept, type Kept } from './select-kept.ts';
import { formatCount } from '../../util/format.ts';

/** Archives that one run removes from one tier at most, unless the user says otherwise. A usual run removes one. */
export const defaultDropLimit = 10;

export interface RetentionRequest {
  tier: TierName;
  /** All archives of the tier, whoever made them, in any order. */
  archives: readonly RetentionArchive[];
  policy: RetentionPolicy;
  installId: string;
  /** As manifests of this host have it. */
  hostname: string;
  now: Date;
  state: RetentionState;
  /** Names of archives that the present run made: they stay, even if the clock went back. */
  madeNow?: readonly string[];
  /** Default `defaultDropLimit`; `unlimited` only where somebody has seen the plan. */
  dropLimit?: number | 'unlimited';
}

type CountedClaim = Extract<Claim, { kind: 'counted' }>;

export function planRetention(request: RetentionRequest): RetentionPlan {
  const claims = request.archives.map((archive) => classifyArchive(archive, request));
  const counted = claims.filter((claim) => claim.kind === 'counted');
  const planned = [...groupByHost(counted).values()].flatMap((group) => planGroup(group, request));
  const untouched = claims.flatMap((claim) => (claim.kind === 'counted' ? [] : [asUntouched(claim)]));
  const wanted = [...planned, ...untouched].sort(byNewestDecision);
  const decisions = limitDrops(wanted, request.dropLimit ?? defaultDropLimit);
  return { tier: request.tier, decisions, notes: notesOf(decisions, request) };
}

function groupByHost(claims: readonly CountedClaim[]): Map<string, CountedClaim[]> {
  return Map.groupBy(claims, ({ archive }) => archive.hostname);
}

function asUntouched(claim: Exclude<Claim, CountedClaim>): Decision {
  const verdict = claim.kind === 'undatable' ? 'keep' : claim.kind;
  return { archive: claim.archive, verdict, reasons: [claim.reason] };
}

/** All candidates of one host name. */
function planGroup(group: readonly CountedClaim[], request: RetentionRequest): Decision[] {
  const seriesOf = (name: CountedClaim['series']) =>
    withoutTwins(group.filter(({ series }) => series === name).map(({ archive }) => archive));
  const complete = seriesOf('complete');
  const doubtful = seriesOf('doubtful');
  const kept: Kept = new Map([
    ...selectKept(complete, request.policy, complete),
    // Doubtful ones age by all of them; the others by good ones only, or failing runs would end their time.
    ...selectKept(doubtful, request.policy, [...complete, ...doubtful]),
  ]);
  protectNewest(kept, complete, doubtful);
  protectNamed(kept, complete, doubtful, request);
  const keptNames = new Map([...kept].map(([archive, why]) => [archiveKey(archive.name), why]));
  return group.map(({ archive, reasons }) => {
    const why = kept.get(archive) ?? keptNames.get(archiveKey(archive.name));
    const verdict = why === undefined ? 'drop' : 'keep';
    return { archive, verdict, reasons: [...reasons, ...(why ?? [excessReason(request.policy)])] };
  });
}

/** Newest first. An archive that lies there as a bundle and raw too counts once; what keeps the one keeps the other. */
function withoutTwins(archives: readonly ReadableArchive[]): ReadableArchive[] {
  const known = new Map<string, ReadableArchive>();
  for (const archive of [...archives].sort(byNewest)) {
    const key = archiveKey(archive.name);
    const twin = known.get(key);
    if (twin === undefined || (archive.isVerified && !twin.isVerified)) known.set(key, archive);
  }
  return [...known.values()].sort(byNewest);
}

function excessReason(policy: RetentionPolicy): Reason {
  return { rule: 'excess', text: `beyond ${describePolicy(policy)}` };
}

function protectNewest(
  kept: Kept,
  complete: readonly ReadableArchive[],
  doubtful: readonly ReadableArchive[],
): void {
  const [newest] = complete;
  const [newestDoubtful] = doubtful;
  if (newest !== undefined) {
    addReason(kept, newest, { rule: 'newest', text: `newest good archive of ${newest.hostname}` });
  }
  if (newestDoubtful !== undefined) {
    addReason(kept, newestDoubtful, { rule: 'newest', text: 'newest of its kind' });
  }
  const verified = complete.find(({ isVerified }) => isVerified);
  if (verified !== undefined && verified !== newest) {
    addReason(kept, verified, { rule: 'newest-verified', text: 'newest archive that was read back' });
  }
}

function protectNamed(
  kept: Kept,
  complete: readonly ReadableArchive[],
  doubtful: readonly ReadableArchive[],
  { state, madeNow = [], installId, hostname }: RetentionRequest,
): void {
  const isOwn = (archive: ReadableArchive) =>
    archive.installId === installId && archive.hostname === hostname;
  // Until a run has recorded it, the oldest good one that this installation made is taken for the first.
  const first = state.firstArchive === undefined ? complete.findLast(isOwn) : undefined;
  for (const archive of [...complete, ...doubtful]) {
    const protection = archive === first ? 'first-archive' : protectionOf(state, archive.name);
    if (protection === 'held') addReason(kept, archive, heldReason(state, archive.name));
    if (protection === 'first-archive') {
      const text = 'first good archive of this installation, held until `proxsave release`';
      addReason(kept, archive, { rule: protection, text });
    }
    if (madeNow.some((name) => isSameArchive(name, archive.name))) {
      addReason(kept, archive, { rule: 'made-now', text: 'made by this run' });
    }
  }
}

function heldReason({ holds }: RetentionState, name: string): Reason {
  const reason = holds.find((hold) => isSameArchive(hold.name, name))?.reason ?? '';
  return { rule: 'held', text: reason === '' ? 'held' : `held: ${reason}` };
}

/** Newest first; the unreadable, which have no date, behind, by name. */
function byNewestDecision({ archive: a }: Decision, { archive: b }: Decision): number {
  if (a.state !== 'unreadable' && b.state !== 'unreadable') return byNewest(a, b);
  if (a.state !== b.state) return a.state === 'unreadable' ? 1 : -1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** The oldest go first; the others stay for this time. `decisions`: newest first. */
function limitDrops(decisions: readonly Decision[], limit: number | 'unlimited'): Decision[] {
  const wanted = decisions.filter(({ verdict }) => verdict === 'drop');
  const spared = limit === 'unlimited' ? 0 : Math.max(0, wanted.length - Math.max(0, limit));
  const sparedOnes = new Set(wanted.slice(0, spared));
  const text = `for now: one run removes at most ${formatCount(Number(limit), 'archive')}`;
  return decisions.map((decision): Decision => {
    if (!sparedOnes.has(decision)) return decision;
    return { ...decision, verdict: 'keep', reasons: [{ rule: 'drop-limit', text }, ...decision.reasons] };
  });
}

function notesOf(decisions: readonly Decision[], { policy, dropLimit }: RetentionRequest): string[] {
  const has = (rule: Reason['rule']) =>
    decisions.filter(({ reasons }) => reasons.some((reason) => reason.rule === rule)).length;
  const notes: string[] = [];
  if (policy.kind === 'all') notes.push(`all archives stay: ${policy.because}`);
  const spared = has('drop-limit');
  if (spared > 0) {
    const limit = Number(dropLimit ?? defaultDropLimit);
    notes.push(
      `${formatCount(spared, 'archive')} more would go, but one run removes at most ${limit}: see \`proxsave prune --dry-run\``,
    );
  }
  const undatable = has('future-date') + has('implausible-date');
  if (undatable > 0) {
    notes.push(`${formatCount(undatable, 'archive')} with an impossible date: check the clock of this host`);
  }
  const unreadable = has('unreadable');
  if (unreadable > 0) {
    notes.push(`${formatCount(unreadable, 'unreadable archive')} left alone: see \`proxsave verify\``);
  }
  return notes;
}
