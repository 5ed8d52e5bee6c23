// Running whole files through the stages, and real keys in a temporary directory of the test.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { onTestFinished } from 'vitest';
import { createDecryptStage, type DecryptOptions } from '../../../src/encryption/decrypt-stage.ts';
import { createEncryptStage } from '../../../src/encryption/encrypt-stage.ts';
import type { Identity } from '../../../src/encryption/identity.ts';
import type { Recipient } from '../../../src/encryption/recipient.ts';

export interface Outcome {
  /** Everything that came out, also before an error. */
  output: Buffer;
  error: unknown;
}

/** Pieces of a buffer; the sizes are used in a circle. */
export function cut(data: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, index = 0; at < data.length; index += 1) {
    const size = sizes[index % sizes.length] ?? data.length;
    pieces.push(data.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Each piece arrives in a turn of its own, so what came before it has left the stage when it fails. */
export async function runThrough(stage: Duplex, pieces: readonly Buffer[]): Promise<Outcome> {
  const output: Buffer[] = [];
  let error: unknown;
  async function* source() {
    for (const piece of pieces) {
      yield piece;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  stage.on('data', (chunk: Buffer) => output.push(chunk));
  await pipeline(Readable.from(source()), stage).catch((failure: unknown) => {
    error = failure;
  });
  return { output: Buffer.concat(output), error };
}

export async function encrypt(
  plain: Buffer,
  recipients: readonly Recipient[],
  sizes: readonly number[] = [1 << 20],
): Promise<Buffer> {
  const { output, error } = await runThrough(await createEncryptStage(recipients), cut(plain, sizes));
  if (error !== undefined) throw new Error('encrypting failed', { cause: error });
  return output;
}

export function decrypt(
  file: Buffer,
  identities: readonly Identity[],
  { sizes = [1 << 20], ...options }: DecryptOptions & { sizes?: readonly number[] } = {},
): Promise<Outcome> {
  return runThrough(createDecryptStage(identities, options), cut(file, sizes));
}

export function makeTempDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-keys-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

export function run(program: string, args: readonly string[], input?: Buffer): Buffer {
  return execFileSync(program, args, {
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input && { input }),
  });
}
