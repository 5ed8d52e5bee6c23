// An archive of a slow tier as a file of this machine, for commands that read all of it: in a private directory that is gone
// when the command ends. What a killed command left is found by its lock, which died with it.

import { DiskSpaceError, StorageError, describeSystemError, isSystemError } from '../../errors.ts';
import { acquireFileLock, type FileLock } from '../../host/file-lock.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../../host/host.ts';
import type { Store } from '../../storage/store.ts';
import { formatBytes } from '../../util/format.ts';
import { fileNamesOf } from './archive-files.ts';

export interface FetchedArchive {
  path: RealPath;
  /** Removes the file and its directory. */
  remove: () => void;
}

export interface FetchRequest {
  /** File name on the tier. */
  name: string;
  stateDirectory: RealPath;
  signal: AbortSignal;
}

const prefix = 'fetch-';
const lockName = '.lock';
/** Left free beside what is fetched. */
const reserveBytes = 64 * 1024 * 1024;

/** With its sidecars, if it has some. @throws DiskSpaceError, StorageError and its kin, InterruptedError */
export async function fetchArchive(
  host: Host,
  store: Store,
  { name, stateDirectory, signal }: FetchRequest,
): Promise<FetchedArchive> {
  const files = await filesOf(store, name, signal);
  const directory = makePrivateDirectory(host, stateDirectory);
  try {
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    demandSpace(host, directory.path, { name, sizeBytes });
    for (const file of files) await store.fetch(file.name, joinReal(directory.path, file.name), signal);
  } catch (error) {
    directory.remove();
    throw error;
  }
  return { path: joinReal(directory.path, name), remove: directory.remove };
}

async function filesOf(store: Store, name: string, signal: AbortSignal) {
  const found = [];
  for (const each of fileNamesOf(name)) {
    const file = await store.stat(each, signal);
    if (file !== undefined) found.push(file);
  }
  if (found.at(-1)?.name === name) return found;
  throw new StorageError(`${name} is not on ${store.location} any more`, {
    hint: 'see what is: proxsave list --tier all',
  });
}

interface PrivateDirectory {
  path: RealPath;
  remove: () => void;
}

/** Below the state directory; where this user may not write there, in /var/tmp. */
function makePrivateDirectory(host: Host, stateDirectory: RealPath): PrivateDirectory {
  const { fs } = host;
  try {
    const parent = joinReal(stateDirectory, 'fetched');
    fs.makeDirectory(parent, 0o700);
    sweepFetched(host, stateDirectory);
    return lockedDirectory(host, fs.makeTempDirectory(joinReal(parent, prefix)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  try {
    return lockedDirectory(
      host,
      fs.makeTempDirectory(joinReal(asRealPath('/var/tmp'), `proxsave-${prefix}`)),
    );
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new StorageError(
      `there is no place for a copy of the archive: /var/tmp: ${describeSystemError(error)}`,
      {
        cause: error,
      },
    );
  }
}

function lockedDirectory(host: Host, path: RealPath): PrivateDirectory {
  const lock = takeLock(host, path);
  return {
    path,
    remove: () => {
      host.fs.removeTree(path);
      lock?.release();
    },
  };
}

function takeLock(host: Host, directory: RealPath): FileLock | undefined {
  const result = acquireFileLock(host, joinReal(directory, lockName), 'fetch');
  return 'lock' in result ? result.lock : undefined;
}

function demandSpace(
  host: Host,
  directory: RealPath,
  { name, sizeBytes }: { name: string; sizeBytes: number },
): void {
  const { availableBytes } = host.fs.space(directory);
  if (availableBytes >= sizeBytes + reserveBytes) return;
  throw new DiskSpaceError(
    `${name} has ${formatBytes(sizeBytes)}, and there are ${formatBytes(availableBytes)} free for a copy of it in ${directory}`,
    {
      hint: 'make room there, or get the file yourself (rclone copy) and name it by its path',
    },
  );
}

/** Removes what killed commands left. Nothing that is in use: its owner holds the lock. */
export function sweepFetched(host: Host, stateDirectory: RealPath): void {
  const parent = joinReal(stateDirectory, 'fetched');
  try {
    if (host.fs.lstatIfExists(parent)?.kind !== 'directory') return;
    for (const name of host.fs.readDirectory(parent)) {
      if (!name.startsWith(prefix)) continue;
      const directory = joinReal(parent, name);
      // Without a lock file its owner is at this very moment between two lines of lockedDirectory.
      if (host.fs.lstatIfExists(joinReal(directory, lockName)) === undefined) continue;
      const lock = takeLock(host, directory);
      if (lock === undefined) continue;
      host.fs.removeTree(directory);
      lock.release();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
