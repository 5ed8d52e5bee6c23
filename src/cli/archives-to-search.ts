// The archives that `find` looks through: those that were named, or all of a tier. Each is opened when its turn comes and let
// go after it, so that of a cloud tier one copy at a time lies on this machine.

import type { Manifest } from '../archiver/manifest.ts';
import { findOnTier, openOnTier, type NamedArchive } from '../orchestrator/tiers/find-on-tier.ts';
import { listTier, type ListedTier, type TierArchive } from '../orchestrator/tiers/list-tier.ts';
import type { TierName } from '../storage/store.ts';
import type { CommandContext } from './command.ts';
import { openNamed, tierOf } from './open-named.ts';

export interface Searched {
  manifest: Manifest;
  location: string;
  open: () => Promise<NamedArchive>;
  release: () => void;
}

const nothing = (): void => undefined;

export async function archivesToSearch(
  context: CommandContext,
  words: readonly string[],
  name: TierName = 'primary',
): Promise<{ archives: Searched[]; unreadable: number }> {
  if (words.length > 0) return { archives: await namedArchives(context, words, name), unreadable: 0 };
  const tier = await tierOf(context, name);
  const archives: Searched[] = [];
  let unreadable = 0;
  for (const listed of await listTier(tier, { signal: context.host.signal })) {
    if (listed.archive !== undefined) archives.push(searchedOn(context, tier, listed));
    else {
      unreadable += 1;
      context.warn(`not searched: ${listed.problem ?? listed.location}`);
    }
  }
  return { archives, unreadable };
}

async function namedArchives(
  context: CommandContext,
  words: readonly string[],
  name: TierName,
): Promise<Searched[]> {
  const archives: Searched[] = [];
  for (const word of words) {
    if (name === 'cloud') {
      const tier = await tierOf(context, name);
      archives.push(searchedOn(context, tier, await findOnTier(tier, word, context.host.signal)));
      continue;
    }
    const archive = await openNamed(context, word, { tier: name });
    const { manifest, location } = archive;
    archives.push({ manifest, location, open: () => Promise.resolve(archive), release: nothing });
  }
  return archives;
}

function searchedOn(context: CommandContext, tier: ListedTier, listed: TierArchive): Searched {
  const { host } = context;
  let cleanUp = nothing;
  const release = () => {
    cleanUp();
    cleanUp = nothing;
  };
  // Whatever happens in between: at the latest when the command ends.
  context.atEnd(release);
  return {
    manifest: manifestOf(listed),
    location: listed.location,
    open: () =>
      openOnTier(host, tier, listed, {
        config: context.config.load(),
        signal: host.signal,
        atEnd: (remove) => {
          cleanUp = remove;
        },
      }),
    release,
  };
}

function manifestOf({ archive, location }: TierArchive): Manifest {
  if (archive === undefined) throw new Error(`${location} has no head`);
  return archive.manifest;
}
