// The small changes on a remote which everything else is made of: give a name, write a text, remove.

import { AppError } from '../../errors.ts';
import { fileAt } from './place.ts';
import { isWholeRemote } from './rclone-error.ts';
import { lookAtFile, silenceFor, type Remote } from './remote.ts';
import { withRetries } from './retry.ts';

interface Move {
  from: string;
  to: string;
  sizeBytes: number;
  signal: AbortSignal;
}

/** Replaces what has the name. An answer that was lost on the way is no failure: what counts is what is there. */
export async function moveWithin(remote: Remote, { from, to, sizeBytes, signal }: Move): Promise<void> {
  const { rclone, place, host, attempts } = remote;
  const call = {
    verb: ['moveto', '--ignore-times'],
    paths: [fileAt(place, from), fileAt(place, to)],
    action: `giving ${to} its name on ${place.location}`,
    signal,
  } as const;
  try {
    await withRetries(host, { attempts, signal }, () =>
      rclone.transfer(call, { quietMs: silenceFor(sizeBytes) }),
    );
  } catch (error) {
    if (signal.aborted) throw error;
    const isMoved =
      (await lookAtFile(remote, from, signal)) === undefined &&
      (await lookAtFile(remote, to, signal))?.sizeBytes === sizeBytes;
    if (!isMoved) throw error;
  }
}

/** A small text, as it comes; the caller proves it. */
export async function writeText(
  { rclone, place }: Remote,
  name: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  await rclone.ask({
    verb: ['rcat'],
    paths: [fileAt(place, name)],
    action: `writing ${name} to ${place.location}`,
    input: Buffer.from(text, 'utf8'),
    signal,
  });
}

/** A missing file is no error. */
export async function removeFile(remote: Remote, name: string, signal: AbortSignal): Promise<void> {
  const { rclone, place, host, attempts } = remote;
  const action = `removing ${name} from ${place.location}`;
  const call = { verb: ['deletefile'], paths: [fileAt(place, name)], action, signal } as const;
  try {
    await withRetries(host, { attempts, signal }, () => rclone.ask(call));
  } catch (error) {
    if (signal.aborted || isWholeRemote(error)) throw error;
    if ((await lookAtFile(remote, name, signal)) !== undefined) throw error;
  }
}

const tidyingMs = 5_000;

/**
 * After a failure or an abort, if the remote still answers, and soon; the next run sweeps otherwise. Says whether the file
 * is gone.
 */
export async function removeQuietly(
  remote: Remote,
  name: string,
  failure: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  if (isWholeRemote(failure)) return false;
  try {
    const patience = signal.aborted ? AbortSignal.timeout(tidyingMs) : signal;
    await removeFile({ ...remote, attempts: 1 }, name, patience);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
