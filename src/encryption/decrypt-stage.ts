// Age file -> plaintext, as a stream stage with constant memory. Never gives a byte that was not authenticated; a file
// that is cut short or altered ends in an error, never like a shorter file.

import { Transform, type Duplex } from 'node:stream';
import { createDearmor } from './armor.ts';
import { createHeaderReader } from './header-reader.ts';
import { openHeader } from './header.ts';
import type { Identity } from './identity.ts';
import { createPayloadOpener, derivePayloadKey, type PayloadOpener } from './stream-cipher.ts';

export interface DecryptOptions {
  /** The recipients that the manifest names: told when no key fits. */
  madeFor?: readonly string[];
}

/** Bytes that may wait on each side. */
const highWaterMark = 512 * 1024;

/**
 * Accepts binary and ASCII-armored files. All identities are tried. The stage is destroyed with WrongKeyError when none
 * fits, with EncryptionError when the file is no age file, was altered or is cut short.
 */
export function createDecryptStage(identities: readonly Identity[], options: DecryptOptions = {}): Duplex {
  const armor = createDearmor();
  const header = createHeaderReader();
  let opener: PayloadOpener | undefined;

  async function open(piece: Buffer, stage: Transform): Promise<void> {
    const pieces = header.feed(piece);
    if (pieces === undefined) return;
    const fileKey = await openHeader(pieces.header, identities, options.madeFor);
    if (!stage.destroyed) opener = createPayloadOpener(derivePayloadKey(fileKey, pieces.nonce));
    fileKey.fill(0);
    pushAll(stage, opener?.open(pieces.rest));
  }

  return new Transform({
    highWaterMark,
    transform(chunk: Buffer, _encoding, done) {
      try {
        const piece = armor.decode(chunk);
        if (opener === undefined) {
          open(piece, this).then(
            () => done(),
            (error: unknown) => failLater(error, done),
          );
          return;
        }
        pushAll(this, opener.open(piece));
        done();
      } catch (error) {
        failLater(error, done);
      }
    },
    flush(done) {
      try {
        armor.finish();
        if (opener === undefined) throw header.endsEarly();
        pushAll(this, opener.finish());
        done();
      } catch (error) {
        failLater(error, done);
      }
    },
    destroy(error, done) {
      opener?.forget();
      done(error);
    },
  });
}

function pushAll(stage: Transform, pieces: Iterable<Buffer> = []): void {
  for (const piece of pieces) stage.push(piece);
}

/** A failing stage drops what it still holds; what was authenticated before gets a turn to leave. */
function failLater(error: unknown, done: (error: Error) => void): void {
  setImmediate(() => done(error instanceof Error ? error : new Error(String(error))));
}
