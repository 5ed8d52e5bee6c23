// "What would I have after a year?": lets a policy work on an imagined history, run by run, with the planner of real runs.

import { UsageError } from '../../errors.ts';
import { formatStamp } from '../../util/format.ts';
import type { TierName } from '../store.ts';
import type { Decision } from './decision.ts';
import { planRetention } from './plan-retention.ts';
import type { RetentionPolicy } from './policy.ts';
import type { ReadableArchive } from './retention-archive.ts';
import { emptyRetentionState } from './retention-state.ts';

export interface SimulationRequest {
  tier: TierName;
  /** Days with runs, at most 3,660. */
  days: number;
  /** 1 to 24, evenly over the day from `start`'s time on. */
  runsPerDay: number;
  /** Moment of the first run; the others are at its local time of day. */
  start: Date;
}

export interface Simulation {
  /** Every archive that was made, newest first, with the decision that stands at the end. */
  decisions: readonly Decision[];
  /** The most archives that lay there at one time, between two runs. */
  mostArchives: number;
}

const mostDays = 3660;

/** @throws UsageError for numbers out of range */
export function simulateRetention(policy: RetentionPolicy, request: SimulationRequest): Simulation {
  checkRange('the number of days', request.days, mostDays);
  checkRange('the number of runs a day', request.runsPerDay, 24);
  const dropped: Decision[] = [];
  let standing: readonly Decision[] = [];
  let mostArchives = 0;
  for (let day = 0; day < request.days; day += 1) {
    const made = archivesOfDay(request, day);
    // Without any rule nothing can go; planning each day would only take time.
    const isLast = day === request.days - 1;
    const archives = [...made, ...standing.map(({ archive }) => archive)];
    const decisions =
      policy.kind === 'all' && !isLast
        ? archives.map((archive): Decision => ({ archive, verdict: 'keep', reasons: [] }))
        : planDay(policy, request, archives);
    standing = decisions.filter(({ verdict }) => verdict === 'keep');
    dropped.push(...decisions.filter(({ verdict }) => verdict === 'drop'));
    mostArchives = Math.max(mostArchives, standing.length);
  }
  return { decisions: [...standing, ...dropped].sort(byTime), mostArchives };
}

function planDay(
  policy: RetentionPolicy,
  request: SimulationRequest,
  archives: readonly Decision['archive'][],
): readonly Decision[] {
  const { decisions } = planRetention({
    tier: request.tier,
    archives,
    policy,
    ...imagined,
    now: newestTime(archives),
    state: emptyRetentionState,
    dropLimit: 'unlimited',
  });
  return decisions;
}

const imagined = { hostname: 'host', installId: 'simulation' };

/** In local time, so that each day has its runs even where the clock is changed. */
function archivesOfDay({ start, runsPerDay }: SimulationRequest, day: number): ReadableArchive[] {
  const times = new Set<number>();
  for (let run = 0; run < runsPerDay; run += 1) {
    const minute = start.getMinutes() + Math.floor((run * 24 * 60) / runsPerDay);
    const date = start.getDate() + day;
    times.add(
      new Date(
        start.getFullYear(),
        start.getMonth(),
        date,
        start.getHours(),
        minute,
        start.getSeconds(),
      ).getTime(),
    );
  }
  return [...times].map((time) => {
    const createdAt = new Date(time);
    const name = `${imagined.hostname}-backup-${formatStamp(createdAt)}.tar.zst`;
    return { name, sizeBytes: 0, state: 'complete', ...imagined, createdAt, isVerified: true };
  });
}

function newestTime(archives: readonly Decision['archive'][]): Date {
  return new Date(archives.reduce((newest, archive) => Math.max(newest, timeOf(archive)), 0));
}

function byTime(a: Decision, b: Decision): number {
  return timeOf(b.archive) - timeOf(a.archive);
}

function timeOf(archive: Decision['archive']): number {
  return archive.state === 'unreadable' ? 0 : archive.createdAt.getTime();
}

function checkRange(what: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new UsageError(`${what} of a simulation is ${value}`, {
    hint: `give a whole number from 1 to ${most}`,
  });
}
