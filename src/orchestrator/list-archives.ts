// All archives of a directory of this machine, newest first: as listTier, with the paths by which they are opened.

import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { createDirectoryStore } from '../storage/directory-store.ts';
import type { TierName } from '../storage/store.ts';
import { listTier, type TierArchive } from './tiers/list-tier.ts';

export interface ListedArchive extends Omit<TierArchive, 'archive' | 'location'> {
  path: RealPath;
  archive?: OpenArchive;
}

/**
 * Newest first; same second: by name. Files that are no archives are passed over.
 * @throws PermissionError, StorageError when the directory cannot be read; one that is not there is empty
 */
export async function listArchives(
  host: Host,
  tier: TierName,
  directory: RealPath,
): Promise<ListedArchive[]> {
  const store = createDirectoryStore(host, tier, directory);
  const listed = await listTier({ store }, { signal: host.signal });
  return listed.map(({ archive, location: _, ...rest }) => {
    const path = joinReal(directory, rest.name);
    return { ...rest, path, ...(archive === undefined ? {} : { archive: { ...archive, path } }) };
  });
}
