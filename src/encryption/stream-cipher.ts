// The payload of an age file (STREAM, C2SP age.md "Payload"): ChaCha20-Poly1305 over chunks of 64 KiB, each with a nonce
// of an 11-byte counter and a byte that marks the last chunk. Over node:crypto, several times faster than JavaScript.

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { EncryptionError } from '../errors.ts';

export const chunkBytes = 64 * 1024;
export const tagBytes = 16;
export const sealedChunkBytes = chunkBytes + tagBytes;
export const payloadNonceBytes = 16;

const algorithm = 'chacha20-poly1305';
const tagOption = { authTagLength: tagBytes } as const;
/** Sealed chunks that leave together: few large pieces cost less downstream than many small ones. */
const chunksTogether = 8;
const damagedHint = 'Check another copy of it; the damage may come from the disk or the transfer.';

export interface PayloadSealer {
  /** Takes plaintext; gives what of it (and of earlier plaintext) can be sealed. Input is not kept by reference. */
  seal(plain: Buffer): Iterable<Buffer>;
  /** The last chunk. */
  finish(): Buffer;
  /** Zeroes what is held. */
  forget(): void;
}

export interface PayloadOpener {
  /**
   * Takes ciphertext; gives only plaintext that was authenticated, all of it, before it throws.
   * @throws EncryptionError for a chunk that was altered, or for data behind the last one
   */
  open(sealed: Buffer): Iterable<Buffer>;
  /** The last chunk. @throws EncryptionError when it was altered or the file is cut short */
  finish(): Iterable<Buffer>;
  forget(): void;
}

/**
 * The key of one payload, from the file key and the nonce in front of the payload. A KeyObject: its bytes lie outside of
 * JavaScript's memory, and unlike bytes it need not be looked at anew for each chunk.
 */
export function derivePayloadKey(fileKey: Uint8Array, nonce: Uint8Array): KeyObject {
  const bytes = Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

export function createPayloadSealer(key: KeyObject): PayloadSealer {
  const nonce = createChunkNonce();
  const held = createHolder(chunkBytes);
  const sealInto = (target: Buffer, at: number, plain: Buffer, isLast: boolean) => {
    const cipher = createCipheriv(algorithm, key, nonce.next(isLast), tagOption);
    moveInto(target, at, cipher.update(plain));
    cipher.final();
    cipher.getAuthTag().copy(target, at + plain.length);
  };
  return {
    *seal(plain) {
      let rest = plain;
      // The last chunk is never known before the end, so one chunk, even a full one, always stays behind.
      for (let count = held.chunksBefore(rest); count > 0; count = held.chunksBefore(rest)) {
        const together = Math.min(count, chunksTogether);
        const sealed = Buffer.allocUnsafeSlow(together * sealedChunkBytes);
        for (let index = 0; index < together; index += 1) {
          const taken = held.take(rest);
          rest = taken.rest;
          sealInto(sealed, index * sealedChunkBytes, taken.chunk, false);
        }
        yield sealed;
      }
      held.keep(rest);
    },
    finish() {
      const plain = held.last();
      const sealed = Buffer.allocUnsafe(plain.length + tagBytes);
      sealInto(sealed, 0, plain, true);
      return sealed;
    },
    forget: () => held.forget(),
  };
}

export function createPayloadOpener(key: KeyObject): PayloadOpener {
  const nonce = createChunkNonce();
  const held = createHolder(sealedChunkBytes);
  const opens = (sealed: Buffer, isLast: boolean) => openChunk(key, nonce.peek(isLast), sealed);
  /** A chunk that should be in the middle: what is authentic of it, then the reason. */
  function* explainFailure(sealed: Buffer): Generator<Buffer, never> {
    const last = opens(sealed, true);
    if (last === undefined) throw alteredChunk(nonce.count);
    yield last;
    throw appendedData();
  }
  return {
    *open(sealed) {
      let rest = sealed;
      for (let count = held.chunksBefore(rest); count > 0; count = held.chunksBefore(rest)) {
        const together = Math.min(count, chunksTogether);
        const plain = Buffer.allocUnsafeSlow(together * chunkBytes);
        for (let index = 0; index < together; index += 1) {
          const taken = held.take(rest);
          rest = taken.rest;
          const opened = opens(taken.chunk, false);
          if (opened === undefined) {
            yield plain.subarray(0, index * chunkBytes);
            yield* explainFailure(taken.chunk);
          } else moveInto(plain, index * chunkBytes, opened);
          nonce.next(false);
        }
        yield plain;
      }
      held.keep(rest);
    },
    *finish() {
      const sealed = held.last();
      const plain = opens(sealed, true);
      if (plain === undefined) {
        const middle = sealed.length < sealedChunkBytes ? undefined : opens(sealed, false);
        if (middle !== undefined) yield middle;
        throw alteredEnd(middle !== undefined || sealed.length < tagBytes);
      }
      if (plain.length === 0 && nonce.count > 0) {
        throw new EncryptionError('the encrypted data has an empty last chunk, which no encryption makes', {
          hint: damagedHint,
        });
      }
      yield plain;
    },
    forget: () => held.forget(),
  };
}

/**
 * Moves what a cipher gave into a larger buffer and gives its memory back at once. Left to the garbage collector it would
 * pile up, because V8 waits for tens of MiB of it.
 */
function moveInto(target: Buffer, at: number, bytes: Buffer): void {
  bytes.copy(target, at);
  const { buffer } = bytes;
  const isWhole = buffer.byteLength === bytes.length && buffer instanceof ArrayBuffer;
  if (isWhole) buffer.transfer(0);
}

/** Undefined when the chunk is not authentic. */
function openChunk(key: KeyObject, nonce: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < tagBytes) return undefined;
  const decipher = createDecipheriv(algorithm, key, nonce, tagOption);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const plain = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    return undefined;
  }
}

function appendedData(): EncryptionError {
  return new EncryptionError('more data follows the end of the encrypted data: something was appended', {
    hint: damagedHint,
  });
}

function alteredChunk(index: number): EncryptionError {
  const place = `chunk ${index + 1}, from byte ${index * chunkBytes} of its content`;
  return new EncryptionError(`the encrypted data was altered or is damaged (${place})`, {
    hint: damagedHint,
  });
}

function alteredEnd(isCut: boolean): EncryptionError {
  return new EncryptionError(
    isCut
      ? 'the encrypted data is cut short: its end is missing'
      : 'the end of the encrypted data is cut short, altered or damaged',
    { hint: 'The copy or transfer may not have finished. Use another copy of it.' },
  );
}

/** The counter of the chunks. */
function createChunkNonce() {
  const bytes = Buffer.alloc(12);
  let count = 0;
  const peek = (isLast: boolean) => {
    // 2^48 chunks are 16 EiB; the upper bytes of the counter stay zero.
    bytes.writeUIntBE(count, 5, 6);
    bytes[11] = isLast ? 1 : 0;
    return bytes;
  };
  return {
    peek,
    next(isLast: boolean): Buffer {
      const nonce = peek(isLast);
      count += 1;
      return nonce;
    },
    /** Chunks so far. */
    get count() {
      return count;
    },
  };
}

/**
 * Cuts pieces of any length into chunks of one size and holds back the last, full or not. A chunk that lies whole within a
 * piece is not copied.
 */
function createHolder(size: number) {
  const buffer = Buffer.allocUnsafeSlow(size);
  let used = 0;
  return {
    /** Full chunks that come before the last byte of what is held and this piece. */
    chunksBefore: (piece: Buffer) => Math.max(0, Math.ceil((used + piece.length) / size) - 1),
    /** One full chunk, and what is left of the piece. The chunk is valid until the next call. */
    take(piece: Buffer): { chunk: Buffer; rest: Buffer } {
      if (used === 0) return { chunk: piece.subarray(0, size), rest: piece.subarray(size) };
      const missing = size - used;
      piece.copy(buffer, used, 0, missing);
      used = 0;
      return { chunk: buffer, rest: piece.subarray(missing) };
    },
    keep(piece: Buffer) {
      used += piece.copy(buffer, used);
    },
    last: () => buffer.subarray(0, used),
    forget() {
      buffer.fill(0);
    },
  };
}
