// proxsave prune: retention by hand. Shows the plan with its reasons, asks, removes what was shown.

import { exitCodeOf, UsageError, type ExitCode } from '../errors.ts';
import {
  applyPrune,
  dropsOf,
  isStateLost,
  planPrune,
  suspectsOf,
  type PrunedTier,
  type PruneRequest,
} from '../orchestrator/tiers/prune-tiers.ts';
import type { SurveyedTier } from '../orchestrator/tiers/survey-tiers.ts';
import type { TierName } from '../storage/store.ts';
import { formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { confirmByWord } from './confirm-by-word.ts';
import { tellProblem } from './list-tiers.ts';
import { renderPrunePlan } from './prune-plan.ts';
import { simulatePrune } from './prune-simulation.ts';
import { surveyRequest, tiersGiven, tiersOption } from './tier-access.ts';

const unlimited = 'remove-more-than-ten-at-once';

export const pruneCommand: Command = {
  name: 'prune',
  summary: 'Remove archives by the retention rules, after showing which and why',
  description:
    'Every backup does the same at its end, so this is for looking and for catching up. Only complete archives that this ' +
    'installation made, or that were adopted, are ever removed; never the newest good one, never one that is held. A tier ' +
    'that cannot be listed is left alone.',
  arguments: [],
  options: [
    { flags: '-n, --dry-run', description: 'only show what would go' },
    tiersOption,
    { flags: '--explain', description: 'every archive with its reasons, and a calendar' },
    {
      flags: '--simulate <span>',
      description: 'what the rules would keep of one backup a day for so long: 365d, 52w, 2y',
    },
    {
      flags: '--accept',
      description:
        'the host got smaller, and that is right: runs that looked broken count as good; also begins anew where ' +
        'the file that says what is held was lost',
    },
    { flags: `--${unlimited}`, description: 'override: one run removes ten archives of a tier at most' },
    { flags: '--yes', description: 'do not ask' },
  ],
  examples: [
    { what: 'What would go?', command: 'proxsave prune --dry-run' },
    { what: 'Why does each archive stay?', command: 'proxsave prune --dry-run --explain' },
    { what: 'What would be there after a year?', command: 'proxsave prune --simulate 365d' },
  ],
  exits: ['warnings', 'storage', 'permission', 'skipped', 'interrupted'],
  run: async (context, input) => {
    const tiers = tiersGiven(context, input);
    const span = input.text('simulate');
    if (span !== undefined)
      return simulatePrune(context, { tiers, span, isExplained: input.flag('explain') });
    const request = await pruneRequest(context, input, tiers);
    const planned = await planPrune(context.host, request);
    const shown = new Map(planned.map(({ name, plan }) => [name, plan === undefined ? [] : dropsOf(plan)]));
    const wanted = [...shown.values()].reduce((sum, names) => sum + names.length, 0);
    const isAccepted = suspectsOf(request).length > 0 || isStateLost(context.host, request);
    const isChange = wanted > 0 || (request.isAccepting && isAccepted);
    const isDryRun = input.flag('dryRun');
    if (!context.global.isJson) show(context, request, planned, input.flag('explain'));
    if (isDryRun || !isChange) {
      if (context.global.isJson) printJson(context, planned, { isDryRun, pruned: [] });
      return exitOf(planned, []);
    }
    await confirm(context, input, wanted);
    const pruned = await applyPrune(context.host, request, shown);
    if (context.global.isJson) printJson(context, planned, { isDryRun, pruned });
    else tell(context, pruned);
    return exitOf(planned, pruned);
  },
};

async function pruneRequest(
  context: CommandContext,
  input: CommandInput,
  tiers: readonly TierName[],
): Promise<PruneRequest> {
  const request = await surveyRequest(context, tiers);
  const isUnlimited = input.flag('removeMoreThanTenAtOnce');
  return {
    ...request,
    isAccepting: input.flag('accept'),
    ...(isUnlimited ? { dropLimit: 'unlimited' as const } : {}),
  };
}

function show(
  context: CommandContext,
  request: PruneRequest,
  planned: readonly SurveyedTier[],
  isExplained: boolean,
): void {
  if (request.isAccepting) {
    for (const { name, reason } of suspectsOf(request))
      context.print(`counts as good from now on: ${printable(name)} (${printable(reason)})`);
    if (isStateLost(context.host, request)) context.print('begins anew, without holds and adoptions');
  }
  for (const tier of planned) {
    const { plan } = tier;
    if (plan !== undefined)
      context.print(renderPrunePlan(plan, { isExplained, style: context.style }).join('\n'));
    tellProblem(context, tier);
  }
}

async function confirm(context: CommandContext, input: CommandInput, wanted: number): Promise<void> {
  if (input.flag('yes')) return;
  const what = wanted === 0 ? 'Accepting' : `Removing ${formatCount(wanted, 'archive')} for good`;
  await confirmByWord(context, {
    message: `${what}. Type ${wanted === 0 ? 'accept' : 'remove'} to do it`,
    word: wanted === 0 ? 'accept' : 'remove',
    refusal: new UsageError(`prune would remove ${formatCount(wanted, 'archive')} and nobody can be asked`, {
      hint: 'look first: proxsave prune --dry-run; then: proxsave prune --yes',
    }),
  });
}

function tell(context: CommandContext, pruned: readonly PrunedTier[]): void {
  for (const { tier, removed, failed, problem } of pruned) {
    context.print(`${tier}: removed ${formatCount(removed.length, 'archive')}`);
    for (const { name, error } of failed) context.warn(`${name} is still there: ${error.message}`);
    if (problem !== undefined) context.warn(`the ${tier} tier was left alone: ${problem.message}`);
  }
}

function printJson(
  context: CommandContext,
  planned: readonly SurveyedTier[],
  { isDryRun, pruned }: { isDryRun: boolean; pruned: readonly PrunedTier[] },
): void {
  context.printJson({
    isDryRun,
    tiers: planned.map((tier) =>
      tierToJson(
        tier,
        pruned.find((done) => done.tier === tier.name),
      ),
    ),
  });
}

function tierToJson({ name, location, plan, problem }: SurveyedTier, done: PrunedTier | undefined): object {
  const trouble = problem ?? done?.problem;
  const retention = plan?.plan;
  return {
    tier: name,
    location,
    mayPrune: plan?.guard.mayPrune === true,
    held: plan?.guard.reasons.map(({ message }) => message) ?? [],
    ...(trouble === undefined ? {} : { problem: trouble.message }),
    decisions: (retention?.decisions ?? []).map(({ archive, verdict, reasons }) => ({
      name: archive.name,
      verdict,
      reasons: reasons.map(({ rule, text }) => ({ rule, text })),
    })),
    notes: retention?.notes ?? [],
    ...removalToJson(done),
  };
}

function removalToJson(done: PrunedTier | undefined): object {
  if (done === undefined) return { removed: [], failed: [] };
  const failed = done.failed.map(({ name, error }) => ({ name, message: error.message }));
  return { removed: done.removed, failed };
}

/** Nothing could be done: 5. Something was left: 1. */
function exitOf(planned: readonly SurveyedTier[], pruned: readonly PrunedTier[]): ExitCode {
  const isLost = ({ problem }: { problem?: unknown }) => problem !== undefined;
  if (planned.length > 0 && planned.every(isLost)) return exitCodeOf('storage');
  const isWhole =
    !planned.some(isLost) &&
    planned.every(({ plan }) => plan?.guard.mayPrune === true) &&
    pruned.every((tier) => !isLost(tier) && tier.failed.length === 0);
  return exitCodeOf(isWhole ? 'ok' : 'warnings');
}
