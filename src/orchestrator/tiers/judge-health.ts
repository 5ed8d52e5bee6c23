// How a host's backups stand: the newest good copy on each tier against the age that is allowed, and what needs attention
// with the command that comes next. Pure.

import type { PastRun } from '../../report/past-runs.ts';
import type { RetentionState } from '../../storage/retention/retention-state.ts';
import type { Decision } from '../../storage/retention/decision.ts';
import type { ReadableArchive } from '../../storage/retention/retention-archive.ts';
import type { TierName } from '../../storage/store.ts';
import { formatAge, formatBytes, formatCount, formatLocalTime } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';
import type { SurveyedTier } from './survey-tiers.ts';

export interface HealthFacts {
  now: Date;
  maxAgeMs: number;
  lastRun: PastRun | undefined;
  /** When a run began that was killed and has no record yet. */
  deadRunSince?: Date | undefined;
  tiers: readonly SurveyedTier[];
  /** Undefined: retention.json cannot be read, for this reason. */
  state: RetentionState | undefined;
  stateProblem?: string | undefined;
  /** MIN_DISK_SPACE_*_GB in bytes. */
  reservedBytes: Readonly<Record<TierName, number>>;
}

export interface Remark {
  /** `attention` changes the exit code, `note` does not. */
  level: 'attention' | 'note';
  text: string;
  /** What to type next, without the program's name. */
  command?: string;
}

export type Verdict = 'good' | 'attention' | 'no-recent-copy';

export interface TierHealth {
  name: TierName;
  newestGood: ReadableArchive | undefined;
  /** Archives of this installation, adopted ones too. */
  archives: number;
  isYoungEnough: boolean;
}

export interface Health {
  verdict: Verdict;
  tiers: readonly TierHealth[];
  remarks: readonly Remark[];
}

export function judgeHealth(facts: HealthFacts): Health {
  const tiers = facts.tiers.map((tier) => judgeTier(tier, facts));
  const remarks = [
    ...runRemarks(facts),
    ...facts.tiers.flatMap((tier, index) => tierRemarks(tier, tiers[index], facts)),
    ...stateRemarks(facts),
  ];
  return { verdict: verdictOf(facts, tiers, remarks), tiers, remarks };
}

/** Without any young copy, or without one on a tier that must have it, this host is not backed up. */
function verdictOf(facts: HealthFacts, tiers: readonly TierHealth[], remarks: readonly Remark[]): Verdict {
  const isYoung = (name: TierName) => tiers.some((tier) => tier.name === name && tier.isYoungEnough);
  const mustHave = facts.tiers.filter(({ name, isRequired }) => isRequired && name !== 'primary');
  if (!tiers.some(({ isYoungEnough }) => isYoungEnough)) return 'no-recent-copy';
  if (!mustHave.every(({ name }) => isYoung(name))) return 'no-recent-copy';
  return remarks.some(({ level }) => level === 'attention') ? 'attention' : 'good';
}

function judgeTier({ name, plan }: SurveyedTier, { now, maxAgeMs }: HealthFacts): TierHealth {
  const own = (plan?.plan?.decisions ?? []).filter(({ verdict }) => verdict === 'keep' || verdict === 'drop');
  const newestGood = own.flatMap(goodOf)[0];
  const ageMs = newestGood === undefined ? Infinity : now.getTime() - newestGood.createdAt.getTime();
  return { name, newestGood, archives: own.length, isYoungEnough: ageMs <= maxAgeMs };
}

const doubts: readonly string[] = ['suspect', 'future-date', 'implausible-date'];

/** Complete, of a run that did not look broken, with a date that can be right. */
function goodOf({ archive, reasons }: Decision): ReadableArchive[] {
  if (archive.state !== 'complete' || reasons.some(({ rule }) => doubts.includes(rule))) return [];
  return [archive];
}

function runRemarks({ lastRun, deadRunSince }: HealthFacts): Remark[] {
  if (deadRunSince !== undefined) {
    const text = `the backup that began ${formatLocalTime(deadRunSince)} never ended: it was killed, or this host went down`;
    return [{ level: 'attention', text, command: 'backup' }];
  }
  if (lastRun === undefined)
    return [{ level: 'attention', text: 'no backup was made yet', command: 'backup' }];
  const { status = 'success' } = lastRun;
  if (status === 'success') return [];
  const words = {
    warning: 'the last run had warnings',
    failed: 'the last run failed',
    skipped: 'the last run was skipped',
    interrupted: 'the last run was interrupted',
  };
  const why = lastRun.error === undefined ? '' : `: ${lastRun.error.split('\n')[0] ?? ''}`;
  return [{ level: 'attention', text: `${words[status]}${why}`, command: 'history' }];
}

function tierRemarks(
  { name, problem, space, plan }: SurveyedTier,
  health: TierHealth | undefined,
  { now, reservedBytes }: HealthFacts,
): Remark[] {
  if (problem !== undefined) {
    const hint = problem.hint === undefined ? '' : ` (${problem.hint.split('\n')[0] ?? ''})`;
    const text = `the ${name} tier gives no answer: ${problem.message}${hint}`;
    return [{ level: 'attention', text, command: `list --tier ${name}` }];
  }
  const remarks: Remark[] = [];
  if (health !== undefined && !health.isYoungEnough) remarks.push(ageRemark(health, now));
  if (space !== undefined && space.availableBytes < reservedBytes[name]) {
    const free = formatBytes(space.availableBytes);
    const text = `the ${name} tier has ${free} free, less than the ${formatBytes(reservedBytes[name])} that are to stay free`;
    remarks.push({ level: 'attention', text, command: 'prune --dry-run' });
  }
  return [...remarks, ...foreignRemarks(name, plan?.plan?.decisions ?? [])];
}

function ageRemark({ name, newestGood }: TierHealth, now: Date): Remark {
  if (newestGood === undefined) {
    const text = `there is no good copy of this host on the ${name} tier`;
    return { level: 'attention', text, command: name === 'primary' ? 'backup' : `copy latest --to ${name}` };
  }
  const text = `the newest good copy on the ${name} tier was made ${formatAge(newestGood.createdAt, now)}`;
  return { level: 'attention', text, command: name === 'primary' ? 'backup' : `copy latest --to ${name}` };
}

function foreignRemarks(name: TierName, decisions: readonly Decision[]): Remark[] {
  const ofRules = (...wanted: string[]) =>
    decisions.filter(({ reasons }) => reasons.some(({ rule }) => wanted.includes(rule)));
  const remarks: Remark[] = [];
  const earlier = ofRules('other-installation').length;
  if (earlier > 0) {
    const text = `${formatCount(earlier, 'archive')} of another installation of this host on the ${name} tier: kept for ever, until they are adopted`;
    remarks.push({ level: 'note', text, command: 'adopt --dry-run' });
  }
  for (const [hostname, archives] of Map.groupBy(ofRules('former-name'), hostnameOf)) {
    const text = `${formatCount(archives.length, 'archive')} of this host under its former name ${printable(hostname)} on the ${name} tier: kept for ever, until they are adopted`;
    remarks.push({ level: 'note', text, command: `adopt --host ${printable(hostname)} --dry-run` });
  }
  const unreadable = ofRules('unreadable').length;
  if (unreadable > 0) {
    const what = unreadable === 1 ? 'an archive' : 'archives';
    const text = `${formatCount(unreadable, 'file')} on the ${name} tier cannot be read as ${what}`;
    remarks.push({ level: 'attention', text, command: `list --tier ${name}` });
  }
  const undatable = ofRules('future-date', 'implausible-date').length;
  if (undatable > 0) {
    const text = `${formatCount(undatable, 'archive')} with an impossible date on the ${name} tier, which retention never removes: check the clock of this host`;
    remarks.push({ level: 'attention', text, command: `list --tier ${name}` });
  }
  return remarks;
}

function hostnameOf({ archive }: Decision): string {
  return archive.state === 'unreadable' ? '' : archive.hostname;
}

function stateRemarks({ state, stateProblem }: HealthFacts): Remark[] {
  if (stateProblem !== undefined) {
    const text = `nothing is removed from any tier: which archives are held is not known: ${stateProblem}`;
    return [{ level: 'attention', text, command: 'prune --dry-run' }];
  }
  const suspects = state?.suspects ?? [];
  if (suspects.length === 0) return [];
  const [first] = suspects;
  return [
    {
      level: 'attention',
      text: `${formatCount(suspects.length, 'archive')} of runs that looked broken (${first?.reason ?? ''}); if the host really got smaller:`,
      command: 'prune --accept',
    },
  ];
}
