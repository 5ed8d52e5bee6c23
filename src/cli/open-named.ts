// The archive that a command's words mean, opened: a path, a name on a tier, or a place on a remote.

import { UsageError } from '../errors.ts';
import { installedHere, tierAccess } from './tier-access.ts';
import { findArchive, isFileHere, NoArchiveError, NoMatchError } from '../orchestrator/find-archive.ts';
import { findOnTier, headOnTier, openOnTier, type NamedArchive } from '../orchestrator/tiers/find-on-tier.ts';
import type { ListedTier } from '../orchestrator/tiers/list-tier.ts';
import { demandEnabled, enabledTiers, openTier, tierNames } from '../orchestrator/tiers/open-tiers.ts';
import { parseRemoteWords, type RemoteWords } from '../orchestrator/tiers/remote-words.ts';
import type { TierName } from '../storage/store.ts';
import { archivesElsewhere } from './archives-elsewhere.ts';
import type { CommandContext, CommandInput, OptionSpec } from './command.ts';

/** The same text in every help. */
export const archiveArgument = {
  name: 'archive',
  description: 'path, file name, beginning of one, date (2026-07-24), latest or latest~2, remote:path/NAME',
} as const;

export const tierOption: OptionSpec = {
  flags: '--tier <tier>',
  description: 'look the name up on this tier (default: primary); from the cloud a copy is fetched first',
  choices: tierNames,
};

/** What tierOption was given. */
export function tierGiven(input: CommandInput): TierName | undefined {
  const given = input.text('tier');
  return tierNames.find((name) => name === given);
}

export interface NamedOptions {
  tier?: TierName | undefined;
  /** Only what an archive is, nothing of what is in it: from a remote a few blocks are read. */
  isHeadOnly?: boolean;
  /** Of this command, for hints. Default: `--tier`. */
  tierFlag?: string;
}

/** A path needs no configuration; anything else is looked up on the tier. */
export async function openNamed(
  context: CommandContext,
  words: string,
  { tier, isHeadOnly = false, tierFlag = '--tier' }: NamedOptions = {},
): Promise<NamedArchive> {
  const remote = isFileHere(context.host, words) ? undefined : parseRemoteWords(words);
  if (remote !== undefined) {
    if (tier !== undefined) {
      throw new UsageError(`${words} names a remote, so --tier ${tier} says nothing more`, {
        hint: 'leave --tier away, or give the name alone',
      });
    }
    return openFrom(context, await remoteTier(context, remote), remote.words, isHeadOnly);
  }
  if (tier !== undefined && tier !== 'primary') {
    return openFrom(context, await tierOf(context, tier), words, isHeadOnly);
  }
  try {
    const archive = await findArchive(context.host, words, () => context.config.load().values.BACKUP_PATH);
    return { ...archive, location: archive.path };
  } catch (error) {
    if (!(error instanceof NoMatchError)) throw error;
    const elsewhere = error instanceof NoArchiveError ? archivesElsewhere(context) : undefined;
    const hints = [elsewhere ?? error.hint ?? '', otherTiersHint(context, tierFlag)];
    throw new NoArchiveError(error.message, { hint: hints.filter((hint) => hint !== '').join('\n') });
  }
}

function otherTiersHint(context: CommandContext, flag: string): string {
  const others = enabledTiers(context.config.load()).filter((name) => name !== 'primary');
  return others.length === 0 ? '' : `or look on another tier: ${flag} ${others.join(` or ${flag} `)}`;
}

/** The remote that the words lead to, and what is meant there; undefined when they mean a file of a directory. */
export async function remoteNamed(
  context: CommandContext,
  words: string,
  name: TierName | undefined,
): Promise<{ tier: ListedTier; words: string } | undefined> {
  if (name === 'cloud') return { tier: await tierOf(context, name), words };
  const remote = isFileHere(context.host, words) ? undefined : parseRemoteWords(words);
  if (remote === undefined) return undefined;
  return { tier: await remoteTier(context, remote), words: remote.words };
}

/** A tier, open until the command ends. @throws UsageError for one that is switched off */
export async function tierOf(context: CommandContext, name: TierName): Promise<ListedTier> {
  const { config, report } = tierAccess(context);
  demandEnabled(config, name);
  const tier = await openTier(context.host, name, { config, report, installId: installedHere(context) });
  context.atEnd(tier.close);
  return tier;
}

/** The cloud tier itself when that is its place: settings of CLOUD_REMOTE and heads that are known are used then. */
export async function remoteTier(context: CommandContext, { place }: RemoteWords): Promise<ListedTier> {
  const { values } = context.config.load();
  if (values.CLOUD_ENABLED) {
    const tier = await tierOf(context, 'cloud');
    if (tier.store.location === place) return tier;
  }
  const { createRemoteStore } = await import('../storage/rclone/cloud-store.ts');
  return { store: createRemoteStore(context.host, values, installedHere(context), place) };
}

async function openFrom(
  context: CommandContext,
  tier: ListedTier,
  words: string,
  isHeadOnly: boolean,
): Promise<NamedArchive> {
  const { host } = context;
  const found = await findOnTier(tier, words, host.signal);
  if (isHeadOnly) return headOnTier(found);
  if (tier.store.tier === 'cloud') context.note(`Fetching ${found.location} ...`);
  const config = context.config.load();
  return openOnTier(host, tier, found, {
    config,
    signal: host.signal,
    atEnd: context.atEnd,
  });
}
