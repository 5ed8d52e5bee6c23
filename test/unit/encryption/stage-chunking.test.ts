// The stages give the same whatever pieces their input comes in.

import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDecryptStage } from '../../../src/encryption/decrypt-stage.ts';
import { createEncryptStage } from '../../../src/encryption/encrypt-stage.ts';
import { createRunIdentity } from '../../../src/encryption/run-identity.ts';
import { decrypt, encrypt } from './encryption-support.ts';

const chunk = 64 * 1024;
const run = await createRunIdentity();
const identities = [run.identity()];

const totalSizes = fc.oneof(
  fc.integer({ min: 0, max: 300_000 }),
  fc.integer({ min: 0, max: 4 }).map((count) => count * chunk),
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -2, max: 2 }))
    .map(([count, offset]) => count * chunk + offset),
);
const pieceSizes = fc.array(
  fc.oneof(
    fc.integer({ min: 500, max: 200_000 }),
    fc.constantFrom(chunk - 1, chunk, chunk + 1, chunk + 16, 1 << 20),
  ),
  { minLength: 1, maxLength: 5 },
);

test('what is encrypted in any pieces is decrypted in any other pieces', async () => {
  await fc.assert(
    fc.asyncProperty(totalSizes, pieceSizes, pieceSizes, async (size, writeSizes, readSizes) => {
      const plain = randomBytes(size);
      const file = await encrypt(plain, [run.recipient], writeSizes);
      const chunks = Math.max(1, Math.ceil(size / chunk));
      const { output, error } = await decrypt(file, identities, { sizes: readSizes });
      expect(error).toBeUndefined();
      expect(output.equals(plain)).toBe(true);
      // Header and nonce, whose length is fixed for one X25519 recipient, then a tag for each chunk.
      expect(file.length - size - chunks * 16).toBe(168 + 16);
    }),
    { numRuns: 40 },
  );
});

test('a file that arrives byte by byte is decrypted', async () => {
  const plain = Buffer.from('short content');
  const { output, error } = await decrypt(await encrypt(plain, [run.recipient]), identities, { sizes: [1] });
  expect(error).toBeUndefined();
  expect(output.toString()).toBe('short content');
});

test('pieces of several MiB pass', async () => {
  const plain = randomBytes(9 * 1024 * 1024 + 5);
  const file = await encrypt(plain, [run.recipient], [plain.length]);
  const { output } = await decrypt(file, identities, { sizes: [file.length] });
  expect(output.equals(plain)).toBe(true);
});

test('the source may use its buffer again after a piece was taken', async () => {
  const stage = await createEncryptStage([run.recipient]);
  const sealed: Buffer[] = [];
  stage.on('data', (piece: Buffer) => sealed.push(piece));
  const ended = new Promise((resolve) => stage.once('end', resolve));
  const buffer = Buffer.alloc(1000);
  for (let index = 0; index < 100; index += 1) {
    buffer.fill(index);
    await new Promise((resolve) => stage.write(buffer, resolve));
  }
  stage.end();
  await ended;
  const { output } = await decrypt(Buffer.concat(sealed), identities);
  const expected = Buffer.concat(Array.from({ length: 100 }, (_, index) => Buffer.alloc(1000, index)));
  expect(output.equals(expected)).toBe(true);
});

test('a reader that does not read holds the writer back', async () => {
  for (const stage of [await createEncryptStage([run.recipient]), createDecryptStage(identities)]) {
    let taken = 0;
    const file = await encrypt(Buffer.alloc(32 * 1024 * 1024), [run.recipient]);
    const held = new PassThrough({ highWaterMark: 1 });
    async function* source() {
      for (; taken < file.length; taken += chunk) {
        yield file.subarray(taken, taken + chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const controller = new AbortController();
    const flow = pipeline(source, stage, held, { signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    let before = -1;
    while (before !== taken) {
      before = taken;
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taken).toBeLessThan(8 * 1024 * 1024);
    controller.abort();
    expect(await flow).toBeInstanceOf(Error);
  }
});
