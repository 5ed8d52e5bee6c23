// A private directory for what cannot be streamed from its own place (database copies). It lies in the run directory, which
// is in memory on any usual host, is made when it is first needed, and is gone when the run ends.

import { isSystemError } from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';

export interface WorkDirectory {
  path: () => RealPath;
  remove: () => void;
}

const prefix = 'work-';

/** `runDirectory`: e.g. /run/proxsave. */
export function createWorkDirectory(host: Host, runDirectory: RealPath): WorkDirectory {
  let path: RealPath | undefined;
  return {
    path: () => {
      if (path === undefined) {
        host.fs.makeDirectory(runDirectory, 0o700);
        path = host.fs.makeTempDirectory(joinReal(runDirectory, prefix));
      }
      return path;
    },
    remove: () => {
      if (path !== undefined) host.fs.removeTree(path);
    },
  };
}

/** What crashed runs left. Only called under the lock. A directory that this user may not look into is somebody else's. */
export function sweepWorkDirectories(host: Host, runDirectory: RealPath): void {
  try {
    if (host.fs.lstatIfExists(runDirectory)?.kind !== 'directory') return;
    for (const name of host.fs.readDirectory(runDirectory)) {
      if (name.startsWith(prefix)) host.fs.removeTree(joinReal(runDirectory, name));
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
