// From the bytes of a file to the tar stream inside: range of the file -> stages (decryption) -> decompression.
// Ending the iteration early stops everything at once: no process, no open file is left.

import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArchiveError, EncryptionError, InterruptedError } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { CompressionType } from './codec.ts';
import { codecFor } from './codecs/index.ts';
import { decodeTar, type DecodedEntry } from './decode-tar.ts';

/** Where the bytes of an archive lie: the whole of a file, or the last member of a bundle. */
export interface ArchiveRange {
  path: RealPath;
  offset: number;
  size: number;
}

export interface ContentSource extends ArchiveRange {
  compression: CompressionType;
  /** Then `ReadOptions.stages` must decrypt. */
  isEncrypted: boolean;
}

export interface ReadOptions {
  signal?: AbortSignal;
  /** Called with the number of archive bytes read since the last call. */
  onBytes?: (bytes: number) => void;
  /** Makes the stages between file and decompressor (decryption); called once for each pass. */
  stages?: () => Duplex[];
}

/** For passes that must not show up in the progress of another. */
export function withoutProgress({ signal, stages }: ReadOptions): ReadOptions {
  return { ...(signal && { signal }), ...(stages && { stages }) };
}

const readBytes = 256 * 1024;

/**
 * Reads a part of a file in pieces, each a buffer of its own.
 * @throws ArchiveError when the file ends before the range does; InterruptedError on abort
 */
export async function* readRange(
  host: Host,
  range: ArchiveRange,
  options: Pick<ReadOptions, 'signal' | 'onBytes'> = {},
): AsyncGenerator<Buffer, void> {
  const fd = host.fs.openFollowing(range.path);
  try {
    for (let done = 0; done < range.size;) {
      if (options.signal?.aborted === true) throw new InterruptedError();
      const length = Math.min(readBytes, range.size - done);
      const buffer = Buffer.allocUnsafeSlow(length);
      const count = await host.fs.readAsync(fd, buffer, 0, length, range.offset + done);
      if (count === 0) {
        throw new ArchiveError(
          `${range.path} ends at byte ${range.offset + done}, ${range.size - done} bytes too early`,
          {
            hint: 'The file was cut short, by a copy that was interrupted for example. Use another copy.',
          },
        );
      }
      done += count;
      options.onBytes?.(count);
      yield count === length ? buffer : buffer.subarray(0, count);
    }
  } finally {
    host.fs.close(fd);
  }
}

/** The tar stream of an archive. @throws EncryptionError, CompressionError, ArchiveError, InterruptedError */
export function readContent(
  host: Host,
  source: ContentSource,
  options: ReadOptions = {},
): AsyncGenerator<Buffer, void> {
  return decodeContent(host, source, readRange(host, source, options), options);
}

/** As readContent, over bytes that the caller reads (to take their digest on the way, for example). */
export async function* decodeContent(
  host: Host,
  source: ContentSource,
  bytes: AsyncIterable<Buffer>,
  options: ReadOptions,
): AsyncGenerator<Buffer, void> {
  const stages = options.stages?.() ?? [];
  if (source.isEncrypted && stages.length === 0) {
    throw new EncryptionError(`${source.path} is encrypted and no key was given`, {
      hint: 'Give the AGE identity file or the passphrase it was encrypted for.',
    });
  }
  if (source.compression !== 'none') stages.push(codecFor(source.compression).decompress(host));
  const last = stages.at(-1);
  if (last === undefined) yield* bytes;
  else yield* throughStages(bytes, stages, last);
}

async function* throughStages(
  bytes: AsyncIterable<Buffer>,
  stages: readonly Duplex[],
  last: Duplex,
): AsyncGenerator<Buffer, void> {
  const input = Readable.from(bytes, { objectMode: false });
  const piped = pipeline([input, ...stages]);
  // What goes wrong arrives through `last` as well; this only keeps an early stop from being an unhandled rejection.
  piped.catch(() => undefined);
  try {
    for await (const chunk of last) yield chunk as Buffer;
    await piped;
  } finally {
    last.destroy();
    await piped.catch(() => undefined);
  }
}

/** The entries of an archive, in its order. Ending the iteration early stops the decompressor. */
export function readEntries(
  host: Host,
  source: ContentSource,
  options: ReadOptions = {},
): AsyncGenerator<DecodedEntry, void> {
  return decodeTar(readContent(host, source, options));
}
