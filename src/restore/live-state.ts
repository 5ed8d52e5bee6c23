// What lies at a path of the host now. Parents are walked without following links; files are read only where asked.

import { createHash } from 'node:crypto';
import { isSystemError } from '../errors.ts';
import type { FileStatus } from '../host/file-system.ts';
import type { Host, RealPath } from '../host/host.ts';
import { BlockedPathError, withHeldPlace } from '../host/safe-tree.ts';
import type { TreeState } from './plan/restore-plan.ts';

/** null: nothing is there. `blocked`: a parent is no plain directory. */
export type LiveState = { state: TreeState | null } | { blocked: BlockedPathError };

const chunkBytes = 1024 * 1024;

/** @throws the system's errors, e.g. EACCES */
export function readLiveState(
  host: Host,
  path: string,
  wants: { digest: (size: number) => boolean },
): LiveState {
  try {
    return withHeldPlace(host, path, ({ at }) => {
      const status = host.fs.lstatIfExists(at);
      if (status === undefined) return { state: null };
      const state = toTreeState(status);
      if (status.kind === 'symlink') state.linkTarget = host.fs.readLink(at);
      if (status.kind === 'file' && wants.digest(status.size)) state.sha256 = digestOf(host, at);
      return { state };
    });
  } catch (error) {
    if (error instanceof BlockedPathError) return { blocked: error };
    throw error;
  }
}

export function toTreeState({ kind, mode, uid, gid, size, mtimeNs }: FileStatus): TreeState {
  return { kind, mode, uid, gid, size: kind === 'file' ? size : 0, mtimeNs: mtimeNs.toString() };
}

/** SHA-256 of a file, in lower-case hex. A link in its place is an error. */
export function digestOf(host: Host, at: RealPath): string {
  const hash = createHash('sha256');
  readPieces(host, at, (piece) => hash.update(piece));
  return hash.digest('hex');
}

function readPieces(host: Host, at: RealPath, use: (piece: Buffer) => void): void {
  const fd = host.fs.openForRead(at);
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const length = host.fs.read(fd, buffer, 0, buffer.length, null);
      if (length === 0) return;
      use(buffer.subarray(0, length));
    }
  } finally {
    host.fs.close(fd);
  }
}

/** A file's bytes; undefined when nothing, or no regular file of at most this size, is there. */
export function readLiveFile(host: Host, path: string, maxBytes: number): Buffer | undefined {
  try {
    return withHeldPlace(host, path, ({ at }) => {
      const status = host.fs.lstatIfExists(at);
      if (status?.kind !== 'file' || status.size > maxBytes) return undefined;
      const pieces: Buffer[] = [];
      readPieces(host, at, (piece) => pieces.push(Buffer.from(piece)));
      return Buffer.concat(pieces);
    });
  } catch (error) {
    if (error instanceof BlockedPathError || isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
