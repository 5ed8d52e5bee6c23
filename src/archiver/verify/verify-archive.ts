// Proves an archive by reading it once: its SHA-256, decompression to the end, tar structure to the end marker, and
// every entry and content against the index. What is found is a value; only an abort and a missing key throw.

import { createHash } from 'node:crypto';
import { ArchiveError, CompressionError, EncryptionError, KeyError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { ProblemList, type ArchiveProblem } from './archive-problem.ts';
import { findFrameProblem } from './bundle-check.ts';
import { ContentCheck, missingIndexMessage } from './content-check.ts';
import { DedupCheck } from './dedup-check.ts';
import { checkManifest } from './manifest-check.ts';
import type { ExpectedDigest, OpenArchive } from '../read/open-archive.ts';
import {
  decodeContent,
  readRange,
  withoutProgress,
  type ContentSource,
  type ReadOptions,
} from '../read/read-content.ts';
import { isOfExistingEdition } from '../index/read-index.ts';
import { TarScanner } from '../tar/tar-scanner.ts';

/** An archive whose bytes and place are known, under whatever name: so that it can be proved before it is renamed. */
export interface VerifySource extends ContentSource {
  expectedDigests: readonly ExpectedDigest[];
  /** Made by this edition, so a missing index is a fault. */
  expectsIndex: boolean;
  /** Entries that the manifest states. */
  expectedEntries?: number;
}

export interface VerifyReport {
  ok: boolean;
  /**
   * `content`: every file's hash was compared with the index. `structure`: the archive has no index (existing
   * edition), so only its own digest, compression and tar structure were checked.
   */
  level: 'content' | 'structure';
  /** SHA-256 of the archive's bytes, hex; empty when they could not be read. */
  sha256: string;
  /** Whether something outside the archive said which SHA-256 it should have. */
  hasExpectedDigest: boolean;
  checked: { entries: number; files: number; bytes: number };
  /** At most 100; `problemCount` counts all. */
  problems: readonly ArchiveProblem[];
  problemCount: number;
}

/** Also what stands around the archive's bytes: bundle and manifest. @throws KeyError, PermissionError, InterruptedError */
export async function verifyArchive(
  host: Host,
  archive: OpenArchive,
  options: ReadOptions = {},
): Promise<VerifyReport> {
  const problems = new ProblemList();
  const check = new ContentCheck(problems);
  const expectedEntries = archive.manifest.entry_count;
  const expectsIndex = archive.manifestSource === 'json' && !isOfExistingEdition(archive);
  const source = { ...archive, expectsIndex, ...(expectedEntries === undefined ? {} : { expectedEntries }) };
  const sha256 = await verifyBytes(host, source, check, { problems, options });
  if (archive.manifestFault !== undefined)
    problems.add({ code: 'manifest-damaged', message: archive.manifestFault });
  if (expectsIndex && check.isComplete) checkManifest(archive, check, problems);
  await verifyFrame(host, archive, { problems, options });
  return reportOf(source, sha256, check, problems);
}

/** Only the archive's own bytes, at a given place of a file. Throws as verifyArchive. */
export async function verifyContent(
  host: Host,
  source: VerifySource,
  options: ReadOptions = {},
): Promise<VerifyReport> {
  const problems = new ProblemList();
  const check = new ContentCheck(problems);
  const sha256 = await verifyBytes(host, source, check, { problems, options });
  return reportOf(source, sha256, check, problems);
}

async function verifyFrame(host: Host, archive: OpenArchive, run: VerifyRun): Promise<void> {
  const { path, frame } = archive;
  if (frame === undefined) return;
  try {
    const problem = await findFrameProblem(host, { path, frame }, run.options);
    if (problem !== undefined) run.problems.add(problem);
  } catch (error) {
    run.problems.add(problemOf(error));
  }
}

function reportOf(
  source: VerifySource,
  sha256: string,
  check: ContentCheck,
  problems: ProblemList,
): VerifyReport {
  return {
    ok: problems.total === 0,
    level: check.hasIndex ? 'content' : 'structure',
    sha256,
    hasExpectedDigest: source.expectedDigests.length > 0,
    checked: { entries: check.entries, files: check.files, bytes: check.bytes },
    problems: problems.items,
    problemCount: problems.total,
  };
}

/** Returns the SHA-256 of the bytes; empty when they cannot be read. */
async function verifyBytes(
  host: Host,
  source: VerifySource,
  check: ContentCheck,
  run: VerifyRun,
): Promise<string> {
  const { problems } = run;
  const sha256 = await readThrough(host, source, check, run);
  if (problems.total === 0 || check.hasIndex) checkCounts(source, check, problems);
  for (const expected of source.expectedDigests) {
    if (sha256 === '' || expected.sha256 === sha256) continue;
    const message = `the archive's SHA-256 is ${sha256}, the ${expected.source} says ${expected.sha256}`;
    problems.add({ code: 'checksum-differs', message });
  }
  return sha256;
}

interface VerifyRun {
  problems: ProblemList;
  options: ReadOptions;
}

/** One pass over the bytes; returns their digest. When the content is damaged, the digest takes a pass of its own. */
async function readThrough(
  host: Host,
  source: VerifySource,
  check: ContentCheck,
  run: VerifyRun,
): Promise<string> {
  const digest = createHash('sha256');
  const meter = { bytes: 0 };
  const digested = digestWhileReading(readRange(host, source, run.options), digest, meter);
  const scanner = new TarScanner();
  const dedup = source.expectsIndex ? undefined : new DedupCheck();
  try {
    for await (const chunk of decodeContent(host, source, digested, run.options)) {
      scanner.feed(chunk);
      for (let step = scanner.next(); step !== undefined; step = scanner.next()) {
        check.take(step);
        dedup?.take(step);
      }
    }
    scanner.finish();
    check.finish();
    if (!check.hasIndex) dedup?.finish(run.problems);
  } catch (error) {
    const altered = error instanceof KeyError ? await alteredSince(host, source, run) : undefined;
    run.problems.add(altered ?? problemOf(error));
  }
  if (meter.bytes === source.size) return digest.digest('hex');
  return digestAll(host, source, run);
}

/** A key that was altered in the header looks like a wrong key; the SHA-256 tells the two apart. */
async function alteredSince(
  host: Host,
  source: VerifySource,
  run: VerifyRun,
): Promise<ArchiveProblem | undefined> {
  const { expectedDigests } = source;
  const sha256 = expectedDigests.length === 0 ? '' : await digestAll(host, source, run);
  if (expectedDigests.every((expected) => expected.sha256 === sha256)) return undefined;
  const message = 'it is not as it was written, and none of the given keys opens it';
  return { code: 'decryption-failed', message };
}

async function* digestWhileReading(
  bytes: AsyncIterable<Buffer>,
  digest: { update(chunk: Buffer): unknown },
  meter: { bytes: number },
): AsyncGenerator<Buffer, void> {
  for await (const chunk of bytes) {
    digest.update(chunk);
    meter.bytes += chunk.length;
    yield chunk;
  }
}

async function digestAll(host: Host, source: VerifySource, run: VerifyRun): Promise<string> {
  const digest = createHash('sha256');
  try {
    for await (const chunk of readRange(host, source, withoutProgress(run.options))) digest.update(chunk);
    return digest.digest('hex');
  } catch (error) {
    // Unreadable or cut short: the first pass has reported that already.
    problemOf(error);
    return '';
  }
}

/** Damage is a finding; an abort, a missing key or right, and bugs are not. */
function problemOf(error: unknown): ArchiveProblem {
  if (error instanceof ArchiveError) return { code: 'archive-damaged', message: error.message };
  if (error instanceof CompressionError) return { code: 'decompression-failed', message: error.message };
  if (error instanceof EncryptionError && !(error instanceof KeyError)) {
    return { code: 'decryption-failed', message: error.message };
  }
  throw error;
}

function checkCounts(source: VerifySource, check: ContentCheck, problems: ProblemList): void {
  if (source.expectsIndex && !check.hasIndex)
    problems.add({ code: 'index-missing', message: missingIndexMessage() });
  const { expectedEntries } = source;
  if (expectedEntries !== undefined && expectedEntries !== check.entries) {
    const message = `the archive has ${check.entries} entries, its manifest says ${expectedEntries}`;
    problems.add({ code: 'entry-count-differs', message });
  }
}
