// zstd in-process, with a checksum of the content.

import { constants, createZstdCompress, createZstdDecompress, type ZstdDecompress } from 'node:zlib';
import type { Codec } from '../codec.ts';
import { withCompressionErrors } from './compression-error.ts';
import { createFrameSplitter } from './zstd-frames.ts';
import { createParallelZstdCompress } from './zstd-parallel.ts';

/** Large: each round trip through the thread pool costs as much as a good deal of decompression. */
const chunkSize = 1024 * 1024;
/** Above it the window is so large that cutting the data into frames would cost what the level gains. */
const maxParallelLevel = 19;

export const zst: Codec = {
  type: 'zst',
  extension: '.zst',
  // Up to level 22 the window is at most 128 MiB, which every decoder accepts without being told to.
  levels: { min: 1, max: 22, default: 3 },
  programs: [],
  compress: (_host, { level, threads }, chunkDone) => {
    const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
    const isParallel = threads > 1 && level <= maxParallelLevel;
    const stage = isParallel
      ? createParallelZstdCompress(params, threads, chunkDone)
      : createZstdCompress({ params, chunkSize });
    return withCompressionErrors(stage, 'zstd', 'compress');
  },
  decompress: () =>
    withCompressionErrors(oneFrameAtATime(createZstdDecompress({ chunkSize })), 'zstd', 'decompress'),
};

function oneFrameAtATime(stage: ZstdDecompress): ZstdDecompress {
  const split = createFrameSplitter();
  const transform = stage._transform.bind(stage);
  stage._transform = (chunk: Buffer, encoding, done) => {
    // The end of the stream arrives as an empty chunk.
    const pieces = chunk.length === 0 ? [chunk] : split(chunk);
    const next = (error?: Error | null) => {
      const piece = pieces.shift();
      if (piece === undefined || error) done(error);
      else transform(piece, encoding, next);
    };
    next();
  };
  return stage;
}
