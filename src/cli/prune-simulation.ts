// prune --simulate: what the rules of each tier would keep of a daily backup after so long. Looks at nothing but the rules.

import { exitCodeOf, UsageError, type ExitCode } from '../errors.ts';
import { retentionPolicyOf, describePolicy } from '../storage/retention/policy.ts';
import { renderKeptList, renderRetentionCalendar } from '../storage/retention/render-calendar.ts';
import { simulateRetention } from '../storage/retention/simulate-retention.ts';
import type { TierName } from '../storage/store.ts';
import { formatCount } from '../util/format.ts';
import type { CommandContext } from './command.ts';

export interface SimulationJob {
  tiers: readonly TierName[];
  /** As typed. */
  span: string;
  isExplained: boolean;
}

export function simulatePrune(
  context: CommandContext,
  { tiers, span, isExplained }: SimulationJob,
): Promise<ExitCode> {
  const { values } = context.config.load();
  const days = parseDays(span);
  const results = tiers.map((tier) => {
    const policy = retentionPolicyOf(values, tier);
    const start = firstRun(context.host.clock.now(), days);
    return { tier, policy, ...simulateRetention(policy, { tier, days, runsPerDay: 1, start }) };
  });
  if (context.global.isJson) {
    context.printJson({
      days,
      tiers: results.map(({ tier, policy, decisions, mostArchives }) => ({
        tier,
        policy: describePolicy(policy),
        mostArchives,
        kept: decisions.flatMap(({ archive, verdict, reasons }) =>
          verdict !== 'keep' || archive.state === 'unreadable'
            ? []
            : [
                {
                  createdAt: archive.createdAt.toISOString(),
                  reasons: reasons.map(({ rule, text }) => ({ rule, text })),
                },
              ],
        ),
      })),
    });
    return Promise.resolve(exitCodeOf('ok'));
  }
  for (const { tier, policy, decisions, mostArchives } of results) {
    const kept = decisions.filter(({ verdict }) => verdict === 'keep').length;
    context.print(`${context.style.bold(tier)}: ${describePolicy(policy)}`);
    context.print(
      `After ${formatCount(days, 'day')} with one backup a day: ${formatCount(kept, 'archive')} (${mostArchives} at most)`,
    );
    context.print(renderRetentionCalendar(decisions, context.style).join('\n'));
    if (isExplained) context.print(renderKeptList(decisions).join('\n'));
    context.print('');
  }
  return Promise.resolve(exitCodeOf('ok'));
}

const daysOf = { d: 1, w: 7, m: 30, y: 365 } as const;

/** `365d`, `52w`, `12m`, `2y`; a bare number is days. */
export function parseDays(text: string): number {
  const match = /^([1-9]\d{0,3})(d|w|m|y)?$/.exec(text.trim());
  const unit = match?.[2] ?? 'd';
  if (match === null || !(unit in daysOf)) {
    throw new UsageError(`--simulate ${text} is no span of time`, { hint: 'for example: 365d, 52w, 2y' });
  }
  return Number(match[1]) * daysOf[unit as keyof typeof daysOf];
}

/** The last one is today's, at two in the morning as usual. */
function firstRun(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1, 2, 0, 0);
}
