// A private key that somebody wants as a file on this host: private from its first byte, never over another file, and what
// speaks against its place.

import { posix } from 'node:path';
import { createArchiveOwners } from '../../catalogue/archive-owners.ts';
import { areas } from '../../catalogue/index.ts';
import { hostPathOf } from '../../config/layout.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { asStorageError, isSystemError, UsageError } from '../../errors.ts';
import { asRealPath, type Host, type RealPath } from '../../host/host.ts';

/** @throws UsageError when the name is taken or has no directory */
export function checkSecretPlace(host: Host, path: RealPath): void {
  if (host.fs.lstatIfExists(path) !== undefined) {
    throw new UsageError(`${path} exists already`, { hint: 'name another file: an older key may be in it' });
  }
  const directory = asRealPath(posix.dirname(path));
  if (host.fs.lstatIfExists(directory) !== undefined && host.fs.stat(directory).kind === 'directory') return;
  throw new UsageError(`there is no directory ${directory}`, {
    hint: 'make it first, or name another place',
  });
}

/** Mode 0600 from the first byte, on the disk when it returns. @throws UsageError, StorageError, PermissionError, DiskSpaceError */
export function writeSecretFile(host: Host, path: RealPath, text: string): void {
  checkSecretPlace(host, path);
  try {
    const fd = host.fs.createFile(path, 0o600);
    try {
      host.fs.write(fd, Buffer.from(text), null);
      host.fs.sync(fd);
    } finally {
      host.fs.close(fd);
    }
    host.fs.syncDirectory(asRealPath(posix.dirname(path)));
  } catch (error) {
    throw asStorageError(error, `cannot write ${path}`);
  }
}

/**
 * Title of the area that saves this place: a key there goes into archives, which it opens or, when they are not encrypted,
 * in which everybody can read it. Undefined: no area does.
 */
export function areaThatSaves(host: Host, { values }: LoadedConfig, path: RealPath): string | undefined {
  const real = asRealPath(posix.join(realDirectory(host, path), posix.basename(path)));
  const hostPath = hostPathOf(host, real);
  if (host.root !== '/' && hostPath === real) return undefined;
  const owners = createArchiveOwners(areas, { values, knownPlaces: {} });
  return owners.ownerOf(hostPath.replace(/^\/+/u, ''))?.area.title;
}

function realDirectory(host: Host, path: RealPath): string {
  const directory = asRealPath(posix.dirname(path));
  try {
    return host.fs.realPath(directory);
  } catch (error) {
    if (isSystemError(error)) return directory;
    throw error;
  }
}
