// Makes one zstd frame after the other with one compressor: setting one up for each frame (several MiB of tables) would
// cost a twentieth of the whole.

import { constants, createZstdCompress, type ZstdOptions } from 'node:zlib';

/** With node's 16 KiB each frame would take hundreds of rounds through the thread pool. */
const outputBytes = 1024 * 1024;

export interface FrameMaker {
  /** A whole frame of these chunks, in pieces. One call at a time. Rejects with the error of node:zlib. */
  compress(chunks: readonly Buffer[]): Promise<Buffer[]>;
  close(): void;
}

export function createFrameMaker(params: NonNullable<ZstdOptions['params']>): FrameMaker {
  const stream = createZstdCompress({ params, chunkSize: outputBytes });
  let output: Buffer[] = [];
  let fail: ((error: Error) => void) | undefined;
  stream.on('data', (piece: Buffer) => output.push(piece));
  stream.on('error', (error: Error) => fail?.(error));
  return {
    compress: (chunks) =>
      new Promise((resolve, reject) => {
        fail = reject;
        output = [];
        for (const chunk of chunks) stream.write(chunk);
        stream.flush(constants.ZSTD_e_end, () => {
          resolve(output);
        });
      }),
    close: () => {
      stream.destroy();
    },
  };
}
