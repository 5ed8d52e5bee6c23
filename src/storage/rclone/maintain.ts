// What keeps the place on the remote in order: making it ready, small texts, removing, sweeping, asking for its room.

import { z } from 'zod';
import { AppError, InterruptedError } from '../../errors.ts';
import { isUnfinished, temporaryName } from '../directory/temporary-name.ts';
import { CopyMismatchError } from '../store-errors.ts';
import type { StoredFile, StoreSpace } from '../store.ts';
import { checkName, isOwnPartial, markedBy } from './names.ts';
import { directoryAt } from './place.ts';
import { moveWithin, removeFile, removeQuietly, writeText } from './move-and-remove.ts';
import { isWholeRemote, problemIn } from './rclone-error.ts';
import { readRange } from './read-file.ts';
import { listFiles, listNames, lookAtFile, parseAnswer, type Remote } from './remote.ts';
import { withRetries } from './retry.ts';

/**
 * Program, configuration, login and path are proved by a listing, or with `writeTest` by writing a small file.
 * A remote that refuses the listing alone is given the write test too.
 */
export async function prepare(remote: Remote, writeTest: boolean, signal: AbortSignal): Promise<void> {
  await remote.features(signal);
  if (!writeTest) {
    try {
      await listOrMake(remote, signal);
      return;
    } catch (error) {
      if (problemIn(error) !== 'path') throw error;
      await testByWriting(remote, signal);
      return;
    }
  }
  await makePlace(remote, signal);
  await testByWriting(remote, signal);
}

async function listOrMake(remote: Remote, signal: AbortSignal): Promise<void> {
  if ((await listNames(remote, signal)).length > 0) return;
  // Empty, or not there at all. For a store of objects this is nothing to do.
  await makePlace(remote, signal);
}

async function makePlace({ rclone, place, host, attempts }: Remote, signal: AbortSignal): Promise<void> {
  const call = {
    verb: ['mkdir'],
    paths: [directoryAt(place)],
    action: `making ${place.location}`,
    signal,
  } as const;
  await withRetries(host, { attempts, signal }, () => rclone.ask(call));
}

async function testByWriting(remote: Remote, signal: AbortSignal): Promise<void> {
  const name = temporaryName(remote.installId);
  const { host, attempts } = remote;
  await withRetries(host, { attempts, signal }, () => writeText(remote, name, 'write test\n', signal));
  await removeFile(remote, name, signal);
}

export async function stat(
  remote: Remote,
  name: string,
  signal: AbortSignal,
): Promise<StoredFile | undefined> {
  if (isUnfinished(checkName(name))) return undefined;
  // Where files cannot be moved, only the listing knows which of them are proved.
  if ((await remote.features(signal)).canMove) return lookAtFile(remote, name, signal);
  return (await listFiles(remote, signal)).find((file) => file.name === name);
}

/** Replaces a small text when it differs; read back before it gets its name. */
export async function putText(
  remote: Remote,
  name: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  checkName(name);
  if (await holdsText(remote, name, text, signal)) return;
  const { canMove } = await remote.features(signal);
  const target = canMove ? temporaryName(remote.installId) : name;
  const { host, attempts } = remote;
  await withRetries(host, { attempts, signal }, async () => {
    try {
      await writeText(remote, target, text, signal);
      if (!(await holdsText(remote, target, text, signal))) throw notAsWritten(remote, name);
      const sizeBytes = Buffer.byteLength(text);
      if (canMove) await moveWithin(remote, { from: target, to: name, sizeBytes, signal });
    } catch (error) {
      if (canMove) await removeQuietly(remote, target, error, signal);
      throw error;
    }
  });
}

async function holdsText(remote: Remote, name: string, text: string, signal: AbortSignal): Promise<boolean> {
  const bytes = Buffer.from(text, 'utf8');
  const file = await lookAtFile(remote, name, signal);
  if (file?.sizeBytes !== bytes.length) return false;
  return (await readRange(remote, name, { offset: 0, length: bytes.length }, signal)).equals(bytes);
}

function notAsWritten({ place }: Remote, name: string): CopyMismatchError {
  return new CopyMismatchError(`${name} on ${place.location} does not read back as it was written`, {
    hint: 'check RCLONE_FLAGS and the remote',
  });
}

export interface BatchOptions {
  /** After so many removals there is a pause. */
  batchSize: number;
  batchPauseMs: number;
}

/** Once the whole remote fails, the rest is not tried: each file would wait for the same time-out. */
export async function removeFiles(
  remote: Remote,
  { batchSize, batchPauseMs }: BatchOptions,
  names: readonly string[],
  signal: AbortSignal,
): Promise<{ name: string; error: Error }[]> {
  const failures: { name: string; error: Error }[] = [];
  let remoteFailure: AppError | undefined;
  for (const [index, name] of names.entries()) {
    if (remoteFailure === undefined && index > 0 && index % batchSize === 0 && batchPauseMs > 0) {
      await remote.host.clock.sleep(batchPauseMs, signal);
    }
    try {
      if (remoteFailure !== undefined) throw remoteFailure;
      await removeFile(remote, checkName(name), signal);
    } catch (error) {
      if (error instanceof InterruptedError || !(error instanceof AppError)) throw error;
      if (isWholeRemote(error)) remoteFailure = error;
      failures.push({ name, error });
    }
  }
  return failures;
}

/** What killed runs of this installation left; a file with our mark beside it was never proved. */
export async function sweep(remote: Remote, signal: AbortSignal): Promise<string[]> {
  const names = await listNames(remote, signal);
  const removed: string[] = [];
  for (const mark of names.filter((name) => isOwnPartial(remote.installId, name))) {
    const marked = markedBy(remote.installId, mark);
    // The mark goes last: killed in between, the next run finds it again.
    for (const name of marked !== undefined && names.includes(marked) ? [marked, mark] : [mark]) {
      await removeFile(remote, name, signal);
      removed.push(name);
    }
  }
  return removed;
}

const aboutShape = z.object({
  total: z.number().optional(),
  used: z.number().optional(),
  free: z.number().optional(),
});

export async function space(remote: Remote, signal: AbortSignal): Promise<StoreSpace | undefined> {
  if (!(await remote.features(signal)).canTellSpace) return undefined;
  const { rclone, place, host, attempts } = remote;
  const action = `asking for the free space of ${place.location}`;
  const call = { verb: ['about', '--json'], paths: [directoryAt(place)], action, signal } as const;
  let answer: Buffer;
  try {
    answer = await withRetries(host, { attempts, signal }, () => rclone.ask(call));
  } catch (error) {
    if (error instanceof Error && /support about|not supported|not implemented/i.test(error.message))
      return undefined;
    throw error;
  }
  const { total, used, free } = parseAnswer(answer, aboutShape, action);
  if (free === undefined) return undefined;
  return { totalBytes: total ?? free + (used ?? 0), availableBytes: free };
}
