// From the bytes of a file to the tar stream inside: range of the file -> stages (decryption) -> decompression.
// Ending the iteration early stops everything at once: no process, no open file is left.

import { addAbortSignal, Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  ArchiveError,
  InterruptedError,
  KeyError,
  PermissionError,
  describeSystemError,
  isSystemError,
} from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import type { CompressionType } from '../codec.ts';
import { codecFor } from '../codecs/index.ts';
import { decodeTar, type DecodedEntry } from '../tar/decode-tar.ts';

/** Where the bytes of an archive lie: the whole of a file, or the last member of a bundle. */
export interface ArchiveRange {
  path: RealPath;
  offset: number;
  size: number;
}

export interface ContentSource extends ArchiveRange {
  compression: CompressionType;
  /** Then `decrypt` is needed to read the content. */
  isEncrypted: boolean;
  /** Makes the stage between file and decompressor, from the keys at hand; called once for each pass. */
  decrypt?: () => Duplex;
}

export interface ReadOptions {
  signal?: AbortSignal;
  /** Called with the number of archive bytes read since the last call. */
  onBytes?: (bytes: number) => void;
}

/** For passes that must not show up in the progress of another. */
export function withoutProgress({ signal }: ReadOptions): ReadOptions {
  return signal === undefined ? {} : { signal };
}

const readBytes = 1024 * 1024;

/**
 * Reads a part of a file in pieces, each a buffer of its own.
 * @throws ArchiveError when the file cannot be read or ends before the range does; PermissionError; InterruptedError
 */
export async function* readRange(
  host: Host,
  range: ArchiveRange,
  options: Pick<ReadOptions, 'signal' | 'onBytes'> = {},
): AsyncGenerator<Buffer, void> {
  const fd = openForReading(host, range.path);
  try {
    for (let done = 0; done < range.size;) {
      if (options.signal?.aborted === true) throw new InterruptedError();
      const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, range.size - done));
      const count = await readOnce(host, fd, buffer, { path: range.path, offset: range.offset + done });
      if (count === 0) {
        const missing = range.size - done;
        throw new ArchiveError(
          `${range.path} ends at byte ${range.offset + done}, ${missing} bytes too early`,
          {
            hint: 'The file was cut short, by a copy that was interrupted for example. Use another copy.',
          },
        );
      }
      done += count;
      options.onBytes?.(count);
      yield buffer.subarray(0, count);
    }
  } finally {
    host.fs.close(fd);
  }
}

/** Opens a file that a user named. @throws ArchiveError, PermissionError */
export function openForReading(host: Host, path: RealPath): number {
  try {
    return host.fs.openFollowing(path);
  } catch (error) {
    throw asReadError(error, path);
  }
}

async function readOnce(
  host: Host,
  fd: number,
  buffer: Buffer,
  at: { path: RealPath; offset: number },
): Promise<number> {
  try {
    return await host.fs.readAsync(fd, buffer, 0, buffer.length, at.offset);
  } catch (error) {
    throw asReadError(error, at.path);
  }
}

function asReadError(error: unknown, path: RealPath): unknown {
  if (!isSystemError(error)) return error;
  const message = `cannot read ${path}: ${describeSystemError(error)}`;
  if (error.code === 'EACCES')
    return new PermissionError(message, { hint: 'Run as root, or as its owner.', cause: error });
  const hint = 'Check the path and the disk. `proxsave list` shows the archives there are.';
  return new ArchiveError(message, { hint, cause: error });
}

/** The tar stream of an archive. @throws KeyError, EncryptionError, CompressionError, ArchiveError, InterruptedError */
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
  const stages: Duplex[] = source.isEncrypted ? [decryptStage(source)] : [];
  if (source.compression !== 'none') stages.push(codecFor(source.compression).decompress(host));
  const last = stages.at(-1);
  if (last === undefined) yield* bytes;
  else yield* throughStages(bytes, { stages, last }, options.signal);
}

function decryptStage({ path, decrypt }: ContentSource): Duplex {
  if (decrypt !== undefined) return decrypt();
  throw new KeyError(`${path} is encrypted and no key was given`, {
    hint: 'Give the age identity it was encrypted for (--identity FILE) or the passphrase (--passphrase-file FILE).',
  });
}

/** An abort destroys the stages, whatever they are waiting for: that kills a program that hangs. */
async function* throughStages(
  bytes: AsyncIterable<Buffer>,
  { stages, last }: { stages: readonly Duplex[]; last: Duplex },
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void> {
  const input = Readable.from(bytes, { objectMode: false });
  const piped = pipeline([input, ...stages], signal === undefined ? {} : { signal });
  // What goes wrong arrives through `last` as well; this only keeps an early stop from being an unhandled rejection.
  piped.catch(() => undefined);
  // The pipeline ends, and forgets the signal, once `last` has taken all input; its output may still be to come.
  if (signal !== undefined) addAbortSignal(signal, last);
  try {
    for await (const chunk of last) yield chunk as Buffer;
    await piped;
  } catch (error) {
    throw signal?.aborted === true ? new InterruptedError(undefined, { cause: error }) : error;
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
