// One entry on its way to the disk: content checked against the index, failures turned into problems.

import type { EntryMeta } from '../../entry.ts';
import { asStorageError, describeSystemError, isSystemError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { ProblemList } from '../verify/archive-problem.ts';
import { ContentHash, hashWhileReading } from '../index/content-hash.ts';
import type { DedupManifest } from '../read/dedup-manifest.ts';
import { EntryError, type SafePath } from './extract-path.ts';
import type { IndexPlan } from './extract-plan.ts';
import type { ExtractOptions } from './extract-options.ts';
import type { TargetTree } from './extract-tree.ts';
import type { NumberedEntry } from './numbered-entries.ts';
import type { OpenArchive } from '../read/open-archive.ts';

/** A link: made when all files are there. */
export interface Deferred {
  path: SafePath;
  meta: EntryMeta;
}

/** What one extraction carries through its passes. */
export interface ExtractRun {
  readonly host: Host;
  readonly archive: OpenArchive;
  readonly options: ExtractOptions;
  readonly tree: TargetTree;
  readonly plan: IndexPlan | null;
  readonly problems: ProblemList;
  readonly deferred: Deferred[];
  /** Filled when an archive of the existing edition has one. */
  dedup: DedupManifest;
}

/** Writes a file. Content that differs from the index is reported; it never replaces a file that exists. */
export async function writeChecked(
  run: ExtractRun,
  path: SafePath,
  entry: NumberedEntry<EntryMeta>,
): Promise<void> {
  const hash = new ContentHash();
  hash.start(entry.meta.size);
  await run.tree.writeFile(path, entry.meta, hashWhileReading(entry.content, hash), (replaces) => {
    if (run.plan?.digests.compareContent(entry.number, hash.finish()) !== 'content-differs') return;
    const error = new EntryError('content-differs', 'its content has not the SHA-256 that the index says');
    if (replaces) throw error;
    addEntryProblem(run.problems, entry.meta.path, error);
  });
}

/** Errnos after which no other entry can be written either. */
const fatalCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/** Reports what concerns one entry. @throws everything else: damage of the archive, a full disk, an abort */
export function addEntryProblem(problems: ProblemList, path: string, error: unknown): void {
  if (error instanceof EntryError) problems.add({ code: error.code, path, message: error.message });
  else if (isSystemError(error) && error.syscall !== undefined && !fatalCodes.has(error.code ?? '')) {
    problems.add({ code: 'write-failed', path, message: describeSystemError(error) });
  } else throw asStorageError(error, `cannot write ${path}`);
}
