// proxsave adopt: takes archives of an earlier installation, or of another host name, into the retention of this one.

import { exitCodeOf, UsageError, type ExitCode } from '../errors.ts';
import { adoptableOn, adoptionsOf, changeState, type Adoptable } from '../orchestrator/tiers/change-state.ts';
import { planPrune } from '../orchestrator/tiers/prune-tiers.ts';
import { surveyTiers, type SurveyedTier, type SurveyRequest } from '../orchestrator/tiers/survey-tiers.ts';
import { adoptArchives } from '../storage/retention/retention-state.ts';
import { archivesToDrop } from '../storage/retention/decision.ts';
import { formatCount, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { confirmByWord } from './confirm-by-word.ts';
import { tellProblem } from './list-tiers.ts';
import { surveyRequest, tiersGiven, tiersOption } from './tier-access.ts';

export const adoptCommand: Command = {
  name: 'adopt',
  summary: 'Let retention count and remove archives that another installation made',
  description:
    'After a reinstallation the archives of the earlier one are foreign: shown, usable, never removed. Adopting them ends ' +
    'that, for those that are there now, on the tiers named. Nothing is removed by this command itself.',
  arguments: [],
  options: [
    tiersOption,
    { flags: '--host <name>', description: 'archives of this host name (default: the name of this host)' },
    { flags: '-n, --dry-run', description: 'only show what would be adopted' },
    { flags: '--yes', description: 'do not ask' },
  ],
  examples: [
    { what: 'What is there?', command: 'proxsave adopt --dry-run' },
    { what: 'After this host was renamed', command: 'proxsave adopt --host oldname' },
  ],
  exits: ['warnings', 'storage', 'permission', 'skipped', 'interrupted'],
  run: async (context, input) => {
    const request = await surveyRequest(context, tiersGiven(context, input));
    const hostname = hostGiven(input) ?? request.hostname;
    // It would say that nothing waits, or fail when everything was shown.
    if (request.known.state === undefined) throw request.known.error;
    const tiers = await surveyTiers(context.host, request);
    const adoptable = adoptableOn(tiers, hostname);
    const isDone = adoptable.length > 0 && !input.flag('dryRun');
    if (!context.global.isJson) await show(context, { request, tiers, adoptable, hostname });
    if (isDone) {
      await confirm(context, input, adoptable);
      const { host } = context;
      const { config, report } = request;
      await changeState({ host, report }, config, request.hostname, (state, now) =>
        adoptArchives(state, adoptionsOf(adoptable, now)),
      );
    }
    if (context.global.isJson) printJson(context, { tiers, adoptable, hostname, isDone });
    else if (isDone) context.print(`adopted: ${formatCount(countOf(adoptable), 'archive')}`);
    return exitOf(tiers);
  },
};

function hostGiven(input: CommandInput): string | undefined {
  const given = input.text('host');
  if (given?.trim() !== '') return given;
  throw new UsageError('--host needs the name of a host', { hint: 'see them: proxsave list --tier all -v' });
}

interface Shown {
  request: SurveyRequest;
  tiers: readonly SurveyedTier[];
  adoptable: readonly Adoptable[];
  hostname: string;
}

function countOf(adoptable: readonly Adoptable[]): number {
  return adoptable.reduce((sum, { archives }) => sum + archives.length, 0);
}

async function show(context: CommandContext, { request, tiers, adoptable, hostname }: Shown): Promise<void> {
  for (const tier of tiers) tellProblem(context, tier);
  if (adoptable.length === 0) {
    context.note(
      `No archive of ${printable(hostname)} is waiting to be adopted. What is where: proxsave list --tier all`,
    );
    return;
  }
  if (hostname !== request.hostname) {
    context.warn(
      `${printable(hostname)} is not the name of this host (${request.hostname}): if another host of that name still writes there, its archives until now are removed by the rules of this one`,
    );
  }
  for (const { tier, installId, archives } of adoptable) {
    const [newest] = archives;
    const oldest = archives.at(-1);
    const maker =
      installId === null ? 'an edition without installation ids' : `installation ${printable(installId)}`;
    const from = oldest === undefined ? '' : formatLocalTime(oldest.createdAt).slice(0, -3);
    const until = newest === undefined ? '' : formatLocalTime(newest.createdAt).slice(0, -3);
    context.print(`${tier}: ${formatCount(archives.length, 'archive')} of ${maker}, ${from} to ${until}`);
  }
  await tellConsequence(context, request, adoptable);
}

/** What the rules would do with them; the next run still removes a few at most. */
async function tellConsequence(
  context: CommandContext,
  request: SurveyRequest,
  adoptable: readonly Adoptable[],
): Promise<void> {
  const { state } = request.known;
  if (state === undefined) return;
  const { host } = context;
  const known = { state: adoptArchives(state, adoptionsOf(adoptable, host.clock.now())) };
  const planned = await planPrune(host, { ...request, known, isAccepting: false, dropLimit: 'unlimited' });
  const drops = planned.flatMap(({ plan }) => (plan?.plan === undefined ? [] : archivesToDrop(plan.plan)));
  context.print(
    drops.length === 0
      ? 'By the rules that are set, all of them stay.'
      : `By the rules that are set, ${formatCount(drops.length, 'archive')} would go, ten of a tier in one run at most. See then: proxsave prune --dry-run`,
  );
}

async function confirm(
  context: CommandContext,
  input: CommandInput,
  adoptable: readonly Adoptable[],
): Promise<void> {
  if (input.flag('yes')) return;
  const count = formatCount(countOf(adoptable), 'archive');
  await confirmByWord(context, {
    message: `Retention may remove these ${count} from then on. Type adopt to do it`,
    word: 'adopt',
    refusal: new UsageError(`adopt would take in ${count} and nobody can be asked`, {
      hint: 'look first: proxsave adopt --dry-run; then: proxsave adopt --yes',
    }),
  });
}

function printJson(
  context: CommandContext,
  { tiers, adoptable, hostname, isDone }: Omit<Shown, 'request'> & { isDone: boolean },
): void {
  context.printJson({
    hostname,
    isAdopted: isDone,
    groups: adoptable.map(({ tier, installId, archives }) => ({
      tier,
      installId,
      archives: archives.map(({ name, createdAt }) => ({ name, createdAt: createdAt.toISOString() })),
    })),
    problems: tiers.flatMap(({ name, problem }) =>
      problem === undefined ? [] : [{ tier: name, message: problem.message }],
    ),
  });
}

function exitOf(tiers: readonly SurveyedTier[]): ExitCode {
  const lost = tiers.filter(({ problem }) => problem !== undefined).length;
  if (lost > 0 && lost === tiers.length) return exitCodeOf('storage');
  return exitCodeOf(lost > 0 ? 'warnings' : 'ok');
}
