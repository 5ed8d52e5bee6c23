// bcrypt_pbkdf: how OpenSSH makes the key of a private key file from its passphrase (OpenBSD's bcrypt_pbkdf(3)). PBKDF2 in
// its build, with a hash made of bcrypt. Slow on purpose, so the event loop gets a turn after each round.

import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBlowfish, encryptWords, expandKey } from './blowfish.ts';

const blockBytes = 32;
const magic = Buffer.from('OxychromaticBlowfishSwatDynamite', 'latin1');
const scheduleRounds = 64;
const magicRounds = 64;

/** @throws DOMException of the signal */
export async function bcryptPbkdf(
  passphrase: Buffer,
  salt: Buffer,
  { rounds, length, signal }: { rounds: number; length: number; signal?: AbortSignal },
): Promise<Buffer> {
  const hashedPassphrase = sha512(passphrase);
  const key = Buffer.alloc(length);
  const blockCount = Math.ceil(length / blockBytes);
  for (let block = 0; block < blockCount; block += 1) {
    const blockNumber = Buffer.alloc(4);
    blockNumber.writeUInt32BE(block + 1);
    let last = bcryptHash(hashedPassphrase, sha512(salt, blockNumber));
    const sum = Buffer.from(last);
    for (let round = 1; round < rounds; round += 1) {
      await nextTurn();
      signal?.throwIfAborted();
      last = bcryptHash(hashedPassphrase, sha512(last));
      for (const [index, byte] of last.entries()) sum[index] = (sum[index] ?? 0) ^ byte;
    }
    // The blocks are interleaved in the key, not one behind the other.
    for (let index = 0; index * blockCount + block < length; index += 1) {
      key[index * blockCount + block] = sum[index] ?? 0;
    }
    sum.fill(0);
    last.fill(0);
  }
  hashedPassphrase.fill(0);
  return key;
}

function bcryptHash(hashedPassphrase: Buffer, hashedSalt: Buffer): Buffer {
  const state = createBlowfish();
  const key = wordsOf(hashedPassphrase);
  const salt = wordsOf(hashedSalt);
  expandKey(state, key, salt);
  for (let round = 0; round < scheduleRounds; round += 1) {
    expandKey(state, salt);
    expandKey(state, key);
  }
  const data = wordsOf(magic);
  for (let round = 0; round < magicRounds; round += 1) encryptWords(state, data);
  const result = Buffer.alloc(blockBytes);
  for (const [index, word] of data.entries()) result.writeUInt32LE(word, index * 4);
  return result;
}

function wordsOf(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4));
}

function sha512(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
