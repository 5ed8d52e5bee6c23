// Buffers for the chunks of a tar stream, used again and again. Without it a gigabyte of archive is a gigabyte of new
// buffers, and clearing them away costs more than copying into them.

/** A zstd frame takes one chunk as it is, see codecs/zstd-parallel.ts. */
export const chunkBytes = 4 * 1024 * 1024;
const keptChunks = 4;

export interface ChunkPool {
  take: () => Buffer;
  /** To be called when nobody looks at the chunk any more. Whatever did not come from `take` is ignored. */
  give: (chunk: Buffer) => void;
}

export function createChunkPool(): ChunkPool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes),
    give: (chunk) => {
      const isWhole = chunk.length === chunkBytes && chunk.buffer.byteLength === chunkBytes;
      if (isWhole && free.length < keptChunks) free.push(chunk);
    },
  };
}
