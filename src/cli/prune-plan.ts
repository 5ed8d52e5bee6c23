// The plan of `proxsave prune` for one tier, in words. Pure.

import type { TierPlan } from '../orchestrator/tiers/plan-tier.ts';
import type { Decision } from '../storage/retention/decision.ts';
import { explainDecisions, explainReasons } from '../storage/retention/explain-decisions.ts';
import { describePolicy } from '../storage/retention/policy.ts';
import { renderRetentionCalendar } from '../storage/retention/render-calendar.ts';
import type { Style } from '../ui/style.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';

export interface PrunePlanOptions {
  /** Every archive with its reasons, and the calendar. */
  isExplained: boolean;
  style: Style;
}

export function renderPrunePlan(
  { guard, plan, policy, listingError }: TierPlan,
  { isExplained, style }: PrunePlanOptions,
): string[] {
  // A tier that could not be listed is told as a failure, with its cause.
  const held = guard.reasons
    .filter(({ code }) => listingError === undefined || code !== 'retention-listing-failed')
    .flatMap(({ message, hint }) => [
      `  ${style.yellow(printable(message))}`,
      ...(hint === undefined ? [] : [`    ${printable(hint)}`]),
    ]);
  if (plan === undefined) return held;
  if (isExplained) {
    const calendar = renderRetentionCalendar(plan.decisions, style).map((line) => `  ${line}`.trimEnd());
    return [...explainDecisions(plan, policy, { withForeign: true }), ...held, '', ...calendar, ''];
  }
  return [
    `${style.bold(plan.tier)}: ${describePolicy(policy)}`,
    ...linesOf(plan.decisions),
    ...plan.notes.map((note) => `  note: ${printable(note)}`),
    ...held,
  ];
}

function linesOf(decisions: readonly Decision[]): string[] {
  const of = (verdict: Decision['verdict']) => decisions.filter((decision) => decision.verdict === verdict);
  const drops = of('drop');
  const bytes = drops.reduce((sum, { archive }) => sum + archive.sizeBytes, 0);
  const others = of('foreign').length + of('unreadable').length;
  const rest = [`${of('keep').length} stay`, ...(others === 0 ? [] : [`${others} of others are left alone`])];
  return [
    ...drops.map((decision) => `  remove  ${printable(decision.archive.name)}  ${explainReasons(decision)}`),
    `  ${drops.length === 0 ? 'nothing to remove' : `${formatCount(drops.length, 'archive')} to remove (${formatBytes(bytes)})`}, ${rest.join(', ')}`,
  ];
}
