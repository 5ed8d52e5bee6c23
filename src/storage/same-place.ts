// Is a tier the very directory that an archive comes from, by another name: through a link, a bind mount, a share of this machine,
// a remote that leads back here? Then the archive itself would pass for its copy, and the retention of the tier would remove it.

import { basename, dirname } from 'node:path';
import { isSystemError, StorageError } from '../errors.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../host/host.ts';
import { probeName } from './directory/temporary-name.ts';
import { unlinkIfExists } from './directory/unlink-if-exists.ts';

/**
 * Puts an empty file beside the source for a moment: whoever sees it on the tier looks at the same directory.
 * @param isOnTier whether the tier has a file of this name
 * @throws StorageError when it has; what `isOnTier` throws
 */
export async function demandOtherPlace(
  host: Host,
  {
    source,
    name,
    location,
    installId,
  }: { source: RealPath; name: string; location: string; installId: string },
  isOnTier: (name: string) => Promise<boolean> | boolean,
): Promise<void> {
  const probe = joinReal(asRealPath(dirname(source)), probeName(installId));
  if (!makeEmpty(host, probe)) return;
  let isSame: boolean;
  try {
    isSame = await isOnTier(basename(probe));
  } finally {
    unlinkIfExists(host, probe);
  }
  if (isSame) throw samePlace(location, source, name);
}

export function samePlace(location: string, source: RealPath, name: string): StorageError {
  return new StorageError(`${name} in ${location} is no copy: it is ${source} itself, by another name`, {
    hint: 'give the tier a place of its own, on another disk or machine: SECONDARY_PATH or CLOUD_REMOTE',
  });
}

/** False where nothing can be written: then the source is no place that a tier was made ready in. */
function makeEmpty(host: Host, path: RealPath): boolean {
  try {
    host.fs.close(host.fs.createFile(path, 0o600));
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
