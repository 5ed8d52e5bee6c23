// Where the bytes of an archive go: the contract that bundle-writer.ts and raw-writer.ts fulfil. The order of calls is
// write*, finishContent, (read back), finishManifest, publish; discard at any moment before publish.

import type { RealPath } from '../../host/host.ts';
import type { Manifest } from '../manifest.ts';

export interface ArchiveTarget {
  directory: RealPath;
  /** Base name of the archive itself, e.g. pve1-backup-20260724-020000.tar.zst; without the bundle's ending. */
  archiveName: string;
  createdAt: Date;
  /** How many areas the manifest will list: decides how much room a bundle keeps for it. */
  areaCount: number;
  /** That the manifest will list. */
  recipients?: readonly string[];
  /** Name of the finished file; default: that of the archive, with the bundle's ending for a bundle. */
  fileName?: string;
  /** A file of that name, and what an interrupted run left under the temporary one, is replaced. */
  mayReplace?: boolean;
}

/** Where the archive's bytes stand in the file, and what they are. */
export interface FinishedContent {
  archiveOffset: number;
  archiveSize: number;
  /** Lower-case hex, of the archive's bytes. */
  sha256: string;
}

/** Failures are thrown as StorageError, DiskSpaceError or PermissionError; the caller then discards. */
export interface ArchiveSink {
  /** The file under its temporary name, for reading back. */
  partialPath: RealPath;
  /** The file after publish. */
  finalPath: RealPath;
  /** Appends to the archive. One call at a time; the chunk must not change until it settles. */
  write(chunk: Buffer): Promise<void>;
  /** All bytes are in and on the disk. */
  finishContent(): FinishedContent;
  /** Manifest and checksum are in place and on the disk. */
  finishManifest(manifest: Manifest): void;
  /** Whether what is read back is what was written. @throws StorageError when another file has the temporary name */
  demandOurs(): void;
  /** Gives the file its final name, for good. Replaces an existing one only with `mayReplace`. */
  publish(): void;
  /** Removes everything that was written. Does nothing after publish, and may be called twice. */
  discard(): void;
}
