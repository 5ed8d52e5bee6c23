// Collects the index while the archive streams, and gives it as the last member. The blocks of a long one are kept
// compressed: text of this kind shrinks about tenfold, so a million lines need little memory. Format: see index-file.ts.

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { EntryMeta, SourceEntry } from '../../entry.ts';
import { ArchiveError } from '../../errors.ts';
import { encodeBytePath, hasRawBytes } from '../../util/byte-path.ts';
import { indexArea, type IndexHead, indexPath } from './index-file.ts';
import { formatSeconds } from '../tar/pax-records.ts';

const blockBytes = 1024 * 1024;
/** The index of a usual host fits into these; compressing them would only cost time. */
const plainBlocks = 6;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const maxBytesPerUnit = 3;
const blockCompression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export interface IndexWriter {
  add(entry: SourceEntry, sha256: string | undefined): void;
  /** The index as an archive member. Nothing can be added any more. */
  toEntry(mtimeNs: bigint): SourceEntry & { content: Iterable<Buffer> };
}

export function createIndexWriter(head: IndexHead): IndexWriter {
  const blocks: Buffer[] = [];
  const block = Buffer.alloc(blockBytes);
  let used = 0;
  let size = 0;
  let separator = '';

  const closeBlock = () => {
    size += used;
    const bytes = block.subarray(0, used);
    const isPlain = blocks.length < plainBlocks;
    blocks.push(isPlain ? Buffer.from(bytes) : zstdCompressSync(bytes, blockCompression));
    used = 0;
  };

  const append = (text: string) => {
    const roomNeeded = text.length * maxBytesPerUnit;
    if (roomNeeded > blockBytes) throw new ArchiveError(`a line of the index has ${text.length} characters`);
    if (used + roomNeeded > blockBytes) closeBlock();
    used += block.write(text, used);
  };

  append(`${JSON.stringify(head).slice(0, -1)},"entries":[\n`);
  return {
    add: (entry, sha256) => {
      append(separator + formatIndexLine(entry, sha256));
      separator = ',\n';
    },
    toEntry: (mtimeNs) => {
      append(separator === '' ? ']}\n' : '\n]}\n');
      closeBlock();
      return indexEntry(size, mtimeNs, unpackBlocks(blocks));
    },
  };
}

function* unpackBlocks(blocks: readonly Buffer[]): Generator<Buffer> {
  for (const [at, block] of blocks.entries()) yield at < plainBlocks ? block : zstdDecompressSync(block);
}

/** Begin the last keys of a line: what the tar header does not tell. */
export const sha256Key = ',"sha256":"';
export const areaKey = ',"area":';

/** One line of the index (an IndexEntry of index-file.ts). */
export function formatIndexLine(entry: SourceEntry, sha256: string | undefined): string {
  const digest = sha256 === undefined ? '' : `${sha256Key}${sha256}"`;
  return `${formatIndexFacts(entry)}${digest}${areaKey}${JSON.stringify(entry.area)}}`;
}

/** The beginning of a line: what the tar header tells. Put together by hand: this runs once an entry. */
export function formatIndexFacts(entry: EntryMeta): string {
  const isLink = entry.type === 'symlink' || entry.type === 'hardlink';
  const rawPath = hasRawBytes(entry.path)
    ? `,"pathBase64":"${encodeBytePath(entry.path).toString('base64')}"`
    : '';
  return (
    `{"path":${JSON.stringify(entry.path)}${rawPath},"type":"${entry.type}",` +
    `"mode":"${entry.mode.toString(8).padStart(4, '0')}","uid":${entry.uid},"gid":${entry.gid},` +
    `"user":${JSON.stringify(entry.userName)},"group":${JSON.stringify(entry.groupName)},"size":${entry.size},` +
    `"mtime":"${formatSeconds(entry.mtimeNs)}"` +
    (isLink ? `,"target":${JSON.stringify(entry.linkTarget)}` : '')
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
