// A plan in words, for `proxsave prune --dry-run` and `--explain`.

import { formatBytes, formatCount } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';
import type { Decision, RetentionPlan, Verdict } from './decision.ts';
import { describePolicy, type RetentionPolicy } from './policy.ts';

export interface ExplainOptions {
  /** Also the archives that retention has nothing to do with, one by one. */
  withForeign?: boolean;
}

/** Lines without newline: the rule, each archive with verdict and reasons, the sum, the notes. */
export function explainDecisions(
  plan: RetentionPlan,
  policy: RetentionPolicy,
  options: ExplainOptions = {},
): string[] {
  const rule = describePolicy(policy);
  const isShown = ({ verdict }: Decision) => verdict !== 'foreign' || options.withForeign === true;
  return [
    `${plan.tier}: ${rule}`,
    ...plan.decisions.filter(isShown).map(decisionLine),
    summaryLine(plan.decisions),
    // The first line has said it when all stay.
    ...plan.notes.filter((note) => note !== rule).map((note) => `  note: ${printable(note)}`),
  ];
}

/** `newest good archive of pve; archive 1 of 15`: also for lists. */
export function explainReasons({ reasons }: Pick<Decision, 'reasons'>): string {
  return printable(reasons.map(({ text }) => text).join('; '));
}

const words: Readonly<Record<Verdict, string>> = {
  keep: 'keep',
  drop: 'remove',
  foreign: 'foreign',
  unreadable: 'unreadable',
};

function decisionLine(decision: Decision): string {
  const verdict = words[decision.verdict].padEnd('unreadable'.length);
  return `  ${verdict}  ${printable(decision.archive.name)}  ${explainReasons(decision)}`;
}

function summaryLine(decisions: readonly Decision[]): string {
  const of = (verdict: Verdict) => decisions.filter((decision) => decision.verdict === verdict);
  const dropped = of('drop');
  const bytes = dropped.reduce((sum, { archive }) => sum + archive.sizeBytes, 0);
  const parts = [
    dropped.length === 0
      ? 'nothing to remove'
      : `${formatCount(dropped.length, 'archive')} to remove (${formatBytes(bytes)})`,
    `${of('keep').length} stay`,
    ...(of('foreign').length === 0 ? [] : [`${of('foreign').length} of others untouched`]),
    ...(of('unreadable').length === 0 ? [] : [`${of('unreadable').length} unreadable untouched`]),
  ];
  return `  ${parts.join(', ')}`;
}
