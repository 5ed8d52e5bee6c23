// The Blowfish cipher with the key schedule of bcrypt: what the encryption of OpenSSH's private keys is built on
// (bcrypt-pbkdf.ts). OpenSSL has Blowfish, but not this schedule. Its tables are the binary digits of pi, which are
// computed here instead of being listed.

const roundCount = 16;
const subkeyCount = roundCount + 2;
const boxWords = 1024;
const tableWords = subkeyCount + boxWords;

export interface Blowfish {
  /** The 18 subkeys, then the four boxes of 256 words. */
  words: Uint32Array;
}

let initialWords: Uint32Array | undefined;

/** The state before any key. */
export function createBlowfish(): Blowfish {
  initialWords ??= piWords(tableWords);
  return { words: initialWords.slice() };
}

/** Key schedule with a salt mixed in; without one it is Blowfish's own. Both are words that are gone through in a circle. */
export function expandKey({ words }: Blowfish, key: Uint32Array, salt?: Uint32Array): void {
  for (let index = 0; index < subkeyCount; index += 1) {
    words[index] = (words[index] ?? 0) ^ (key[index % key.length] ?? 0);
  }
  const block = new Uint32Array(2);
  for (let index = 0; index < tableWords; index += 2) {
    if (salt !== undefined) {
      block[0] = (block[0] ?? 0) ^ (salt[index % salt.length] ?? 0);
      block[1] = (block[1] ?? 0) ^ (salt[(index + 1) % salt.length] ?? 0);
    }
    encryptBlock(words, block, 0);
    words[index] = block[0] ?? 0;
    words[index + 1] = block[1] ?? 0;
  }
}

/** Encrypts pairs of words in place. */
export function encryptWords({ words }: Blowfish, data: Uint32Array): void {
  for (let at = 0; at < data.length; at += 2) encryptBlock(words, data, at);
}

function encryptBlock(words: Uint32Array, data: Uint32Array, at: number): void {
  let left = data[at] ?? 0;
  let right = data[at + 1] ?? 0;
  for (let round = 0; round < roundCount; round += 1) {
    left ^= words[round] ?? 0;
    const a = words[subkeyCount + (left >>> 24)] ?? 0;
    const b = words[subkeyCount + 256 + ((left >>> 16) & 0xff)] ?? 0;
    const c = words[subkeyCount + 512 + ((left >>> 8) & 0xff)] ?? 0;
    const d = words[subkeyCount + 768 + (left & 0xff)] ?? 0;
    const mixed = right ^ ((((a + b) ^ c) + d) | 0);
    right = left;
    left = mixed;
  }
  data[at] = right ^ (words[subkeyCount - 1] ?? 0);
  data[at + 1] = left ^ (words[subkeyCount - 2] ?? 0);
}

/** The first words of the fraction of pi, by Machin's formula: pi = 16 atan(1/5) - 4 atan(1/239). */
function piWords(count: number): Uint32Array {
  const guardBits = 64n;
  const bits = BigInt(count * 32);
  const one = 1n << (bits + guardBits);
  const pi = 16n * inverseTangent(5n, one) - 4n * inverseTangent(239n, one);
  const fraction = (pi - 3n * one) >> guardBits;
  const digits = fraction.toString(16).padStart(count * 8, '0');
  return Uint32Array.from({ length: count }, (_, index) =>
    Number.parseInt(digits.slice(index * 8, index * 8 + 8), 16),
  );
}

/** atan(1/x) in units of 1/one. */
function inverseTangent(x: bigint, one: bigint): bigint {
  const square = x * x;
  let sum = 0n;
  let sign = 1n;
  for (let power = one / x, divisor = 1n; power > 0n; power /= square, divisor += 2n, sign = -sign) {
    sum += sign * (power / divisor);
  }
  return sum;
}
