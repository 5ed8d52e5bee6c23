// Where a restore takes its archive from: a file, a directory (a mounted disk), a remote, or a tier of this installation.
// A bare host needs no configuration for the first three.

import { posix } from 'node:path';
import { parseArchiveName } from '../archiver/archive-name.ts';
import { isSystemError, UsageError } from '../errors.ts';
import { detectHostname } from '../host/detect-hostname.ts';
import type { FileKind } from '../host/file-system.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../host/host.ts';
import { NoArchiveError, pickArchive } from '../orchestrator/find-archive.ts';
import { openOnTier, type NamedArchive } from '../orchestrator/tiers/find-on-tier.ts';
import { listTier, type ListedTier, type TierArchive } from '../orchestrator/tiers/list-tier.ts';
import { createDirectoryStore } from '../storage/directory-store.ts';
import type { TierName } from '../storage/store.ts';
import { formatBytes, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext, CommandInput, OptionSpec } from './command.ts';
import { openNamed, remoteTier, tierGiven, tierOf } from './open-named.ts';
import { askForPlace } from './restore-questions.ts';

export const fromOption: OptionSpec = {
  flags: '--from <place>',
  description: 'archive file, directory with archives, remote:path or remote:path/NAME',
};

/** @throws UsageError when it is not clear which archive is meant and nobody can be asked */
export async function openToRestore(context: CommandContext, input: CommandInput): Promise<NamedArchive> {
  const [words] = input.args;
  const tier = tierGiven(input);
  const from = input.text('from');
  if (from !== undefined) {
    if (tier === undefined) return openFrom(context, from, words);
    throw new UsageError(`--from ${from} and --tier ${tier} name two places`, { hint: 'give one of them' });
  }
  if (words !== undefined) return openNamed(context, words, { tier });
  if (tier !== undefined || context.prompts === undefined || input.flag('yes'))
    return openTierArchive(context, tier ?? 'primary');
  const place = await askForPlace(context);
  return 'tier' in place ? openTierArchive(context, place.tier) : openFrom(context, place.from, undefined);
}

async function openTierArchive(context: CommandContext, name: TierName): Promise<NamedArchive> {
  return openChosen(context, await tierOf(context, name), undefined);
}

async function openFrom(
  context: CommandContext,
  from: string,
  words: string | undefined,
): Promise<NamedArchive> {
  const { host } = context;
  const path = asRealPath(posix.resolve(host.process.cwd, from));
  const kind = kindOf(host, path);
  if (kind === 'file') {
    if (words === undefined) return openNamed(context, path);
    throw new UsageError(`--from ${from} is an archive, and ${words} names another one`, {
      hint: 'give one of them',
    });
  }
  if (kind === 'directory') {
    return openChosen(context, { store: createDirectoryStore(host, 'primary', path) }, words);
  }
  if (kind !== undefined) {
    throw new UsageError(`--from ${from}: this is a ${kind}, not a file or directory`, {
      hint: `a disk is mounted first: mount -o ro ${from} /mnt; then --from /mnt`,
    });
  }
  const remote = remoteOf(from);
  if (remote === undefined) {
    throw new UsageError(`--from ${from}: there is no such file or directory`, {
      hint: 'name an archive, a directory that holds archives, or remote:path of rclone',
    });
  }
  const wanted = words ?? remote.words;
  const tier = await remoteTier(context, { place: remote.place, words: wanted ?? '' });
  return openChosen(context, tier, wanted);
}

/** `gdrive:proxsave` is a place, `gdrive:proxsave/NAME` an archive there; only the name of an archive tells. */
function remoteOf(from: string): { place: string; words: string | undefined } | undefined {
  const colon = from.indexOf(':', 1);
  if (colon < 1 || from.slice(0, colon).includes('/')) return undefined;
  const name = posix.basename(from.slice(colon + 1));
  if (parseArchiveName(name) === undefined)
    return { place: from.replace(/(?<=.)\/+$/u, ''), words: undefined };
  const place = from.slice(0, from.length - name.length);
  return { place: place.length > colon + 2 ? place.replace(/\/+$/u, '') : place, words: name };
}

function kindOf(host: Host, path: RealPath): FileKind | undefined {
  try {
    return host.fs.stat(path).kind;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

async function openChosen(
  context: CommandContext,
  tier: ListedTier,
  words: string | undefined,
): Promise<NamedArchive> {
  const { host } = context;
  const archives = await listTier(tier, {
    signal: host.signal,
    ...(words === undefined ? {} : { exactName: words }),
  });
  if (archives.length === 0) throw nothingIn(host, tier);
  const chosen =
    words === undefined
      ? await chooseArchive(context, archives, tier.store.location)
      : pickArchive(archives, words, tier.store.location);
  if (tier.store.tier === 'cloud') context.note(`Fetching ${chosen.location} ...`);
  const { config } = context.config.loadOrSalvage();
  return openOnTier(host, tier, chosen, { config, signal: host.signal, atEnd: context.atEnd });
}

const shownArchives = 30;

/** Newest of this host, or of the only host there is; else somebody is asked. */
async function chooseArchive(
  context: CommandContext,
  archives: readonly TierArchive[],
  place: string,
): Promise<TierArchive> {
  const readable = archives.filter(({ archive }) => archive !== undefined);
  const [first] = readable;
  if (first === undefined) {
    throw new NoArchiveError(`no archive in ${place} can be read: ${printable(archives[0]?.problem ?? '')}`, {
      hint: 'use another copy',
    });
  }
  const label = (name: string) => name.split('.')[0] ?? name;
  const hostname = label(await detectHostname(context.host));
  const own = readable.filter((one) => label(one.hostname) === hostname);
  const isAsking = context.prompts !== undefined && !context.global.isJson && readable.length > 1;
  if (isAsking) return askForArchive(context, own.length > 0 ? own : readable);
  const [newest] = own;
  if (newest !== undefined) return newest;
  const hosts = [...new Set(readable.map((one) => one.hostname))];
  if (hosts.length === 1) return first;
  throw new UsageError(`${place} holds archives of ${hosts.length} hosts, and none is of ${hostname}`, {
    hint: `name one behind the options, for example: ${first.name}\nhosts: ${hosts.map(printable).join(', ')}`,
  });
}

async function askForArchive(
  context: CommandContext,
  archives: readonly TierArchive[],
): Promise<TierArchive> {
  const choices = archives.slice(0, shownArchives).map((one) => ({
    value: one.name,
    label: `${formatLocalTime(one.createdAt)}  ${printable(one.hostname)}`,
    hint: `${formatBytes(one.sizeBytes)}${one.archive?.isEncrypted === true ? ', encrypted' : ''}`,
  }));
  const name = await context.prompts?.choose('Which archive?', choices);
  const chosen = archives.find((one) => one.name === name);
  if (chosen === undefined) throw new Error('the chosen archive is not in the list');
  return chosen;
}

/** Backups on a disk often lie a directory or two below its root. */
function nothingIn(host: Host, { store }: ListedTier): NoArchiveError {
  const near = store.tier === 'cloud' ? [] : directoriesWithArchives(host, asRealPath(store.location));
  const hint =
    near.length > 0
      ? `but there are some below it:${near.map((path) => `\n--from ${path}`).join('')}`
      : 'name the place with --from: a file, a directory, or remote:path of rclone';
  return new NoArchiveError(`there is no archive in ${store.location}`, { hint });
}

const levels = 3;
const lookedAt = 500;
const named = 5;

function directoriesWithArchives(host: Host, top: RealPath): RealPath[] {
  const found: RealPath[] = [];
  let queue = [top];
  let count = 0;
  for (let level = 0; level < levels; level += 1) {
    const next: RealPath[] = [];
    for (const directory of queue) {
      if ((count += 1) > lookedAt || found.length >= named) return found;
      const entries = entriesOf(host, directory);
      if (entries.some((name) => parseArchiveName(name) !== undefined)) found.push(directory);
      else next.push(...entries.map((name) => joinReal(directory, name)));
    }
    queue = next.filter((path) => host.fs.lstatIfExists(path)?.kind === 'directory');
  }
  return found;
}

function entriesOf(host: Host, directory: RealPath): string[] {
  try {
    return host.fs.readDirectory(directory);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}
