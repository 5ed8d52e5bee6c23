// The index of the last archive of the whole host, kept in the state directory: the next run tells from it what changed, without
// a key for the older archive and without decompressing either. Nothing depends on it: one that is missing or damaged is done
// without. Gzip members of the index's text (format: archiver/index/index-file.ts); `zcat` shows it.

import { createGunzip, gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { readIndexText, type IndexItem } from '../archiver/index/read-index.ts';
import type { IndexHead } from '../archiver/index/index-file.ts';
import { AppError, isSystemError } from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';

/** The index of an archive that is being written, under a temporary name. For the holder of the run lock. */
export interface KeptIndexWriter {
  path: RealPath;
  add: (bytes: Buffer) => void;
  /** False: it could not be written, and `path` is not there. To be called when all is added. */
  close(): boolean;
  /** From now on it is the one that the next run finds. */
  keep(): void;
  /** Harmless after `keep`. */
  discard(): void;
}

export function keptIndexPath(stateDirectory: RealPath): RealPath {
  return joinReal(stateDirectory, 'last-index.json.gz');
}

export function createKeptIndex(host: Host, stateDirectory: RealPath): KeptIndexWriter {
  const finalPath = keptIndexPath(stateDirectory);
  const path = joinReal(stateDirectory, 'last-index.json.gz.partial');
  let fd: number | undefined;
  const close = () => {
    if (fd !== undefined) host.fs.close(fd);
    fd = undefined;
  };
  const discard = () => {
    close();
    quietly(() => {
      if (host.fs.lstatIfExists(path) !== undefined) host.fs.unlink(path);
    });
  };
  const attempt = (work: () => void): boolean => {
    const isDone = quietly(work);
    if (!isDone) discard();
    return isDone;
  };
  attempt(() => {
    host.fs.makeDirectory(stateDirectory, 0o700);
    // What a killed run left.
    discard();
    fd = host.fs.createFile(path, 0o600);
  });
  return {
    path,
    add: (bytes) => {
      const open = fd;
      if (open === undefined) return;
      attempt(() => {
        host.fs.write(open, gzipSync(bytes, { level: 1 }), null);
      });
    },
    close: () => {
      const open = fd;
      if (open === undefined) return false;
      const isSafe = attempt(() => {
        host.fs.sync(open);
      });
      close();
      return isSafe;
    },
    keep: () => {
      attempt(() => {
        host.fs.rename(path, finalPath);
      });
    },
    discard,
  };
}

/** What the text says of itself; undefined: there is none, or it cannot be read. */
export function headOfKeptIndex(host: Host, path: RealPath): Promise<IndexHead | undefined> {
  return unlessUnreadable(async () => {
    for await (const item of readKeptIndex(host, path)) return item.kind === 'head' ? item.head : undefined;
    return undefined;
  });
}

/** @throws ArchiveError, a system error or one of zlib when it is damaged: `isUnreadable` */
export async function* readKeptIndex(host: Host, path: RealPath): AsyncGenerator<IndexItem, void> {
  const bytes = Readable.from([host.fs.readBytes(path)]);
  const text = bytes.pipe(createGunzip());
  try {
    yield* readIndexText(text);
  } finally {
    text.destroy();
  }
}

/** Whether reading a kept index failed for what it is, rather than for a fault of ours. */
export function isUnreadable(error: unknown): boolean {
  if (error instanceof AppError) return error.exit !== 'interrupted';
  return (
    isSystemError(error) || (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
  );
}

/** What the reading gives, or undefined. */
export async function unlessUnreadable<Result>(
  read: () => Promise<Result | undefined>,
): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

function quietly(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
