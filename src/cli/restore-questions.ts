// What a person at a terminal is asked before a restore, each only where no flag has answered it. All of it comes before the
// first change.

import { UsageError } from '../errors.ts';
import { enabledTiers, placeOfTier } from '../orchestrator/tiers/open-tiers.ts';
import type { RestoreMode, RestoreRequest } from '../restore/request.ts';
import { changesHost, handsOut, type RestorePlan } from '../restore/plan/restore-plan.ts';
import type { TierName } from '../storage/store.ts';
import { formatCount } from '../util/format.ts';
import type { CommandContext } from './command.ts';
import { confirmByWord } from './confirm-by-word.ts';

/** Answered by --from and --tier. */
export async function askForPlace(context: CommandContext): Promise<{ tier: TierName } | { from: string }> {
  const { prompts } = context;
  if (prompts === undefined) throw nobodyToAsk('where the backup is', '--from PLACE or --tier TIER');
  const { config } = context.config.loadOrSalvage();
  const tiers = enabledTiers(config).map((value) => ({
    value,
    label: `${value} tier`,
    hint: placeOfTier(config, value),
  }));
  const other = { value: 'other' as const, label: 'another place: a file, a directory, remote:path' };
  const answer = await prompts.choose<TierName | 'other'>('Where is the backup?', [...tiers, other]);
  if (answer !== 'other') return { tier: answer };
  const from = await prompts.text('File, directory, or remote:path', {
    placeholder: '/mnt/usb/backups',
    check: (text) => (text.trim() === '' ? 'Name the place where the archives are.' : undefined),
  });
  return { from: from.trim() };
}

const modeChoices: readonly { value: RestoreMode; label: string; hint: string }[] = [
  { value: 'full', label: 'everything', hint: 'all that fits this host' },
  { value: 'base', label: 'base', hint: 'network, ssh, certificates, services, mounts' },
  { value: 'storage', label: 'storage', hint: 'storages, datastores, jobs, mounts' },
  { value: 'custom', label: 'some areas', hint: 'to be picked from a list' },
];

/** Answered by --mode, --only and --skip. `plan` makes the plan of everything, for the counts. */
export async function askForRequest(
  { prompts }: CommandContext,
  request: RestoreRequest,
  plan: () => Promise<RestorePlan>,
): Promise<RestoreRequest> {
  if (prompts === undefined) return request;
  const mode = await prompts.choose('What shall come back?', modeChoices);
  if (mode !== 'custom') return { ...request, mode };
  const { entries, areas } = await plan();
  const choices = areas
    .filter(({ id }) => id !== '')
    .flatMap(({ id, title }) => {
      const own = entries.filter(({ area }) => area === id);
      const [changed, handed] = [own.filter(changesHost).length, own.filter(handsOut).length];
      if (changed + handed === 0) return [];
      const hint = `${formatCount(changed, 'change')}, ${handed} handed out`;
      return [{ value: id, label: title, hint }];
    });
  if (choices.length === 0) return request;
  const only = await prompts.chooseSeveral('Which areas?', choices);
  if (only.length === 0) {
    throw new UsageError('no area was chosen, so there is nothing to restore', {
      hint: 'mark areas with the space bar, or name them: --only ssh,network',
    });
  }
  return { ...request, only };
}

/** Answered by --yes. The only question about the change itself, and the last one. */
export async function askToGoOn(context: CommandContext, plan: RestorePlan): Promise<void> {
  const { hostname } = plan.host;
  await confirmByWord(context, {
    message: `Type the name of this host (${hostname}) to restore onto it`,
    word: hostname.toLowerCase(),
    refusal: needsYes(),
  });
}

export function needsYes(): UsageError {
  return new UsageError('restore changes this host, and nobody can be asked here', {
    hint: 'to see what it would do: --dry-run\nto do it without a question: --yes',
  });
}

function nobodyToAsk(what: string, flag: string): UsageError {
  return new UsageError(`nobody can be asked ${what}`, { hint: `say it: ${flag}` });
}
