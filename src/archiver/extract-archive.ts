// Takes files out of an archive into a directory. The archive is hostile until proven otherwise: extract-path.ts
// checks names, extract-tree.ts writes. What cannot be extracted is a problem in the report; the rest goes on.

import type { EntryMeta } from '../entry.ts';
import {
  AppError,
  DiskSpaceError,
  EncryptionError,
  InterruptedError,
  StorageError,
  asStorageError,
  describeSystemError,
  isSystemError,
} from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';
import { ProblemList, type ArchiveProblem } from './archive-problem.ts';
import { dedupManifestPath, linkedPath, readDedupManifest, type DedupManifest } from './dedup-manifest.ts';
import type { DecodedEntry } from './decode-tar.ts';
import { finishDeferred, type Deferred } from './extract-deferred.ts';
import { createOwnerLookup } from './extract-owner.ts';
import { EntryError, toSafePath, type SafePath } from './extract-path.ts';
import { planFromIndex, type IndexPlan, type SelectEntry } from './extract-plan.ts';
import { TargetTree, type BeforeRename } from './extract-tree.ts';
import { hashWhileReading } from './content-hash.ts';
import { indexArea } from './index-writer.ts';
import type { OpenArchive } from './open-archive.ts';
import { readEntries, type ReadOptions } from './read-content.ts';
import { isIndexMember } from './read-index.ts';
