// All archives of a tier, newest first, each read no further than its head.

import { parseArchiveName, type ArchiveName } from '../archiver/archive-name.ts';
import { listHead, type ArchiveHead, type OpenArchive } from '../archiver/read/open-archive.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { createDirectoryStore } from '../storage/directory-store.ts';
import type { TierName } from '../storage/store.ts';
import { archiveIdentity, byNewest } from './archive-identity.ts';

export interface ListedArchive {
  tier: TierName;
  /** File name on the tier. */
  name: string;
  path: RealPath;
  hostname: string;
  createdAt: Date;
  /** Bytes of the file (a bundle with what is around the archive). */
  sizeBytes: number;
  /** Absent: the head cannot be read; `problem` says why. */
  archive?: OpenArchive;
  problem?: string;
}

/**
 * Newest first; same second: by name. Files that are no archives are passed over.
 * @throws PermissionError, StorageError when the directory cannot be read; one that is not there is empty
 */
export async function listArchives(
  host: Host,
  tier: TierName,
  directory: RealPath,
): Promise<ListedArchive[]> {
  const store = createDirectoryStore(host, tier, directory);
  const listed: ListedArchive[] = [];
  for (const file of await store.list(host.signal)) {
    const name = parseArchiveName(file.name);
    if (name === undefined) continue;
    const path = joinReal(directory, file.name);
    const head = await listHead(host, path);
    listed.push({
      tier,
      name: file.name,
      path,
      sizeBytes: file.sizeBytes,
      ...describeHead(name, head, file.modified),
    });
  }
  return listed.sort(byNewest);
}

function describeHead(
  name: ArchiveName,
  head: ArchiveHead,
  modified: Date,
): Pick<ListedArchive, 'hostname' | 'createdAt' | 'archive' | 'problem'> {
  if (head.archive === undefined) {
    return { ...archiveIdentity(name, modified), problem: head.problem.message };
  }
  return { ...archiveIdentity(name, modified, head.archive.manifest), archive: head.archive };
}
