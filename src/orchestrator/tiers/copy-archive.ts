// Copies the files of one archive to a tier, each proved there before it gets its name.

import { StorageError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import type { CopyProof, PutResult, Store } from '../../storage/store.ts';
import { withoutUndefined } from '../../util/without-undefined.ts';
import { localFilesOf, type ArchiveFile } from './archive-files.ts';

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
  /** Files beside the archive that are sent at the same time. Default 1. */
  parallel?: number;
  /** Bytes that arrived, and of how many. */
  onProgress?: (bytes: number, totalBytes: number) => void;
}

/** The tier must be prepared. @throws StorageError and its kin; InterruptedError */
export async function copyArchive(
  host: Host,
  archive: RealPath,
  store: Store,
  { signal, parallel = 1, onProgress }: CopyOptions,
): Promise<CopyResult> {
  const files = localFilesOf(host, archive);
  const archiveFile = files.pop();
  if (archiveFile === undefined) throw new StorageError(`${archive} is not there any more`);
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, archiveFile.sizeBytes);
  let arrived = 0;
  const put = ({ name, path, sizeBytes }: ArchiveFile) =>
    store.put({
      source: path,
      name,
      sizeBytes,
      signal,
      onBytes: (bytes) => {
        arrived += bytes;
        onProgress?.(arrived, totalBytes);
      },
    });
  await forEachAtOnce(files, parallel, put);
  const { status, proof, hash, hashValue } = await put(archiveFile);
  return {
    status,
    proof,
    bytes: totalBytes,
    sizeBytes: archiveFile.sizeBytes,
    ...withoutUndefined({ hash, hashValue }),
  };
}

/** Ends when all that was begun has ended, also when one fails: nothing goes on behind the caller's back. */
async function forEachAtOnce<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
        waiting.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
