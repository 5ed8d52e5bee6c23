// Reading and copying whole files in pieces: the digest is taken on the way, every piece is a sign of life, and an
// abort is noticed between two of them.

import { createHash } from 'node:crypto';
import type { Host, RealPath } from '../../host/host.ts';

const pieceBytes = 1024 * 1024;
/**
 * A network file system takes writes into memory and sends them at the fsync. Done at the end for a large archive it
 * would be silent for minutes and look like a hang, so it is done on the way.
 */
const syncEveryBytes = 16 * pieceBytes;

export interface Watch {
  signal: AbortSignal;
  /** Called whenever the file system has answered. */
  onActivity: () => void;
  /** Bytes that were copied since the last call. */
  onBytes?: ((bytes: number) => void) | undefined;
}

export interface CopiedBytes {
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** Copies all bytes of one open file into another, from the start of both, and fsyncs it. Throws the system's errors. */
export async function copyBytes(host: Host, from: number, to: number, watch: Watch): Promise<CopiedBytes> {
  let unsynced = 0;
  const copied = await readAll(host, from, watch, async (piece, position) => {
    await host.fs.writeAsync(to, piece, position);
    watch.onBytes?.(piece.length);
    unsynced += piece.length;
    if (unsynced < syncEveryBytes) return;
    await host.fs.syncAsync(to);
    unsynced = 0;
  });
  await host.fs.syncAsync(to);
  watch.onActivity();
  return copied;
}

/** Size and SHA-256 of a file as it reads now; undefined when there is none. */
export async function digestFile(host: Host, path: RealPath, watch: Watch): Promise<CopiedBytes | undefined> {
  if (host.fs.lstatIfExists(path) === undefined) return undefined;
  const fd = host.fs.openForRead(path);
  try {
    return await digestOpen(host, fd, watch);
  } finally {
    host.fs.close(fd);
  }
}

/** The same of an open file, from its start. */
export function digestOpen(host: Host, fd: number, watch: Watch): Promise<CopiedBytes> {
  return readAll(host, fd, watch, () => Promise.resolve());
}

async function readAll(
  host: Host,
  fd: number,
  watch: Watch,
  onPiece: (piece: Buffer, position: number) => Promise<void>,
): Promise<CopiedBytes> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(pieceBytes);
  let position = 0;
  for (;;) {
    watch.signal.throwIfAborted();
    const count = await host.fs.readAsync(fd, buffer, 0, buffer.length, position);
    watch.onActivity();
    if (count === 0) return { sizeBytes: position, sha256: hash.digest('hex') };
    const piece = buffer.subarray(0, count);
    hash.update(piece);
    await onPiece(piece, position);
    watch.onActivity();
    position += count;
  }
}
