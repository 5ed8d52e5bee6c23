// The index of an archive: which entries it has, and to which area each belongs. Archives of the existing edition
// have none; theirs is made from the tar itself, without areas and hashes.

import type { EntryMeta } from '../../entry.ts';
import type { Host } from '../../host/host.ts';
import type { DecodedEntry } from '../tar/decode-tar.ts';
import { indexPath, type IndexEntry, type IndexHead } from './index-file.ts';
import { IndexParser } from './index-parser.ts';
import type { OpenArchive } from '../read/open-archive.ts';
import { formatSeconds } from '../tar/pax-records.ts';
import { readEntries, type ReadOptions } from '../read/read-content.ts';

export interface ArchiveIndex {
  head: IndexHead;
  /** In archive order. */
  entries: IndexEntry[];
  /** False: made from the tar, so areas are empty and hashes are missing. */
  isFromArchive: boolean;
}

/** The index as a stream: first `head`, then each entry. Ending the iteration early stops the decompressor. */
export type IndexItem =
  { kind: 'head'; head: IndexHead; isFromArchive: boolean } | { kind: 'entry'; entry: IndexEntry };

/** The whole index in memory: some 300 bytes an entry. @throws as readContent; ArchiveError for a malformed index */
export async function loadIndex(
  host: Host,
  archive: OpenArchive,
  options: ReadOptions = {},
): Promise<ArchiveIndex> {
  const index: ArchiveIndex = { head: headOfManifest(archive), entries: [], isFromArchive: false };
  for await (const item of readIndex(host, archive, options)) {
    if (item.kind === 'entry') index.entries.push(item.entry);
    else Object.assign(index, { head: item.head, isFromArchive: item.isFromArchive });
  }
  return index;
}

/**
 * Streams the index. It is the last member, so all before it is decompressed and skipped. An archive without one is
 * read again from the start, unless its manifest tells beforehand that it is of the existing edition.
 */
export async function* readIndex(
  host: Host,
  archive: OpenArchive,
  options: ReadOptions = {},
): AsyncGenerator<IndexItem, void> {
  if (!isOfExistingEdition(archive)) {
    for await (const entry of readEntries(host, archive, options)) {
      if (!isIndexMember(entry)) continue;
      yield* readIndexText(entry.content);
      return;
    }
  }
  yield { kind: 'head', head: headOfManifest(archive), isFromArchive: false };
  for await (const { meta } of readEntries(host, archive, options)) {
    if (meta.type !== 'other' && meta.path !== '') yield { kind: 'entry', entry: toIndexEntry(meta) };
  }
}

/** Its manifest is JSON without our extension, or older still: there is no index in it. */
export function isOfExistingEdition(archive: OpenArchive): boolean {
  if (archive.manifestSource === 'none') return false;
  return archive.manifestSource === 'legacy' || archive.manifest.schema_version === undefined;
}

/** May hold links in the place of files: all archives but those that are known to be of this edition. */
export function mayBeDeduplicated(archive: OpenArchive): boolean {
  return archive.manifestSource === 'none' || isOfExistingEdition(archive);
}

export function isIndexMember({ meta }: Pick<DecodedEntry, 'meta'>): boolean {
  return meta.type === 'file' && meta.path === indexPath;
}

/** Streams the text of an index. @throws ArchiveError when it is malformed or cut */
export async function* readIndexText(content: AsyncIterable<Buffer>): AsyncGenerator<IndexItem, void> {
  let parsed: IndexEntry[] = [];
  let isHeadSent = false;
  const parser = new IndexParser((entry) => parsed.push(entry));
  for await (const bytes of content) {
    parser.feed(bytes);
    if (!isHeadSent && parser.head !== undefined) {
      isHeadSent = true;
      yield { kind: 'head', head: parser.head, isFromArchive: true };
    }
    for (const entry of parsed) yield { kind: 'entry', entry };
    parsed = [];
  }
  parser.finish();
}

function headOfManifest({ manifest }: OpenArchive): IndexHead {
  return { schemaVersion: 1, createdAt: manifest.created_at, hostname: manifest.hostname, areas: [] };
}

function toIndexEntry(meta: EntryMeta): IndexEntry {
  return {
    path: meta.path,
    area: '',
    type: meta.type,
    mode: meta.mode.toString(8).padStart(4, '0'),
    uid: meta.uid,
    gid: meta.gid,
    user: meta.userName,
    group: meta.groupName,
    size: meta.size,
    mtime: formatSeconds(meta.mtimeNs),
    ...(meta.linkTarget === '' ? {} : { target: meta.linkTarget }),
  };
}
