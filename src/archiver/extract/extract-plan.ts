// What the index says before anything is written: areas and digests by entry number, and how much the selection takes.

import type { EntryMeta } from '../../entry.ts';
import { AppError, EncryptionError, InterruptedError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { ProblemList } from '../verify/archive-problem.ts';
import { EntryDigests } from '../index/entry-digests.ts';
import { formatIndexFacts } from '../index/index-writer.ts';
import { indexArea, indexPath } from '../index/index-file.ts';
import { metaOfIndexEntry } from '../index/index-parser.ts';
import type { OpenArchive } from '../read/open-archive.ts';
import { withoutProgress, type ReadOptions } from '../read/read-content.ts';
import { isOfExistingEdition, readIndex } from '../index/read-index.ts';

/** The index is not listed in itself; when it is selected, the archive is read to its end. */
const indexMeta: EntryMeta = {
  path: indexPath,
  type: 'file',
  mode: 0o600,
  uid: 0,
  gid: 0,
  userName: '',
  groupName: '',
  mtimeNs: 0n,
  size: 0,
  linkTarget: '',
};

export type SelectEntry = (meta: EntryMeta, area: string) => boolean;

export interface IndexPlan {
  digests: EntryDigests;
  /** By entry number. */
  areas: readonly string[];
  selectedEntries: number;
  selectedBytes: number;
}

/**
 * Reads the index once. Null when the archive has none or it cannot be reached (a problem then): the extraction goes
 * on with what the tar itself says. @throws EncryptionError, InterruptedError
 */
export async function planFromIndex(
  host: Host,
  archive: OpenArchive,
  options: ReadOptions & { select: SelectEntry },
  problems: ProblemList,
): Promise<IndexPlan | null> {
  if (isOfExistingEdition(archive)) return null;
  try {
    return await readPlan(host, archive, options);
  } catch (error) {
    if (
      !(error instanceof AppError) ||
      error instanceof EncryptionError ||
      error instanceof InterruptedError
    ) {
      throw error;
    }
    problems.add({
      code: 'index-unreadable',
      message: `without the index nothing can be checked: ${error.message}`,
    });
    return null;
  }
}

async function readPlan(
  host: Host,
  archive: OpenArchive,
  options: ReadOptions & { select: SelectEntry },
): Promise<IndexPlan | null> {
  const digests = new EntryDigests();
  const areas: string[] = [];
  const plan: IndexPlan = { digests, areas, selectedEntries: 0, selectedBytes: 0 };
  const areaNames = new Map<string, string>();
  if (options.select(indexMeta, indexArea)) plan.selectedEntries += 1;
  for await (const item of readIndex(host, archive, withoutProgress(options))) {
    if (item.kind === 'head') {
      if (item.isFromArchive) continue;
      return null;
    }
    const { area, sha256 } = item.entry;
    const meta = metaOfIndexEntry(item.entry);
    digests.add(
      formatIndexFacts(meta),
      sha256 === undefined ? null : Buffer.from(sha256.padEnd(64, '0'), 'hex'),
    );
    // One string for each area, not one for each entry.
    if (!areaNames.has(area)) areaNames.set(area, area);
    areas.push(areaNames.get(area) ?? area);
    if (!options.select(meta, area)) continue;
    plan.selectedEntries += 1;
    plan.selectedBytes += meta.size;
  }
  return plan;
}
