// The only file that touches node:fs. A thin layer: real paths in, byte-safe names (util/byte-path.ts) out.
// Synchronous where many small files are read (measured: several times faster than the asynchronous calls).

import * as fs from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { decodeBytePath, encodeBytePath, hasRawBytes } from '../util/byte-path.ts';
import { isSystemError } from '../errors.ts';
import type { RealPath } from './host.ts';
import { makeDirectory } from './make-directory.ts';
import { readSmall, readSmallAsync } from './read-small.ts';
import { sleepUnlessAborted } from './sleep.ts';

export type FileKind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'device';

export interface FileStatus {
  kind: FileKind;
  /** Permission bits (07777). */
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtimeNs: bigint;
  device: bigint;
  inode: bigint;
  linkCount: number;
}

export interface DirectoryName {
  name: string;
  kind: 'file' | 'other' | undefined;
}

export interface SpaceStatus {
  totalBytes: number;
  /** What an unprivileged user may still use. */
  availableBytes: number;
}

export interface WriteOptions {
  /** Permission bits from the first byte on; default 0600. */
  mode?: number;
}

export interface FileSystem {
  /** Never follows a link in the last part. Throws ENOENT and the like. */
  lstat(path: RealPath): FileStatus;
  stat(path: RealPath): FileStatus;
  /** lstat, or undefined when nothing is there (ENOENT, ENOTDIR). Other errors throw. */
  lstatIfExists(path: RealPath): FileStatus | undefined;
  /** Names sorted by code unit, without `.` and `..`. */
  readDirectory(path: RealPath): string[];
  /** The same, with the kind of each where the file system tells it for nothing (no status is read). */
  readDirectoryKinds(path: RealPath): DirectoryName[];
  readLink(path: RealPath): string;
  realPath(path: RealPath): RealPath;
  readText(path: RealPath): string;
  /** Text of a file, or undefined when there is none. Other errors throw. */
  readTextIfExists(path: RealPath, maxBytes?: number): string | undefined;
  /** Whole content of a small file, following links; also of a pipe (`/dev/fd/63`), for which it waits. EFBIG above 256 MiB. */
  readBytes(path: RealPath): Buffer;
  /** The same for what a user named; an abort ends the wait. @throws InterruptedError */
  readBytesAsync(
    path: RealPath,
    options: { maxBytes: number; signal?: AbortSignal | undefined },
  ): Promise<Buffer>;
  /** Opens for reading without following a link in the last part. */
  openForRead(path: RealPath): number;
  /** Opens a regular file for reading, following links (for archives that a user names). */
  openFollowing(path: RealPath): number;
  /** Opens a directory without following a link in the last part; for names below /proc/self/fd (safe-tree.ts). */
  openDirectory(path: RealPath): number;
  /** Creates a file that must not exist yet. */
  createFile(path: RealPath, mode: number): number;
  /** Opens for appending, creating it with this mode if needed. */
  openForAppend(path: RealPath, mode: number): number;
  statFd(fd: number): FileStatus;
  /** Bytes read; 0 at the end. `position` null reads on. */
  read(fd: number, buffer: Buffer, offset: number, length: number, position: number | null): number;
  readAsync(
    fd: number,
    buffer: Buffer,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<number>;
  /** Writes all bytes. */
  write(fd: number, bytes: Buffer, position: number | null): void;
  writeAsync(fd: number, bytes: Buffer, position: number | null): Promise<void>;
  sync(fd: number): void;
  /** fsync that does not hold up this thread. */
  syncAsync(fd: number): Promise<void>;
  close(fd: number): void;
  /** fsync of a directory; file systems that refuse it (EINVAL, EPERM...) are accepted. */
  syncDirectory(path: RealPath): void;
  /** Makes a directory and its missing parents; existing ones keep their mode. */
  makeDirectory(path: RealPath, mode: number): void;
  /** Makes one directory; EEXIST throws. */
  makeOneDirectory(path: RealPath, mode: number): void;
  /** Makes a new private directory with a random suffix. */
  makeTempDirectory(prefix: string): RealPath;
  rename(from: RealPath, to: RealPath): void;
  link(existing: RealPath, path: RealPath): void;
  symlink(target: string, path: RealPath): void;
  unlink(path: RealPath): void;
  /** Removes an empty directory. */
  removeDirectory(path: RealPath): void;
  removeTree(path: RealPath): void;
  changeMode(path: RealPath, mode: number): void;
  /** fchmod: of what is open, whatever has taken its name meanwhile. */
  changeModeOf(fd: number, mode: number): void;
  /** lchown: never follows. */
  changeOwner(path: RealPath, uid: number, gid: number): void;
  /** Sets mtime (and atime to the same) without following links. */
  changeTimes(path: RealPath, mtimeNs: bigint): void;
  /** Whether this user may create something in a directory; false on a read-only file system. */
  isWritable(path: RealPath): boolean;
  space(path: RealPath): SpaceStatus;
  /** Writes under a temporary name, fsyncs, renames, fsyncs the directory. */
  writeFileAtomic(path: RealPath, data: string | Buffer, options?: WriteOptions): void;
}

/** What node:fs is given: the string itself, or its bytes when it holds some that are not UTF-8. */
function native(path: string): string | Buffer {
  return hasRawBytes(path) ? encodeBytePath(path) : path;
}

function kindOf(status: fs.BigIntStats): FileKind {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  if (status.isSymbolicLink()) return 'symlink';
  if (status.isFIFO()) return 'fifo';
  return status.isSocket() ? 'socket' : 'device';
}

function toStatus(status: fs.BigIntStats): FileStatus {
  return {
    kind: kindOf(status),
    mode: Number(status.mode) & 0o7777,
    uid: Number(status.uid),
    gid: Number(status.gid),
    size: Number(status.size),
    mtimeNs: status.mtimeNs,
    device: status.dev,
    inode: status.ino,
    linkCount: Number(status.nlink),
  };
}

function readDirectory(path: RealPath): string[] {
  const names = fs.readdirSync(native(path), 'utf8');
  const isLossy = names.some((name) => name.includes('\uFFFD'));
  const exact = isLossy ? fs.readdirSync(native(path), 'buffer').map(decodeBytePath) : names;
  return exact.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function readDirectoryKinds(path: RealPath): DirectoryName[] {
  const entries = fs.readdirSync(native(path), { withFileTypes: true, encoding: 'utf8' });
  if (entries.some(({ name }) => name.includes('\uFFFD'))) {
    return readDirectory(path).map((name) => ({ name, kind: undefined }));
  }
  return entries
    .map((entry): DirectoryName => ({ name: entry.name, kind: entry.isFile() ? 'file' : 'other' }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function lstatIfExists(path: RealPath): FileStatus | undefined {
  try {
    return toStatus(fs.lstatSync(native(path), { bigint: true }));
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function readTextIfExists(path: RealPath, maxBytes?: number): string | undefined {
  try {
    return readSmall(native(path), { maxBytes, writerWaitMs: 0 }).toString('utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function writeAll(fd: number, bytes: Buffer, position: number | null): void {
  let done = 0;
  while (done < bytes.length) {
    done += fs.writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}

async function writeAllAsync(fd: number, bytes: Buffer, position: number | null): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const at = position === null ? null : position + done;
    const length = bytes.length - done;
    const offset = done;
    done += await new Promise<number>((resolve, reject) => {
      fs.write(fd, bytes, offset, length, at, (error, written) => {
        if (error === null) resolve(written);
        else reject(error);
      });
    });
  }
}

function readAsync(
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
  position: number | null,
): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, offset, length, position, (error, bytesRead) => {
      if (error === null) resolve(bytesRead);
      else reject(error);
    });
  });
}

function syncDirectory(path: RealPath): void {
  const fd = fs.openSync(native(path), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    // Some network and FUSE file systems have no fsync for directories; their rename is what it is.
    if (!isSystemError(error, 'EINVAL') && !isSystemError(error, 'EPERM') && !isSystemError(error, 'ENOTSUP'))
      throw error;
  } finally {
    fs.closeSync(fd);
  }
}

function writeFileAtomic(path: RealPath, data: string | Buffer, options: WriteOptions = {}): void {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  const fd = fs.openSync(native(temporary), 'wx', options.mode ?? 0o600);
  try {
    try {
      writeAll(fd, typeof data === 'string' ? Buffer.from(data, 'utf8') : data, null);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(native(temporary), native(path));
  } catch (error) {
    fs.rmSync(native(temporary), { force: true });
    throw error;
  }
  syncDirectory(dirname(path) as RealPath);
}

/**
 * utimes takes seconds as a double, which cannot hold nanoseconds; parts of a microsecond are the best that it can do.
 * Numbers below zero mean "now" to Node, so times before 1970 go as a Date, in milliseconds.
 */
function utimesValue(mtimeNs: bigint): number | Date {
  if (mtimeNs < 0n) return new Date(Number(mtimeNs / 1_000_000n));
  return Number(mtimeNs / 1_000_000_000n) + Number(mtimeNs % 1_000_000_000n) / 1e9;
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = fs.constants;

export const nodeFileSystem: FileSystem = {
  lstat: (path) => toStatus(fs.lstatSync(native(path), { bigint: true })),
  stat: (path) => toStatus(fs.statSync(native(path), { bigint: true })),
  lstatIfExists,
  readDirectory,
  readDirectoryKinds,
  readLink: (path) => decodeBytePath(fs.readlinkSync(native(path), 'buffer')),
  realPath: (path) => decodeBytePath(fs.realpathSync.native(native(path), 'buffer')) as RealPath,
  readText: (path) => readSmall(native(path)).toString('utf8'),
  readTextIfExists,
  readBytes: (path) => readSmall(native(path)),
  readBytesAsync: (path, { maxBytes, signal }) =>
    readSmallAsync(native(path), { maxBytes }, (ms) => sleepUnlessAborted(ms, signal)),
  // O_NONBLOCK: if a FIFO took the file's place after lstat, open returns instead of waiting for a writer.
  openForRead: (path) => fs.openSync(native(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
  openFollowing: (path) => fs.openSync(native(path), O_RDONLY | O_NONBLOCK),
  openDirectory: (path) => fs.openSync(native(path), O_RDONLY | O_NOFOLLOW | O_DIRECTORY),
  createFile: (path, mode) => fs.openSync(native(path), 'wx+', mode),
  openForAppend: (path, mode) => fs.openSync(native(path), 'a', mode),
  statFd: (fd) => toStatus(fs.fstatSync(fd, { bigint: true })),
  read: (fd, buffer, offset, length, position) => fs.readSync(fd, buffer, offset, length, position),
  readAsync,
  write: writeAll,
  writeAsync: writeAllAsync,
  sync: (fd) => {
    fs.fsyncSync(fd);
  },
  syncAsync: (fd) =>
    new Promise((resolve, reject) => {
      fs.fsync(fd, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    }),
  close: (fd) => {
    fs.closeSync(fd);
  },
  syncDirectory,
  makeDirectory: (path, mode) => {
    makeDirectory(nodeFileSystem, path, mode);
  },
  makeOneDirectory: (path, mode) => {
    fs.mkdirSync(native(path), { mode });
  },
  makeTempDirectory: (prefix) => fs.mkdtempSync(prefix) as RealPath,
  rename: (from, to) => {
    fs.renameSync(native(from), native(to));
  },
  link: (existing, path) => {
    fs.linkSync(native(existing), native(path));
  },
  symlink: (target, path) => {
    fs.symlinkSync(native(target), native(path));
  },
  unlink: (path) => {
    fs.unlinkSync(native(path));
  },
  removeDirectory: (path) => {
    fs.rmdirSync(native(path));
  },
  removeTree: (path) => {
    fs.rmSync(native(path), { recursive: true, force: true });
  },
  changeMode: (path, mode) => {
    fs.chmodSync(native(path), mode);
  },
  changeModeOf: (fd, mode) => {
    fs.fchmodSync(fd, mode);
  },
  changeOwner: (path, uid, gid) => {
    fs.lchownSync(native(path), uid, gid);
  },
  changeTimes: (path, mtimeNs) => {
    fs.lutimesSync(native(path), utimesValue(mtimeNs), utimesValue(mtimeNs));
  },
  isWritable: (path) => {
    try {
      fs.accessSync(native(path), fs.constants.W_OK);
      return true;
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
  },
  space: (path) => {
    const status = fs.statfsSync(native(path), { bigint: true });
    return {
      totalBytes: Number(status.blocks * status.bsize),
      availableBytes: Number(status.bavail * status.bsize),
    };
  },
  writeFileAtomic,
};
