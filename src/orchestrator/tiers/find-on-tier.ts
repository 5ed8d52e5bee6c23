// The archive on a tier that a user's words mean, and that archive opened: a directory's in place, a remote's as a copy here.

import type { LoadedConfig } from '../../config/load-config.ts';
import { openArchive, type OpenArchive } from '../../archiver/read/open-archive.ts';
import { ArchiveError } from '../../errors.ts';
import { asRealPath, joinReal, type Host } from '../../host/host.ts';
import { pickArchive } from '../find-archive.ts';
import { fetchArchive } from './fetch-archive.ts';
import type { CopyKey } from './proofs.ts';
import { listTier, type ListedTier, type TierArchive } from './list-tier.ts';

/** An archive, and where it lies as a user would write it. `path` is where this program reads it. */
export interface NamedArchive extends OpenArchive {
  location: string;
  /** Of a copy that was looked up on a tier. */
  copy?: CopyKey & { sizeBytes: number };
}

/** @throws UsageError when nothing or more than one thing is meant; StorageError and its kin */
export async function findOnTier(tier: ListedTier, words: string, signal: AbortSignal): Promise<TierArchive> {
  const archives = await listTier(tier, { signal, exactName: words });
  return pickArchive(archives, words, tier.store.location);
}

export interface OpeningOptions {
  config: LoadedConfig;
  signal: AbortSignal;
  /** Gets what is to be called when the archive is done with. */
  atEnd: (cleanUp: () => void) => void;
}

/** @throws as openArchive and fetchArchive */
export async function openOnTier(
  host: Host,
  { store }: ListedTier,
  { name, location, sizeBytes }: TierArchive,
  { config, signal, atEnd }: OpeningOptions,
): Promise<NamedArchive> {
  const copy = { tier: store.tier, location: store.location, name, sizeBytes };
  // The stores of directories say where they are; their files are read in place.
  if (store.tier !== 'cloud')
    return { ...(await openArchive(host, joinReal(asRealPath(store.location), name))), location, copy };
  const fetched = await fetchArchive(host, store, { name, stateDirectory: config.places.state, signal });
  atEnd(fetched.remove);
  return { ...(await openArchive(host, fetched.path)), location, copy };
}

/** What a listing has read of it: nothing of its content can be read through this. @throws ArchiveError */
export function headOnTier({ archive, location, problem }: TierArchive): NamedArchive {
  if (archive === undefined) throw new ArchiveError(problem ?? `${location} cannot be read`);
  return { ...archive, path: asRealPath(location), location };
}
