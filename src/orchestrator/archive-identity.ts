// Whose an archive is and when it was made: what its manifest says, else its file name, else the file's time. The same for
// every listing.

import { parseTimestamp, type ArchiveName } from '../archiver/archive-name.ts';
import type { ArchiveFacts } from '../archiver/read/open-archive.ts';

export interface ArchiveIdentity {
  hostname: string;
  createdAt: Date;
}

/** `manifest` absent: the head cannot be read. */
export function archiveIdentity(
  name: ArchiveName,
  modified: Date,
  manifest?: ArchiveFacts['manifest'],
): ArchiveIdentity {
  const named = { hostname: name.hostname, createdAt: parseTimestamp(name.timestamp) ?? modified };
  if (manifest === undefined) return named;
  const created = new Date(manifest.created_at);
  return {
    hostname: manifest.hostname === '' ? named.hostname : manifest.hostname,
    createdAt: Number.isNaN(created.getTime()) ? named.createdAt : created,
  };
}

/** For sorting: newest first; same moment: by name. */
export function byNewest(a: { createdAt: Date; name: string }, b: { createdAt: Date; name: string }): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.name < b.name ? -1 : 1);
}
