// Node's own conversion does not exist, so the curve's equations are checked against keys that Node makes: the X25519 key
// of an Ed25519 secret has the point to which the Ed25519 public key is converted.

import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { bcryptPbkdf } from '../../../src/encryption/bcrypt-pbkdf.ts';
import { edwardsToMontgomery } from '../../../src/encryption/edwards-to-montgomery.ts';
import { x25519PrivateKey, x25519PublicBytes } from '../../../src/encryption/x25519.ts';

test('an Ed25519 public key becomes the X25519 key of the same secret', () => {
  for (let index = 0; index < 20; index += 1) {
    const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    const seed = Buffer.from(d ?? '', 'base64url');
    const scalar = createHash('sha512').update(seed).digest().subarray(0, 32);
    const expected = x25519PublicBytes(x25519PrivateKey(scalar));
    expect(edwardsToMontgomery(Buffer.from(x ?? '', 'base64url'))?.equals(expected)).toBe(true);
  }
});

test('what is no point of the curve is refused', () => {
  const littleEndian = (value: number) => Buffer.concat([Buffer.from([value]), Buffer.alloc(31)]);
  // y = 1 is the neutral point, which has no counterpart; y = 2 gives no x; all ones is beyond the prime.
  expect(edwardsToMontgomery(littleEndian(1))).toBeUndefined();
  expect(edwardsToMontgomery(littleEndian(2))).toBeUndefined();
  expect(edwardsToMontgomery(Buffer.alloc(32, 0xff))).toBeUndefined();
});

test('bcrypt_pbkdf gives what the OpenBSD function gives', async () => {
  // Known answer that other implementations of bcrypt_pbkdf test themselves with.
  const key = await bcryptPbkdf(Buffer.from('password'), Buffer.from('salt'), { rounds: 4, length: 32 });
  expect(key.toString('hex')).toBe('5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9');
});
