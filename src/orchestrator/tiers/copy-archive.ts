// Copies the files of one archive to a tier, each proved there before it gets its name.

import type { Host, RealPath } from '../../host/host.ts';
import type { CopyProof, PutResult, Store } from '../../storage/store.ts';
import { localFilesOf } from './archive-files.ts';

export interface CopyResult {
  /** `already-there`: nothing had to be sent. */
  status: PutResult['status'];
  /** Of the archive itself. */
  proof: CopyProof;
  hash?: string;
  hashValue?: string;
  /** Of the file that carries the archive. */
  sizeBytes: number;
  /** Of all files. */
  bytes: number;
}

export interface CopyOptions {
  signal: AbortSignal;
  /** Bytes that arrived, and of how many. */
  onProgress?: (bytes: number, totalBytes: number) => void;
}

/** The tier must be prepared. @throws StorageError and its kin; InterruptedError */
export async function copyArchive(
  host: Host,
  archive: RealPath,
  store: Store,
  { signal, onProgress }: CopyOptions,
): Promise<CopyResult> {
  const files = localFilesOf(host, archive);
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let arrived = 0;
  // The archive is the last one.
  let last: PutResult = { status: 'already-there', proof: 'size-only' };
  for (const { name, path, sizeBytes } of files) {
    last = await store.put({
      source: path,
      name,
      sizeBytes,
      signal,
      onBytes: (bytes) => {
        arrived += bytes;
        onProgress?.(arrived, totalBytes);
      },
    });
  }
  return {
    status: last.status,
    proof: last.proof,
    bytes: totalBytes,
    sizeBytes: files.at(-1)?.sizeBytes ?? 0,
    ...(last.hashValue === undefined ? {} : { hashValue: last.hashValue }),
    ...(last.hash === undefined ? {} : { hash: last.hash }),
  };
}
