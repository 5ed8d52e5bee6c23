// Compresses on several threads by making independent zstd frames of a few MiB each, written in order; every zstd reads
// them as one stream. node:zlib's own ZSTD_c_nbWorkers cannot be used: its stream (24.21) takes input that the workers
// have not taken yet for trailing data, and throws ERR_STREAM_PUSH_AFTER_EOF where nobody can catch it.

import { Transform } from 'node:stream';
import { promisify } from 'node:util';
import { zstdCompress, type ZstdOptions } from 'node:zlib';
import { chunkBytes } from '../tar/chunk-pool.ts';
import type { ChunkDone } from '../codec.ts';

const compressFrame = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);
/** Twice the window of level 3: the loss against one frame is below one per cent. */
const frameBytes = chunkBytes;
/** With node's 16 KiB each frame would take hundreds of rounds through the thread pool. */
const outputBytes = 1024 * 1024;
/** The thread pool has four threads unless told otherwise; one stays free for writing the archive. */
const maxConcurrentFrames = 3;

/** Stream stage; `params` as for node:zlib's zstd. `chunkDone` is told of input chunks that made a frame by themselves. */
export function createParallelZstdCompress(
  params: NonNullable<ZstdOptions['params']>,
  threads: number,
  chunkDone: ChunkDone = () => undefined,
): Transform {
  // One more than there are threads, so that none waits while the next frame is read.
  const maxJobs = Math.min(threads + 1, maxConcurrentFrames);
  const jobs: Promise<Buffer>[] = [];
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let isEmpty = true;

  const startJob = () => {
    const job = compressChunks(pending, params, chunkDone);
    // It is awaited in its turn; until then its failure must not count as unhandled.
    job.catch(() => undefined);
    jobs.push(job);
    pending = [];
    pendingBytes = 0;
    isEmpty = false;
  };

  const drain = async (stage: Transform, jobsLeft: number) => {
    while (jobs.length > jobsLeft) stage.push(await jobs.shift());
  };

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes < frameBytes) {
        done();
        return;
      }
      startJob();
      // All threads stay busy while the next frame is read.
      drain(this, maxJobs).then(() => {
        done();
      }, done);
    },
    flush(done) {
      if (pendingBytes > 0 || isEmpty) startJob();
      drain(this, 0).then(() => {
        done();
      }, done);
    },
  });
}

async function compressChunks(
  chunks: readonly Buffer[],
  params: NonNullable<ZstdOptions['params']>,
  chunkDone: ChunkDone,
): Promise<Buffer> {
  const [only] = chunks;
  const isSingle = chunks.length === 1 && only !== undefined;
  const frame = await compressFrame(isSingle ? only : Buffer.concat(chunks), {
    params,
    chunkSize: outputBytes,
  });
  if (isSingle) chunkDone(only);
  return frame;
}
