// What every storage tier can do. One file a kind of tier implements it; one contract suite tests them all.

import type { RealPath } from '../host/host.ts';

export type TierName = 'primary' | 'secondary' | 'cloud';

/** A finished file on a tier. Unfinished ones never show. */
export interface StoredFile {
  name: string;
  sizeBytes: number;
  modified: Date;
}

export interface StoreSpace {
  totalBytes: number;
  availableBytes: number;
}

export interface PutRequest {
  /** A finished file of this machine. */
  source: RealPath;
  /** Its name on the tier; a file that has it already is never replaced: the same content counts as stored, another is refused. */
  name: string;
  sizeBytes: number;
  /** Lower-case hex of the whole file; `put` computes it on the way when it is not known. */
  sha256?: string;
  signal: AbortSignal;
  /** Bytes that have arrived since the last call; below zero when an attempt failed and its bytes are sent again. */
  onBytes?: (bytes: number) => void;
}

/** How the copy at the target was proved, the strongest that the kind of tier can do. */
export type CopyProof = 'read-back' | 'remote-hash' | 'size-only';

export interface PutResult {
  status: 'stored' | 'already-there';
  proof: CopyProof;
  /** Name of the hash that the remote gave, e.g. md5. */
  hash?: string;
  /** What it gave, lower-case hex. */
  hashValue?: string;
}

/** A hash that a tier knows of a file, as rclone names it. */
export interface TierHash {
  hash: string;
  /** Lower-case hex. */
  value: string;
}

export interface Store {
  readonly tier: TierName;
  /** For people: a directory or remote:path. */
  readonly location: string;
  /**
   * Makes the place ready and proves that it can be written to.
   * @throws StorageError and its kin with the real cause (not mounted, no room, auth, network, timeout) and a hint
   */
  prepare(signal: AbortSignal): Promise<void>;
  /** @throws StorageError when the listing fails or is incomplete: an empty list always means an empty place */
  list(signal: AbortSignal): Promise<StoredFile[]>;
  stat(name: string, signal: AbortSignal): Promise<StoredFile | undefined>;
  /** Copies under a temporary name, proves size and content at the target, then gives it its name. */
  put(request: PutRequest): Promise<PutResult>;
  /** The tier's own hash of a file, without its bytes coming here; undefined, or no such method: it has none. */
  hashOf?(name: string, signal: AbortSignal): Promise<TierHash | undefined>;
  /** Bytes of a file from `offset`; fewer at its end. @throws StorageError */
  readRange(name: string, offset: number, length: number, signal: AbortSignal): Promise<Buffer>;
  /** Writes the file to a new local path (which must not exist); nothing stays there when it fails. */
  fetch(name: string, target: RealPath, signal: AbortSignal): Promise<void>;
  /** Replaces a small text file (HOW-TO-RESTORE.txt, recover.sh) when its content differs. */
  putText(name: string, text: string, signal: AbortSignal): Promise<void>;
  /** Removes files, in order; a missing one is no error. Gives what could not be removed. */
  remove(names: readonly string[], signal: AbortSignal): Promise<readonly { name: string; error: Error }[]>;
  /** undefined: this kind of tier does not know. */
  space(signal: AbortSignal): Promise<StoreSpace | undefined>;
  /**
   * Removes unfinished files of earlier runs of this installation. Gives their names. For the holder of the run lock: a
   * `put` of this installation that is under way would lose its file.
   */
  sweep(signal: AbortSignal): Promise<string[]>;
}
