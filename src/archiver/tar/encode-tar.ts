// Entries in, tar stream out, in large chunks: many small files share one, so that the stages behind are called rarely.
// Takes each file's SHA-256 as its content passes.

import { createHash, hash } from 'node:crypto';
import type { EntryGroups, SourceEntry } from '../../entry.ts';
import { ArchiveError } from '../../errors.ts';
import { printable } from '../../util/printable.ts';
import { createChunkPool, type ChunkPool } from './chunk-pool.ts';
import { encodeHeader, writeHeader } from './encode-header.ts';
import { tarBlockBytes } from './tar-header.ts';

const recordBytes = 20 * tarBlockBytes;

export interface TarEncoding {
  /** Told of each entry when it has passed, in archive order; `sha256` is lower-case hex, for files only. */
  onEntry(entry: SourceEntry, sha256: string | undefined): void;
  /** Where chunks come from; the consumer gives them back. Absent: each is new. */
  chunks?: ChunkPool;
  /** Asked for the last member when all entries have passed; it is not told to onEntry. */
  lastEntry(): SourceEntry & { content: Iterable<Buffer> };
}

/**
 * A tar stream (POSIX, whole 10 KiB records) of the entries. Chunks belong to the consumer until it gives them back to the
 * pool. Pieces of a content are copied at once, so their producer may reuse its buffer.
 * @throws ArchiveError when a content has not exactly the size that its entry says
 */
export async function* encodeTar(groups: EntryGroups, encoding: TarEncoding): AsyncGenerator<Buffer> {
  const writer = createChunkWriter(encoding.chunks ?? createChunkPool());
  for await (const group of groups) {
    for (const entry of group) {
      // Small files pass without a generator of their own: its cost would show at tens of thousands.
      const { content } = entry;
      const isWhole = content === null || Buffer.isBuffer(content);
      const sha256 = isWhole ? addWhole(writer, entry, content) : yield* addPieces(writer, entry, content);
      encoding.onEntry(entry, sha256);
      if (writer.full.length > 0) yield* writer.full.splice(0);
    }
  }
  const last = encoding.lastEntry();
  yield* addPieces(writer, last, last.content);
  // The end of an archive: two blocks of zeros.
  writer.append(zeros.subarray(0, 2 * tarBlockBytes));
  writer.padTo(recordBytes);
  writer.closeChunk();
  yield* writer.full;
}

const noContent = Buffer.alloc(0);
const zeros = Buffer.alloc(recordBytes);

function addWhole(writer: ChunkWriter, entry: SourceEntry, whole: Buffer | null): string | undefined {
  const content = whole ?? noContent;
  checkSize(entry, content.length);
  writer.appendHeader(entry);
  if (content.length > 0) {
    writer.append(content);
    writer.padTo(tarBlockBytes);
  }
  return entry.type === 'file' ? hash('sha256', content, 'hex') : undefined;
}

function* addPieces(
  writer: ChunkWriter,
  entry: SourceEntry,
  pieces: Iterable<Buffer>,
): Generator<Buffer, string> {
  writer.appendHeader(entry);
  const digest = createHash('sha256');
  let size = 0;
  for (const piece of pieces) {
    size += piece.length;
    if (size > entry.size) checkSize(entry, size);
    digest.update(piece);
    writer.append(piece);
    if (writer.full.length > 0) yield* writer.full.splice(0);
  }
  checkSize(entry, size);
  writer.padTo(tarBlockBytes);
  return digest.digest('hex');
}

function checkSize(entry: SourceEntry, size: number): void {
  if (size === entry.size) return;
  const relation = size > entry.size ? 'more than' : 'not';
  throw new ArchiveError(
    `the content of ${printable(entry.path)} has ${size} bytes, ${relation} the announced ${entry.size}`,
  );
}

interface ChunkWriter {
  /** Finished chunks; the caller takes them out. */
  full: Buffer[];
  appendHeader(entry: SourceEntry): void;
  append(bytes: Buffer): void;
  /** Zeros up to the next multiple of `unit` in the whole stream. */
  padTo(unit: number): void;
  closeChunk(): void;
}

function createChunkWriter(pool: ChunkPool): ChunkWriter {
  const full: Buffer[] = [];
  let chunk = pool.take();
  let used = 0;
  let closedBytes = 0;

  const closeChunk = () => {
    full.push(chunk.subarray(0, used));
    closedBytes += used;
    chunk = pool.take();
    used = 0;
  };

  const append = (bytes: Buffer) => {
    let done = 0;
    while (done < bytes.length) {
      const copied = bytes.copy(chunk, used, done);
      done += copied;
      used += copied;
      if (used === chunk.length) closeChunk();
    }
  };

  return {
    full,
    append,
    closeChunk,
    appendHeader: (entry) => {
      const end = writeHeader(entry, chunk, used);
      // It does not fit: let it run over into the next chunk.
      if (end === -1) append(encodeHeader(entry));
      else used = end;
    },
    padTo: (unit) => {
      const position = closedBytes + used;
      const missing = Math.ceil(position / unit) * unit - position;
      if (missing > 0) append(zeros.subarray(0, missing));
    },
  };
}
