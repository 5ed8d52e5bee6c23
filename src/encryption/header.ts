// The header of an age file: who can open it. The age library makes and opens it; a recipient of our own, which adds
// nothing to the file, learns the file key, because the payload is ours (stream-cipher.ts).

import type { Stanza } from 'age-encryption';
import { AppError, EncryptionError } from '../errors.ts';
import type { Identity } from './identity.ts';
import type { Recipient } from './recipient.ts';
import { payloadNonceBytes, tagBytes } from './stream-cipher.ts';
import { wrongKey } from './wrong-key-error.ts';

export interface OpenedHeader {
  /** With its MAC and the last newline. */
  header: Buffer;
  /** 16 bytes; zero them when the payload key is made. */
  fileKey: Buffer;
}

/** @throws EncryptionError when a recipient's key cannot be used */
export async function makeHeader(recipients: readonly Recipient[]): Promise<OpenedHeader> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  let fileKey: Buffer | undefined;
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = Buffer.from(key);
      return [];
    },
  });
  try {
    for (const { wrapper } of recipients) encrypter.addRecipient(wrapper);
    const emptyFile = Buffer.from(await encrypter.encrypt(new Uint8Array(0)));
    if (fileKey === undefined) throw new Error('the age library did not ask for the file key to be wrapped');
    // Behind the header: the nonce and the one empty chunk of an empty file.
    return { header: emptyFile.subarray(0, emptyFile.length - payloadNonceBytes - tagBytes), fileKey };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EncryptionError(`encrypting for these recipients failed: ${reason}`, {
      hint: 'Check the recipients: proxsave key list',
      cause: error,
    });
  }
}

/**
 * The file key. `madeFor` goes into the message for a wrong key.
 * @throws WrongKeyError when no identity fits, EncryptionError when the header is wrong or was altered
 */
export async function openHeader(
  header: Buffer,
  identities: readonly Identity[],
  madeFor: readonly string[] | undefined,
): Promise<Buffer> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const { key } of identities) decrypter.addIdentity(key);
  // Asked last, so only when none of the others fits.
  decrypter.addIdentity({
    unwrapFileKey(stanzas: Stanza[]) {
      throw wrongKey(stanzas, madeFor);
    },
  });
  try {
    return Buffer.from(await decrypter.decryptHeader(header));
  } catch (error) {
    throw error instanceof AppError ? error : headerFailure(error);
  }
}

function headerFailure(error: unknown): EncryptionError {
  const reason = error instanceof Error ? error.message : String(error);
  const isAltered = reason.includes('HMAC');
  return new EncryptionError(
    isAltered
      ? 'the header of the encrypted file was altered: its checksum (MAC) does not match'
      : `the header of the encrypted file is malformed: ${reason}`,
    { hint: 'Check another copy of it.', cause: error },
  );
}
