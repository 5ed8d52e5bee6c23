// X25519 over node:crypto with raw keys, and what age makes of a shared secret. Private keys become KeyObjects at once:
// those live outside of JavaScript's memory, so no copies of them are left about.

import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

/** PKCS#8 and SubjectPublicKeyInfo of an X25519 key, without the 32 bytes of the key (RFC 8410). */
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex');
const zeroNonce = Buffer.alloc(12);
const bodyBytes = 32;
const tagBytes = 16;

/** `scalar` has 32 bytes; the caller may zero it afterwards. */
export function x25519PrivateKey(scalar: Uint8Array): KeyObject {
  const der = Buffer.concat([privatePrefix, scalar]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

export function x25519PublicBytes(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(publicPrefix.length);
}

/** @throws Error when the result is zero (a point of low order) */
export function x25519(privateKey: KeyObject, publicBytes: Uint8Array): Buffer {
  const der = Buffer.concat([publicPrefix, publicBytes]);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return diffieHellman({ privateKey, publicKey });
}

export function hkdf(secret: Uint8Array, salt: Uint8Array, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, label, 32));
}

/** The body of a stanza: the file key under a key that is used only once. */
export function wrapFileKey(key: Buffer, fileKey: Uint8Array): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, zeroNonce, { authTagLength: tagBytes });
  return Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
}

/** The file key; undefined when this key does not open the body. Other lengths than age's are refused before. */
export function unwrapFileKey(key: Buffer, body: Uint8Array): Buffer | undefined {
  if (body.length !== bodyBytes) return undefined;
  const decipher = createDecipheriv('chacha20-poly1305', key, zeroNonce, { authTagLength: tagBytes });
  decipher.setAuthTag(body.subarray(bodyBytes - tagBytes));
  const fileKey = decipher.update(body.subarray(0, bodyBytes - tagBytes));
  try {
    decipher.final();
    return fileKey;
  } catch {
    return undefined;
  }
}
