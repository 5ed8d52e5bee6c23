// Reads files that are small by their nature (settings, keys, manifests): whatever stands under the name, a FIFO that nobody
// writes to, an endless device, a huge file, the wait and the memory are bounded.

import * as fs from 'node:fs';
import { isSystemError } from '../errors.ts';

/** More than any of these files has: plans and journals of a restore with a million files are the largest. */
const smallFileBytes = 256 * 1024 * 1024;
const pollMs = 20;
/** How long a writer may be silent: somebody may be typing the passphrase of a password store. */
const silenceMs = 120_000;
const pieceBytes = 64 * 1024;

export interface SmallOptions {
  maxBytes?: number | undefined;
  /** For a FIFO that nobody has opened yet, in milliseconds. */
  writerWaitMs?: number;
}

/** Waits for what a pipe still brings. @throws the system's errors, EFBIG, ETIMEDOUT */
export function readSmall(path: string | Buffer, options: SmallOptions = {}): Buffer {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const steps = readInSteps(path, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    Atomics.wait(never, 0, 0, step.value);
  }
}

/** The same; `pause` may throw to end it. */
export async function readSmallAsync(
  path: string | Buffer,
  options: SmallOptions,
  pause: (ms: number) => Promise<void>,
): Promise<Buffer> {
  const steps = readInSteps(path, options);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await pause(step.value);
    }
  } finally {
    steps.return(Buffer.alloc(0));
  }
}

/** Yields milliseconds to wait. */
function* readInSteps(
  path: string | Buffer,
  { maxBytes = smallFileBytes, writerWaitMs = 10_000 }: SmallOptions,
): Generator<number, Buffer> {
  const { fd, isOurs } = openSmall(path);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const status = fs.fstatSync(fd);
    if (status.size > maxBytes) throw systemError('EFBIG', path);
    const isPipe = status.isFIFO();
    for (let waited = 0; ;) {
      const bytes = readPiece(fd);
      if (bytes === undefined || (bytes.length === 0 && isPipe && size === 0)) {
        // Nothing yet: the writer is silent, or there is none.
        if (waited >= (bytes === undefined ? silenceMs : writerWaitMs)) {
          if (bytes !== undefined) return bytes;
          throw systemError('ETIMEDOUT', path);
        }
        yield pollMs;
        waited += pollMs;
        continue;
      }
      if (bytes.length === 0) return Buffer.concat(chunks);
      waited = 0;
      chunks.push(bytes);
      size += bytes.length;
      if (size > maxBytes) throw systemError('EFBIG', path);
    }
  } finally {
    // They may hold secrets; what is returned is a copy.
    for (const chunk of chunks) chunk.fill(0);
    if (isOurs) fs.closeSync(fd);
  }
}

/** A socket (stdin of a program that sshd started) cannot be opened by its name below /proc: then it is read as it is. */
function openSmall(path: string | Buffer): { fd: number; isOurs: boolean } {
  try {
    return { fd: fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK), isOurs: true };
  } catch (error) {
    const descriptor = /^\/(?:proc\/self|dev)\/fd\/(\d+)$/.exec(path.toString())?.[1];
    if (!isSystemError(error, 'ENXIO') || descriptor === undefined) throw error;
    return { fd: Number(descriptor), isOurs: false };
  }
}

/** Undefined: nothing there yet; empty: the end. */
function readPiece(fd: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafeSlow(pieceBytes);
  try {
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, null));
  } catch (error) {
    if (!isSystemError(error, 'EAGAIN')) throw error;
    return undefined;
  }
}

function systemError(code: 'EFBIG' | 'ETIMEDOUT', path: string | Buffer): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: read ${path.toString()}`), { code, syscall: 'read' });
}
