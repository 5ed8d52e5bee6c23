// Plaintext -> age file, as a stream stage with constant memory.

import { randomBytes } from 'node:crypto';
import { Transform, type Duplex } from 'node:stream';
import { makeHeader } from './header.ts';
import { checkRecipients, type Recipient } from './recipient.ts';
import { createPayloadSealer, derivePayloadKey, payloadNonceBytes } from './stream-cipher.ts';

/** Bytes that may wait on each side. */
const highWaterMark = 512 * 1024;

/**
 * Makes the header at once, so that a recipient that cannot be used is known before anything is written. The file key
 * is new for each stage. @throws EncryptionError without recipients, or when one cannot be used
 */
export async function createEncryptStage(recipients: readonly Recipient[]): Promise<Duplex> {
  checkRecipients(recipients);
  const { header, fileKey } = await makeHeader(recipients);
  const nonce = randomBytes(payloadNonceBytes);
  const sealer = createPayloadSealer(derivePayloadKey(fileKey, nonce));
  fileKey.fill(0);
  const stage = new Transform({
    highWaterMark,
    transform(chunk: Buffer, _encoding, done) {
      for (const sealed of sealer.seal(chunk)) this.push(sealed);
      done();
    },
    flush(done) {
      done(null, sealer.finish());
    },
    destroy(error, done) {
      sealer.forget();
      done(error);
    },
  });
  stage.push(Buffer.concat([header, nonce]));
  return stage;
}
