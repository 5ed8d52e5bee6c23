// Collects the index while the archive streams, and gives it as the last member. A million lines are kept as compressed
// blocks: text of this kind shrinks about tenfold, so memory stays small. Format: see index-file.ts.

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { SourceEntry } from '../entry.ts';
import { encodeBytePath, hasRawBytes } from '../util/byte-path.ts';
import { type IndexHead, indexPath } from './index-file.ts';
import { formatSeconds } from './pax-records.ts';

const blockCharacters = 1024 * 1024;
/** Owns the index inside the archive; no catalogue area does. */
const indexArea = 'proxsave-info';

export interface IndexWriter {
  add(entry: SourceEntry, sha256: string | undefined): void;
  /** The index as an archive member. Nothing can be added any more. */
  toEntry(mtimeNs: bigint): SourceEntry & { content: Iterable<Buffer> };
}

export function createIndexWriter(head: IndexHead): IndexWriter {
  const blocks: Buffer[] = [];
  let size = 0;
  let text = `${JSON.stringify(head).slice(0, -1)},"entries":[\n`;
  let separator = '';

  const closeBlock = () => {
    const bytes = Buffer.from(text, 'utf8');
    size += bytes.length;
    blocks.push(zstdCompressSync(bytes));
    text = '';
  };

  return {
    add: (entry, sha256) => {
      text += separator + formatIndexLine(entry, sha256);
      separator = ',\n';
      if (text.length >= blockCharacters) closeBlock();
    },
    toEntry: (mtimeNs) => {
      text += separator === '' ? ']}\n' : '\n]}\n';
      closeBlock();
      return indexEntry(size, mtimeNs, unpackBlocks(blocks));
    },
  };
}

function* unpackBlocks(blocks: readonly Buffer[]): Generator<Buffer> {
  for (const block of blocks) yield zstdDecompressSync(block);
}

/** One line of the index (an IndexEntry of index-file.ts), put together by hand: this runs once an entry. */
export function formatIndexLine(entry: SourceEntry, sha256: string | undefined): string {
  const isLink = entry.type === 'symlink' || entry.type === 'hardlink';
  const rawPath = hasRawBytes(entry.path)
    ? `,"pathBase64":"${encodeBytePath(entry.path).toString('base64')}"`
    : '';
  return (
    `{"path":${JSON.stringify(entry.path)}${rawPath},"area":${JSON.stringify(entry.area)},"type":"${entry.type}",` +
    `"mode":"${entry.mode.toString(8).padStart(4, '0')}","uid":${entry.uid},"gid":${entry.gid},` +
    `"user":${JSON.stringify(entry.userName)},"group":${JSON.stringify(entry.groupName)},"size":${entry.size},` +
    `"mtime":"${formatSeconds(entry.mtimeNs)}"` +
    (sha256 === undefined ? '' : `,"sha256":"${sha256}"`) +
    (isLink ? `,"target":${JSON.stringify(entry.linkTarget)}` : '') +
    '}'
  );
}

function indexEntry(size: number, mtimeNs: bigint, content: Iterable<Buffer>) {
  return {
    path: indexPath,
    type: 'file' as const,
    mode: 0o600,
    uid: 0,
    gid: 0,
    userName: 'root',
    groupName: 'root',
    mtimeNs,
    size,
    linkTarget: '',
    area: indexArea,
    content,
  };
}
