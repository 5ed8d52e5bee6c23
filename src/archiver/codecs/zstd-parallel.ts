// Compresses on several threads by making independent zstd frames of a few MiB each, written in order; every zstd reads
// them as one stream. node:zlib's own ZSTD_c_nbWorkers cannot be used: its stream (24.21) takes input that the workers
// have not taken yet for trailing data, and throws ERR_STREAM_PUSH_AFTER_EOF where nobody can catch it.

import { Transform } from 'node:stream';
import type { ZstdOptions } from 'node:zlib';
import { chunkBytes } from '../tar/chunk-pool.ts';
import type { ChunkDone } from '../codec.ts';
import { createFrameMaker, type FrameMaker } from './zstd-frame-maker.ts';

type Params = NonNullable<ZstdOptions['params']>;

/** Twice the window of level 3: the loss against one frame is below one per cent. */
const frameBytes = chunkBytes;
/** The thread pool has four threads unless told otherwise; one stays free for writing the archive. */
const maxConcurrentFrames = 3;

/** Stream stage; `params` as for node:zlib's zstd. `chunkDone` is told of input chunks that made a frame by themselves. */
export function createParallelZstdCompress(
  params: Params,
  threads: number,
  chunkDone: ChunkDone = () => undefined,
): Transform {
  // One more than there are threads, so that none waits while the next frame is read.
  const maxJobs = Math.min(threads + 1, maxConcurrentFrames);
  const makers: FrameMaker[] = [];
  const idle: FrameMaker[] = [];
  const jobs: Promise<Buffer[]>[] = [];
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let isEmpty = true;

  const takeMaker = () => {
    const free = idle.pop();
    if (free !== undefined) return free;
    const made = createFrameMaker(params);
    makers.push(made);
    return made;
  };

  const makeFrame = async (chunks: readonly Buffer[]) => {
    const maker = takeMaker();
    const frame = await maker.compress(chunks);
    idle.push(maker);
    const [only] = chunks;
    if (chunks.length === 1 && only !== undefined) chunkDone(only);
    return frame;
  };

  const startJob = () => {
    const job = makeFrame(pending);
    // It is awaited in its turn; until then its failure must not count as unhandled.
    job.catch(() => undefined);
    jobs.push(job);
    pending = [];
    pendingBytes = 0;
    isEmpty = false;
  };

  const drain = async (stage: Transform, jobsLeft: number) => {
    while (jobs.length > jobsLeft) for (const piece of (await jobs.shift()) ?? []) stage.push(piece);
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
    destroy(error, done) {
      for (const maker of makers) maker.close();
      done(error);
    },
  });
}
