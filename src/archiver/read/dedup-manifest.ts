// Archives of the existing edition hold symbolic links in place of files with equal content, and this list of them
// (var/lib/proxsave-info/dedup_manifest.json): without it such links cannot be told from the host's own.

import { posix } from 'node:path';
import { z } from 'zod';
import { infoDirectory } from '../../catalogue/types.ts';
import { EntryError } from '../extract/extract-path.ts';

export const dedupManifestPath = `${infoDirectory}/dedup_manifest.json`;
export const maxDedupManifestBytes = 16 * 1024 * 1024;

/** What the replaced file had; `uid` and `gid` are missing in the oldest archives. */
const dedupEntrySchema = z.object({
  path: z.string(),
  mode: z.int().nonnegative(),
  uid: z.int().nonnegative().optional(),
  gid: z.int().nonnegative().optional(),
});
export type DedupEntry = z.infer<typeof dedupEntrySchema>;
export type DedupManifest = ReadonlyMap<string, DedupEntry>;

/** Reads the member's content to the replaced files by ArchivePath. @throws EntryError when it is malformed */
export async function readDedupManifest(content: AsyncIterable<Buffer>): Promise<DedupManifest> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const bytes of content) {
    size += bytes.length;
    if (size > maxDedupManifestBytes) throw malformed('is too large');
    pieces.push(bytes);
  }
  return parseDedupManifest(Buffer.concat(pieces).toString('utf8'));
}

/** @throws EntryError when it is malformed */
export function parseDedupManifest(text: string): DedupManifest {
  return new Map(parseEntries(text).map((entry) => [entry.path.replace(/^(?:\.\/)+/u, ''), entry]));
}

function parseEntries(text: string): DedupEntry[] {
  try {
    return z.array(dedupEntrySchema).parse(JSON.parse(text));
  } catch {
    // Not JSON or not of this shape: either way the list is lost, and the message says what follows from it.
    throw malformed('is damaged');
  }
}

function malformed(what: string): EntryError {
  return new EntryError('dedup-manifest-damaged', `it ${what}: files that were stored as links stay links`);
}

/** ArchivePath that a symbolic link at `path` points to; one that leaves the archive begins with `/` or `..`. */
export function linkedPath(path: string, target: string): string {
  return target.startsWith('/') ? target : posix.join(posix.dirname(path), target);
}
