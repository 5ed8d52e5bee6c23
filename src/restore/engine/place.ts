// Puts one thing in its place. Always under a temporary name beside it, complete and on disk, then renamed: whoever looks
// sees the old or the new, never a part. The parents are held open meanwhile (host/safe-tree.ts), links never followed.

import { posix } from 'node:path';
import { isSystemError, SecurityError } from '../../errors.ts';
import type { FileSystem } from '../../host/file-system.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { changeDirectoryMode, withHeldPlace, type HeldPlace } from '../../host/safe-tree.ts';
import { setExactTime } from '../../host/set-exact-time.ts';
import { printable } from '../../util/printable.ts';
import type { TreeState } from '../plan/restore-plan.ts';

export interface Place {
  path: string;
  /** A name that only this restore uses; left over from a run that was killed, it is removed. */
  temporary: string;
  /** Set owners: only root can. */
  owners: boolean;
}

const privateDirectory = 0o700;
const privateFile = 0o600;
const chunkBytes = 1024 * 1024;

/** @param content a file of ours that holds the bytes */
export async function placeFile(
  host: Host,
  place: Place,
  state: TreeState,
  content: RealPath,
): Promise<void> {
  await viaTemporary(host, place, state, (temporary) => {
    const fd = host.fs.createFile(temporary, privateFile);
    try {
      copyInto(host.fs, fd, content);
      // Owner first: changing it clears setuid and setgid.
      if (place.owners) host.fs.changeOwner(temporary, state.uid, state.gid);
      host.fs.changeModeOf(fd, state.mode);
      host.fs.sync(fd);
    } finally {
      host.fs.close(fd);
    }
  });
}

/** Puts the very file back that was there: a second link to it was kept, so its inode and all it has are the same. */
export async function placeSavedFile(
  host: Host,
  place: Place,
  state: TreeState,
  saved: RealPath,
): Promise<void> {
  try {
    await viaTemporary(host, place, state, (temporary) => host.fs.link(saved, temporary));
  } catch (error) {
    if (!isCrossing(error)) throw error;
    await placeFile(host, place, state, saved);
  }
}

/** Errors by which a hard link is refused where a copy works. */
export function isCrossing(error: unknown): boolean {
  return ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].some((code) =>
    isSystemError(error, code),
  );
}

export async function placeSymlink(host: Host, place: Place, state: TreeState): Promise<void> {
  await viaTemporary(host, place, state, (temporary) => {
    host.fs.symlink(state.linkTarget ?? '', temporary);
    if (place.owners) host.fs.changeOwner(temporary, state.uid, state.gid);
  });
}

/** A second name for a file that is in its place already. */
export function placeHardlink(host: Host, place: Place, target: string): void {
  withHeldPlace(host, target, (first) => {
    if (host.fs.lstat(first.at).kind !== 'file')
      throw new SecurityError(`${printable(target)} is no file any more`);
    withHeldPlace(host, place.path, (held) => {
      const temporary = held.sibling(place.temporary);
      removeIfThere(host.fs, temporary);
      host.fs.link(first.at, temporary);
      renameOver(host.fs, held, temporary);
    });
  });
}

/** A directory whose mode, owner and time are set at the end (finishDirectory): until then only we get in. */
export function placeDirectory(host: Host, path: string): void {
  withHeldPlace(host, path, ({ at }) => {
    const kind = host.fs.lstatIfExists(at)?.kind;
    if (kind === 'directory') return;
    if (kind !== undefined) host.fs.unlink(at);
    host.fs.makeOneDirectory(at, privateDirectory);
  });
}

/**
 * Mode, owner and time of a directory. To be called when nothing is written in it any more. What is so already is not set
 * again: an undo must not fail for want of a change that nobody needs.
 */
export async function finishDirectory(
  host: Host,
  path: string,
  state: TreeState,
  owners: boolean,
): Promise<void> {
  withHeldPlace(host, path, ({ at }) => {
    const { uid, gid, mode } = host.fs.lstat(at);
    if (owners && (uid !== state.uid || gid !== state.gid)) host.fs.changeOwner(at, state.uid, state.gid);
    if (mode !== state.mode) changeDirectoryMode(host.fs, at, state.mode);
  });
  await setExactTime(host, path, BigInt(state.mtimeNs));
}

/** Removes what is there; a directory only when it is empty. @throws ENOTEMPTY and the like */
export function removePlaced(host: Host, path: string): void {
  withHeldPlace(host, path, ({ at }) => {
    const kind = host.fs.lstatIfExists(at)?.kind;
    if (kind === 'directory') host.fs.removeDirectory(at);
    else if (kind !== undefined) host.fs.unlink(at);
  });
}

/** fsync of the directory that holds the name. */
export function syncParent(host: Host, path: string): void {
  withHeldPlace(host, path, ({ directory }) => {
    host.fs.syncDirectory(directory);
  });
}

export function removeTemporary(host: Host, { path, temporary }: Place): void {
  withHeldPlace(host, path, ({ sibling }) => removeIfThere(host.fs, sibling(temporary)));
}

async function viaTemporary(
  host: Host,
  place: Place,
  state: TreeState,
  make: (temporary: RealPath) => void,
): Promise<void> {
  try {
    withHeldPlace(host, place.path, (held) => {
      const temporary = held.sibling(place.temporary);
      removeIfThere(host.fs, temporary);
      make(temporary);
    });
    await setExactTime(host, posix.join(posix.dirname(place.path), place.temporary), BigInt(state.mtimeNs));
    withHeldPlace(host, place.path, (held) => renameOver(host.fs, held, held.sibling(place.temporary)));
  } catch (error) {
    tidy(host, place);
    throw error;
  }
}

/** Best effort on the way out: the error that brought us here is the one to tell; undo looks for leftovers again. */
function tidy(host: Host, place: Place): void {
  try {
    removeTemporary(host, place);
  } catch {
    // The parent is gone or was swapped, or the disk is read-only: the temporary name is ours and harmless.
  }
}

function renameOver(fs: FileSystem, held: HeldPlace, temporary: RealPath): void {
  if (fs.lstatIfExists(held.at)?.kind === 'directory') fs.removeDirectory(held.at);
  fs.rename(temporary, held.at);
  // rename leaves it when both are already names of the same file.
  removeIfThere(fs, temporary);
}

function removeIfThere(fs: FileSystem, path: RealPath): void {
  if (fs.lstatIfExists(path) !== undefined) fs.unlink(path);
}

function copyInto(fs: FileSystem, fd: number, from: RealPath): void {
  const source = fs.openForRead(from);
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const length = fs.read(source, buffer, 0, buffer.length, null);
      if (length === 0) return;
      fs.write(fd, buffer.subarray(0, length), null);
    }
  } finally {
    fs.close(source);
  }
}

/** Copies a file of ours, or one that is held, to a new private file. On disk when it returns. */
export function copyFile(host: Host, from: RealPath, to: RealPath): void {
  const fd = host.fs.createFile(to, privateFile);
  try {
    copyInto(host.fs, fd, from);
    host.fs.sync(fd);
  } finally {
    host.fs.close(fd);
  }
}
