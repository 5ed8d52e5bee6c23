// A file that grows under the name NAME.partial (0600 from the first byte) until it is published. Shared by both sinks.

import { createHash } from 'node:crypto';
import { asStorageError, isSystemError, StorageError } from '../../errors.ts';
import { type Host, joinReal, type RealPath } from '../../host/host.ts';
import type { FinishedContent } from './archive-sink.ts';

const partialMode = 0o600;

export interface PartialFile {
  partialPath: RealPath;
  finalPath: RealPath;
  /** Bytes appended so far. */
  size(): number;
  append(bytes: Buffer): Promise<void>;
  appendNow(bytes: Buffer): void;
  /** Writes over what is there already. */
  writeAt(bytes: Buffer, position: number): void;
  sync(): void;
  /** @throws StorageError when the name leads to another file by now */
  demandOurs(): void;
  publish(): void;
  discard(): void;
}

/** @param mayReplace a file of that name, and a partial one that was left, give way */
export function createPartialFile(
  host: Host,
  directory: RealPath,
  name: string,
  mayReplace = false,
): PartialFile {
  const finalPath = joinReal(directory, name);
  const partialPath = joinReal(directory, `${name}.partial`);
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw asStorageError(error, `cannot write ${partialPath}`);
    }
  };
  const fd = attempt(() => {
    if (mayReplace) removeIfExists(host, partialPath);
    return host.fs.createFile(partialPath, partialMode);
  });
  const ours = host.fs.statFd(fd);
  /** False when somebody else, allowed to replace it, took the name meanwhile. */
  const isOurs = () => {
    const found = host.fs.lstatIfExists(partialPath);
    return found?.inode === ours.inode && found.device === ours.device;
  };
  const demandOurs = () => {
    if (isOurs()) return;
    throw new StorageError(`${partialPath} was removed or replaced while it was written`, {
      hint: 'Does the same command run twice? Wait until the other one has ended, or name another file.',
    });
  };
  let size = 0;
  let state: 'open' | 'closed' | 'published' = 'open';
  const close = () => {
    if (state !== 'open') return;
    state = 'closed';
    host.fs.close(fd);
  };
  return {
    partialPath,
    finalPath,
    size: () => size,
    append: async (bytes) => {
      const position = size;
      size += bytes.length;
      await host.fs.writeAsync(fd, bytes, position).catch((error: unknown) => {
        throw asStorageError(error, `cannot write ${partialPath}`);
      });
    },
    appendNow: (bytes) => {
      attempt(() => host.fs.write(fd, bytes, size));
      size += bytes.length;
    },
    writeAt: (bytes, position) => attempt(() => host.fs.write(fd, bytes, position)),
    sync: () => attempt(() => host.fs.sync(fd)),
    demandOurs,
    publish: () => {
      demandOurs();
      attempt(close);
      attempt(() => {
        if (mayReplace) host.fs.rename(partialPath, finalPath);
        else moveToFreeName(host, partialPath, finalPath);
      });
      try {
        attempt(() => host.fs.syncDirectory(directory));
      } catch (error) {
        // A name that may not survive a power cut is no name: back to what discard removes.
        host.fs.rename(finalPath, partialPath);
        throw error;
      }
      state = 'published';
    },
    discard: () => {
      if (state === 'published') return;
      try {
        close();
      } finally {
        if (isOurs()) removeIfExists(host, partialPath);
      }
    },
  };
}

const noHardLinkCodes = ['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'];

/** Like rename, but what somebody put under the new name in the last moment is never replaced. */
function moveToFreeName(host: Host, from: RealPath, to: RealPath): void {
  try {
    host.fs.link(from, to);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) throw nameTaken(to);
    if (!noHardLinkCodes.some((code) => isSystemError(error, code))) throw error;
    if (host.fs.lstatIfExists(to) !== undefined) throw nameTaken(to);
    host.fs.rename(from, to);
    return;
  }
  try {
    host.fs.unlink(from);
  } catch (error) {
    host.fs.unlink(to);
    throw error;
  }
}

function nameTaken(path: RealPath): StorageError {
  return new StorageError(`${path} exists already`, {
    hint: 'Another program made a file of this name meanwhile; run the backup again.',
  });
}

export function removeIfExists(host: Host, path: RealPath): void {
  if (host.fs.lstatIfExists(path) !== undefined) host.fs.unlink(path);
}

export interface ArchiveMeter {
  update(chunk: Buffer): void;
  /** Ends the count. */
  finish(archiveOffset: number): FinishedContent;
  /** What finish gave. */
  finished(): FinishedContent;
}

/** Counts and digests an archive's bytes as they pass. */
export function createMeter(): ArchiveMeter {
  const digest = createHash('sha256');
  let archiveSize = 0;
  let content: FinishedContent | undefined;
  return {
    update: (chunk) => {
      digest.update(chunk);
      archiveSize += chunk.length;
    },
    finish: (archiveOffset) => {
      content = { archiveOffset, archiveSize, sha256: digest.digest('hex') };
      return content;
    },
    finished: () => {
      if (content === undefined) throw new Error('finishContent comes before finishManifest');
      return content;
    },
  };
}
