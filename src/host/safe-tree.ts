// Work below a directory that nobody can redirect. Node has no openat: each part of a path is opened as a directory
// without following links, and the next one is named through that descriptor (/proc/self/fd/N/name), which the kernel
// resolves to the very directory that is open. A parent that is swapped for a link at any moment is an error, never a way out.

import { EnvironmentError, isSystemError } from '../errors.ts';
import type { FileStatus, FileSystem } from './file-system.ts';
import type { Host, RealPath } from './host.ts';

/** A name in a directory that is held open: usable only while the action runs. */
export interface HeldPlace {
  /** The name itself, through the open directory. Calls must not follow a link in its last part. */
  at: RealPath;
  /** The open directory. */
  directory: RealPath;
  directoryFd: number;
  /** Another name in the same directory. */
  sibling: (name: string) => RealPath;
}

/** What keeps a path from being reached: the first parent that is not a plain directory. */
export class BlockedPathError extends Error {
  /** Relative to the root of the tree, e.g. `etc/ssh`. */
  readonly parent: string;
  readonly kind: FileStatus['kind'] | 'absent';
  constructor(parent: string, kind: FileStatus['kind'] | 'absent') {
    super(kind === 'absent' ? `${parent} does not exist` : `${parent} is a ${kind}, not a directory`);
    this.name = 'BlockedPathError';
    this.parent = parent;
    this.kind = kind;
  }
}

/**
 * Runs a synchronous action on a name below the root of the host. `path` is relative and has no empty, `.` or `..` parts
 * (the caller's check); it has at least one part.
 * @throws BlockedPathError when a parent is missing, a link or no directory; else the system's errors
 */
export function withHeldPlace<Result>(
  host: Pick<Host, 'fs' | 'root'>,
  path: string,
  action: (place: HeldPlace) => Result,
): Result {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  const { fs } = host;
  // The root is the caller's choice: links in its own path are followed.
  let fd = fs.openDirectory(`${host.root === '/' ? '' : host.root}/.` as RealPath);
  try {
    for (const [index, part] of parts.entries()) {
      const next = openPart(fs, fd, part, () => parts.slice(0, index + 1).join('/'));
      fs.close(fd);
      fd = next;
    }
    const directory = `/proc/self/fd/${fd}` as RealPath;
    requireProc(fs, directory);
    const sibling = (other: string) => `${directory}/${other}` as RealPath;
    return action({ at: sibling(name), directory, directoryFd: fd, sibling });
  } finally {
    fs.close(fd);
  }
}

/** Without /proc every name would look absent, which must not be taken for an answer. */
function requireProc(fs: FileSystem, directory: RealPath): void {
  if (fs.lstatIfExists(directory) !== undefined) return;
  throw new EnvironmentError('/proc is not mounted, and without it directories cannot be held safely', {
    hint: 'Mount it: mount -t proc proc /proc',
  });
}

function openPart(fs: FileSystem, fd: number, part: string, parentPath: () => string): number {
  const at = `/proc/self/fd/${fd}/${part}` as RealPath;
  try {
    return fs.openDirectory(at);
  } catch (error) {
    requireProc(fs, `/proc/self/fd/${fd}` as RealPath);
    if (isSystemError(error, 'ENOENT')) throw new BlockedPathError(parentPath(), 'absent');
    if (!isSystemError(error, 'ENOTDIR') && !isSystemError(error, 'ELOOP')) throw error;
    const kind = fs.lstatIfExists(at)?.kind ?? 'absent';
    // Swapped back in between: what it was when it was opened is what counts.
    throw new BlockedPathError(parentPath(), kind === 'directory' ? 'symlink' : kind);
  }
}

/** The same place as another process of this user reaches it, while the directory is held. */
export function placeForOthers(host: Pick<Host, 'process'>, place: HeldPlace): RealPath {
  return place.at.replace('/proc/self/', `/proc/${host.process.pid}/`) as RealPath;
}

/** Mode of a directory through its own descriptor: a link in its place is refused. */
export function changeDirectoryMode(fs: FileSystem, at: RealPath, mode: number): void {
  const fd = fs.openDirectory(at);
  try {
    fs.changeModeOf(fd, mode);
  } finally {
    fs.close(fd);
  }
}
