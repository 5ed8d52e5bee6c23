// The write side in one pass: entries -> tar -> compress -> more stages (encryption) -> sink. Whatever stage fails, its
// own error comes out; the caller then discards the sink.

import { type Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EntryGroups, SourceEntry } from '../../entry.ts';
import { InterruptedError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { ArchiveSink, FinishedContent } from './archive-sink.ts';
import { addToTally, type ArchiveTally, createTally } from '../index/archive-tally.ts';
import { createChunkPool, type ChunkPool } from '../tar/chunk-pool.ts';
import { encodeTar } from '../tar/encode-tar.ts';
import type { IndexHead } from '../index/index-file.ts';
import { createIndexWriter } from '../index/index-writer.ts';
import type { ResolvedCompression } from '../resolve-codec.ts';

const nanosecondsPerMillisecond = 1_000_000n;
/** What may wait for the disk while the compressor works on. */
const sinkBufferBytes = 2 * 1024 * 1024;

export interface ArchiveRequest {
  entries: EntryGroups;
  indexHead: IndexHead;
  compression: ResolvedCompression;
  /** Stages behind the compressor, in order. */
  extraStages?: readonly Duplex[];
  sink: ArchiveSink;
  signal: AbortSignal;
  /** Told of each entry when it has passed, before the next one is asked for; `sha256` for files only. */
  onEntry?: (entry: SourceEntry, sha256: string | undefined) => void;
  /** Told of the index's text, in order, as it is written. */
  onIndex?: (bytes: Buffer) => void;
  /** Called at most once a chunk. */
  onProgress?: (progress: ArchiveProgress) => void;
}

export interface ArchiveProgress {
  /** Of the entry that passed last. */
  area: string;
  path: string;
  files: number;
  bytes: number;
}

export interface WrittenContent extends FinishedContent {
  tally: ArchiveTally;
}

/**
 * Streams the entries into the sink and finishes its content; manifest and publishing are the caller's.
 * @throws ArchiveError, CompressionError, StorageError, DiskSpaceError, InterruptedError, or what `entries` throws
 */
export async function writeArchive(host: Host, request: ArchiveRequest): Promise<WrittenContent> {
  const tally = createTally();
  const chunks = createChunkPool();
  const { codec } = request.compression;
  const { sink, signal } = request;
  const isAborted = () => signal.aborted;
  if (isAborted()) throw new InterruptedError();
  const { stage: sinkStage, settled } = createSinkStage(sink);
  try {
    await pipeline(
      [
        Readable.from(encodeWithIndex(host, request, { tally, chunks })),
        codec.compress(host, request.compression, chunks.give),
        ...(request.extraStages ?? []),
        sinkStage,
      ],
      { signal },
    );
  } catch (error) {
    // The caller closes the file now; a write that still runs must not meet a descriptor of somebody else.
    await settled();
    throw isAborted() ? new InterruptedError(undefined, { cause: error }) : error;
  }
  return { ...sink.finishContent(), tally };
}

function createSinkStage(sink: ArchiveSink): { stage: Writable; settled: () => Promise<void> } {
  let inFlight = Promise.resolve();
  const stage = new Writable({
    highWaterMark: sinkBufferBytes,
    write: (chunk: Buffer, _encoding, done) => {
      inFlight = sink.write(chunk).then(() => {
        done();
      }, done);
    },
  });
  return { stage, settled: () => inFlight };
}

async function* encodeWithIndex(
  host: Host,
  request: ArchiveRequest,
  { tally, chunks }: { tally: ArchiveTally; chunks: ChunkPool },
): AsyncGenerator<Buffer> {
  const index = createIndexWriter(request.indexHead);
  const passed: SourceEntry[] = [];
  const stream = encodeTar(request.entries, {
    chunks,
    onEntry: (entry, sha256) => {
      passed[0] = entry;
      addToTally(tally, entry);
      index.add(entry, sha256);
      request.onEntry?.(entry, sha256);
    },
    lastEntry: () => {
      const entry = index.toEntry(BigInt(host.clock.now().getTime()) * nanosecondsPerMillisecond);
      return request.onIndex === undefined
        ? entry
        : { ...entry, content: toldTo(request.onIndex, entry.content) };
    },
  });
  for await (const chunk of stream) {
    const [last] = passed;
    if (last !== undefined) {
      const { files, bytes } = tally.totals;
      request.onProgress?.({ area: last.area, path: last.path, files, bytes });
    }
    yield chunk;
  }
}

function* toldTo(listener: (bytes: Buffer) => void, content: Iterable<Buffer>): Generator<Buffer> {
  for (const bytes of content) {
    listener(bytes);
    yield bytes;
  }
}
