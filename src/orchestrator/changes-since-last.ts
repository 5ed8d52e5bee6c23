// What differs between this run's archive and the one before, for messages and the record. Told from the two indexes that runs
// keep; only where the older one is missing are the archives themselves read, which encrypted ones cannot be: the run has no key
// (`proxsave diff --identity` has).

import { listHead } from '../archiver/read/open-archive.ts';
import { asRealPath, type RealPath } from '../host/host.ts';
import type { PastRun } from '../report/past-runs.ts';
import type { AreaChanges } from '../run-record.ts';
import { compareIndexes, indexOf, type ComparedIndex } from './changes.ts';
import {
  headOfKeptIndex,
  isUnreadable,
  keptIndexPath,
  readKeptIndex,
  unlessUnreadable,
} from './kept-index.ts';
import type { Run } from './run-state.ts';

/** A larger archive is not worth the time that decompressing it takes. Bytes of the file. */
const maxArchiveBytes = 256 * 1024 * 1024;
const namesPerList = 20;

export interface Comparison {
  stateDirectory: RealPath;
  /** The last good run of this host. */
  previous: PastRun | undefined;
  made: RealPath;
  /** The index of `made` as it was written; undefined when that failed. */
  madeIndex: RealPath | undefined;
}

/** Undefined: there is nothing to compare with. */
export async function changesSinceLast(
  run: Run,
  comparison: Comparison,
): Promise<readonly AreaChanges[] | undefined> {
  const { previous, madeIndex, made } = comparison;
  if (previous === undefined || previous.archive_path === '') return undefined;
  try {
    const newer = madeIndex === undefined ? await archiveIndex(run, made) : keptIndex(run, madeIndex);
    if (newer === undefined) return undefined;
    const compareWith = (older: ComparedIndex) =>
      run.phase('compare', 'Comparing with the archive before', () =>
        compareIndexes(older, newer, { namesPerList, signal: run.host.signal }),
      );
    const kept = await keptIndexOf(run, comparison);
    const changes = kept === undefined ? undefined : await unlessUnreadable(() => compareWith(kept));
    if (changes !== undefined) return changes;
    const older = await archiveIndex(run, previous.archive_path);
    return older === undefined ? undefined : await compareWith(older);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    run.report({
      severity: 'info',
      code: 'not-compared',
      path: previous.archive_path,
      message: `not compared with the archive before: ${error instanceof Error ? error.message : 'unreadable'}`,
    });
    return undefined;
  }
}

function keptIndex({ host }: Run, path: RealPath): ComparedIndex {
  return { hasHashes: true, read: () => readKeptIndex(host, path) };
}

/** The one that the last good run kept; undefined when it is of another run. */
async function keptIndexOf(
  run: Run,
  { stateDirectory, previous }: Comparison,
): Promise<ComparedIndex | undefined> {
  const path = keptIndexPath(stateDirectory);
  const head = await headOfKeptIndex(run.host, path);
  const isOfPrevious = head?.hostname === previous?.hostname && head?.createdAt === previous?.start_time;
  return head !== undefined && isOfPrevious ? keptIndex(run, path) : undefined;
}

async function archiveIndex({ host }: Run, path: string): Promise<ComparedIndex | undefined> {
  const { archive } = await listHead(host, asRealPath(path));
  if (archive === undefined || archive.isEncrypted || archive.size > maxArchiveBytes) return undefined;
  return indexOf(host, archive);
}
