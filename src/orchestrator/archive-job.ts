// What making an archive takes, and what it gives.

import type { ArchiveTally } from '../archiver/index/archive-tally.ts';
import type { ResolvedCompression } from '../archiver/resolve-codec.ts';
import type { CollectionRequest } from '../collector/collect.ts';
import type { HostFacts } from '../host/facts.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { ArchiveEncryption } from './archive-encryption.ts';
import type { CoverageCounts } from './coverage/coverage.ts';
import type { DirectoryStore } from '../storage/directory-store.ts';

export interface ArchiveJob {
  /** The host that is saved; its root may differ from where ProxSave itself lives. */
  source: Host;
  facts: HostFacts;
  collection: Omit<CollectionRequest, 'mode' | 'onDatabase'>;
  compression: ResolvedCompression;
  /** Absent: the archive is not encrypted. */
  encryption?: ArchiveEncryption;
  store: DirectoryStore;
  installId: string;
  isBundle: boolean;
  /** Without --only and --skip. */
  isWholeHost: boolean;
  isVerified: boolean;
  /** Told of the text of the archive's index, in order. */
  onIndex?: (bytes: Buffer) => void;
  /** Content bytes of the last run, for the progress bar. */
  expectedBytes?: number;
}

export interface MadeArchive {
  path: RealPath;
  /** Bytes of the file: the bundle, or the raw archive. */
  fileBytes: number;
  sha256: string;
  tally: ArchiveTally;
  coverage: CoverageCounts;
  isVerified: boolean;
  isEncrypted: boolean;
  /** `partial`: errors kept whole areas out, or the run was limited to some areas. */
  status: 'complete' | 'partial';
}
