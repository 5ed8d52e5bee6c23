// A tier on a remote of rclone: the cloud tier.

import { AppError, asStorageError, InterruptedError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { Store } from '../store.ts';
import { prepare, putText, removeFiles, space, stat, sweep, type BatchOptions } from './maintain.ts';
import type { RclonePlace } from './place.ts';
import { putFile, type ProofSettings } from './put-file.ts';
import { fetchFile, hashOfRemote, readRange } from './read-file.ts';
import { createRemote, listFiles, type Remote } from './remote.ts';
import type { RcloneSettings } from './rclone-arguments.ts';
import { createRclone } from './run-rclone.ts';

export interface RcloneStoreOptions extends RcloneSettings, BatchOptions {
  place: RclonePlace;
  /** Marks our unfinished files. */
  installId: string;
  /** Attempts for each request and each transfer. */
  attempts: number;
  proof: ProofSettings;
  lookAt: Remote['lookAt'];
  /** Prove by a small file that the place can be written to; otherwise it is only listed. */
  writeTest: boolean;
}

/** @throws UsageError for settings that cannot be used */
export function createRcloneStore(host: Host, options: RcloneStoreOptions): Store {
  const { place, installId, attempts, lookAt, proof } = options;
  const rclone = createRclone(host, place, options);
  const remote = createRemote({ host, rclone, place, installId, attempts, lookAt });
  const bounded: Bounded = (signal, work) => keepClasses(place, signal, work);
  return {
    tier: 'cloud',
    location: place.location,
    prepare: (signal) => bounded(signal, () => prepare(remote, options.writeTest, signal)),
    list: (signal) => bounded(signal, () => listFiles(remote, signal)),
    stat: (name, signal) => bounded(signal, () => stat(remote, name, signal)),
    put: (request) => bounded(request.signal, () => putFile(remote, proof, request)),
    hashOf: (name, signal) => bounded(signal, () => hashOfRemote(remote, name, signal)),
    readRange: (name, offset, length, signal) =>
      bounded(signal, () => readRange(remote, name, { offset, length }, signal)),
    fetch: (name, target, signal) => bounded(signal, () => fetchFile(remote, name, target, signal)),
    putText: (name, text, signal) => bounded(signal, () => putText(remote, name, text, signal)),
    remove: (names, signal) => bounded(signal, () => removeFiles(remote, options, names, signal)),
    space: (signal) => bounded(signal, () => space(remote, signal)),
    sweep: (signal) => bounded(signal, () => sweep(remote, signal)),
  };
}

type Bounded = <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>;

/** Aborts become InterruptedError, failures of the disk here StorageError and its kin. */
async function keepClasses<Result>(
  { location }: RclonePlace,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    signal.throwIfAborted();
    return await work();
  } catch (error) {
    if (signal.aborted && !(error instanceof AppError))
      throw new InterruptedError(undefined, { cause: error });
    throw asStorageError(error, `work for the cloud tier ${location} failed on this machine`);
  }
}
