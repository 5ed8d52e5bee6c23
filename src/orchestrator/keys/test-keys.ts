// Does a key still open what is encrypted on this host? Tried, not concluded: a sample is encrypted and decrypted, and an
// archive is read.

import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OpenArchive } from '../../archiver/read/open-archive.ts';
import { readContent } from '../../archiver/read/read-content.ts';
import { verifyArchive, type VerifyReport } from '../../archiver/verify/verify-archive.ts';
import { createDecryptStage } from '../../encryption/decrypt-stage.ts';
import { createEncryptStage } from '../../encryption/encrypt-stage.ts';
import type { Identity } from '../../encryption/identity.ts';
import type { Recipient } from '../../encryption/recipient.ts';
import { ArchiveError, EncryptionError, KeyError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';

/** More than one chunk of the encryption. */
const sampleBytes = 100_000;

/** False: none of the identities opens it. @throws EncryptionError when a recipient cannot be used */
export async function opensSample(
  recipients: readonly Recipient[],
  identities: readonly Identity[],
): Promise<boolean> {
  const sample = randomBytes(sampleBytes);
  const opened: Buffer[] = [];
  try {
    const stages: [Duplex, Duplex] = [await createEncryptStage(recipients), createDecryptStage(identities)];
    await pipeline([sample], ...stages, async (plain: AsyncIterable<Buffer>) => {
      for await (const piece of plain) opened.push(piece);
    });
  } catch (error) {
    if (error instanceof KeyError) return false;
    throw error;
  }
  return Buffer.concat(opened).equals(sample);
}

export interface ArchiveTest {
  /** `start`: the first data was decrypted and authenticated; `whole`: all of it, and every file compared. */
  depth: 'start' | 'whole';
  state: 'opened' | 'wrong-key' | 'damaged';
  /** Why it was not opened. */
  problem?: string;
  /** With `whole`. */
  report?: VerifyReport;
}

export interface ArchiveTestOptions {
  isDeep: boolean;
  onBytes?: (bytes: number) => void;
}

/** `archive` is encrypted. @throws PermissionError, InterruptedError */
export async function testArchive(
  host: Host,
  archive: OpenArchive,
  identities: readonly Identity[],
  { isDeep, onBytes }: ArchiveTestOptions,
): Promise<ArchiveTest> {
  const depth = isDeep ? 'whole' : 'start';
  const madeFor = archive.manifest.recipients ?? [];
  const unlocked = { ...archive, decrypt: () => createDecryptStage(identities, { madeFor }) };
  const options = { signal: host.signal, ...(onBytes === undefined ? {} : { onBytes }) };
  try {
    if (!isDeep) {
      await readStart(host, unlocked);
      return { depth, state: 'opened' };
    }
    const report = await verifyArchive(host, unlocked, options);
    const [problem] = report.problems;
    if (problem === undefined) return { depth, state: 'opened', report };
    return { depth, state: 'damaged', problem: problem.message, report };
  } catch (error) {
    if (error instanceof KeyError) return { depth, state: 'wrong-key', problem: error.message };
    if (error instanceof EncryptionError || error instanceof ArchiveError) {
      return { depth, state: 'damaged', problem: error.message };
    }
    throw error;
  }
}

/** Nothing comes out of the stage that was not authenticated. */
async function readStart(host: Host, archive: OpenArchive): Promise<void> {
  const content = readContent(host, { ...archive, compression: 'none' }, { signal: host.signal });
  for await (const piece of content) if (piece.length > 0) return;
}
