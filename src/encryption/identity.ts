// Identities: the secrets that open archives. Native age keys; SSH keys and passphrases are in files of their own.

import type { webcrypto } from 'node:crypto';
import { bech32 } from '@scure/base';
import type { Identity as AgeIdentity } from 'age-encryption';
import { EncryptionError } from '../errors.ts';
import { x25519PrivateKey, x25519PublicBytes } from './x25519.ts';

export type IdentityKind = 'x25519' | 'hybrid' | 'ssh-ed25519' | 'ssh-rsa' | 'passphrase';

export interface Identity {
  kind: IdentityKind;
  /** The recipient that this identity opens; undefined for a passphrase of age's own kind. */
  recipient: string | undefined;
  /** For the age library: a native key, or what unwraps the file key itself. */
  key: string | webcrypto.CryptoKey | AgeIdentity;
}

const x25519Prefix = 'AGE-SECRET-KEY-';
const hybridPrefix = 'AGE-SECRET-KEY-PQ-';
const keyBytes = 32;

/**
 * Parses `AGE-SECRET-KEY-1...` or `AGE-SECRET-KEY-PQ-1...`, in capitals or small letters.
 * @throws EncryptionError that never quotes the text
 */
export async function parseNativeIdentity(text: string): Promise<Identity> {
  const upper = text.trim().toUpperCase();
  const { prefix, scalar } = decodeKey(upper);
  try {
    if (scalar.length !== keyBytes || (prefix !== x25519Prefix && prefix !== hybridPrefix)) {
      throw new EncryptionError('is no age identity of a known kind', { hint: copyHint });
    }
    return prefix === x25519Prefix ? x25519Identity(scalar) : await hybridIdentity(upper);
  } finally {
    scalar.fill(0);
  }
}

const copyHint = 'Copy the whole line that begins with AGE-SECRET-KEY-, without a line break.';

function decodeKey(text: string): { prefix: string; scalar: Uint8Array } {
  try {
    const { prefix, words } = bech32.decode(text as `${string}1${string}`, false);
    return { prefix: prefix.toUpperCase(), scalar: bech32.fromWords(words) };
  } catch {
    // Without the cause: the library's message may quote the key.
    throw new EncryptionError('is not an age identity: a character of it is wrong or missing', {
      hint: copyHint,
    });
  }
}

/** The identity of a raw X25519 key of 32 bytes; the caller zeroes those. */
export function x25519Identity(scalar: Uint8Array): Identity {
  const privateKey = x25519PrivateKey(scalar);
  return {
    kind: 'x25519',
    recipient: formatX25519Recipient(x25519PublicBytes(privateKey)),
    key: privateKey.toCryptoKey({ name: 'X25519' }, false, ['deriveBits']),
  };
}

/** The library takes post-quantum keys only as text. */
async function hybridIdentity(text: string): Promise<Identity> {
  const { identityToRecipient } = await import('age-encryption');
  return { kind: 'hybrid', recipient: await identityToRecipient(text), key: text };
}

export function formatX25519Recipient(publicKey: Uint8Array): string {
  return bech32.encodeFromBytes('age', publicKey);
}

/** `AGE-SECRET-KEY-1...`: what age programs read. To be shown once, on purpose. */
export function formatX25519Identity(scalar: Uint8Array): string {
  return bech32.encodeFromBytes(x25519Prefix, scalar).toUpperCase();
}
