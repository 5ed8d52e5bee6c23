// An exclusive lock on a file. A kernel lock (flock): it ends with the process, however that ends, so neither
// kill -9 nor a reboot leaves anything to wait for. Node has no such call, but the `flock` program of util-linux locks
// the open file that it inherits from us, and the lock stays with our descriptor when it exits.
// The file also names its holder. That text decides only where the kernel lock cannot: on file systems without one,
// and for the existing edition, which takes none.

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { isSystemError } from '../errors.ts';
import type { Host, RealPath } from './host.ts';
import {
  describeOwnProcess,
  isHolderAlive,
  isHolderHere,
  parseHolder,
  type LockHolder,
  type WrittenHolder,
} from './lock-holder.ts';

export interface FileLock {
  release(): void;
  /** Why the file does not name its holder (a full file system); the lock holds all the same. */
  readonly notDescribed?: Error;
}

export type LockResult = { lock: FileLock } | { heldBy: LockHolder | undefined };

/** A kernel lock: taken; another process has it; no way to tell here (no program, odd file system). */
type KernelLock = 'taken' | 'held' | 'unknown';

const flockTimeoutMs = 10_000;
const conflictExitCode = 75;
const maximumTextBytes = 4096;

/**
 * Takes the lock or says who holds it. Never waits. Throws the system's error when the file cannot be made.
 * `hostname` and `work` (as `a restore`) go into the file for people who look at it, and who are kept waiting.
 */
export function acquireFileLock(host: Host, path: RealPath, hostname: string, work?: string): LockResult {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  let isOurs = false;
  try {
    const kernelLock = takeKernelLock(host, fd);
    const holder = parseHolder(readHead(fd));
    if (kernelLock === 'held') return { heldBy: holder };
    if (holder !== undefined && isHeldByText(host, holder, kernelLock, hostname)) return { heldBy: holder };
    // Somebody may have removed the file between our open and our lock: then we hold a lock nobody sees.
    if (!isSameFile(fd, path)) return acquireFileLock(host, path, hostname, work);
    const notDescribed = writeHolder(fd, describeOwnProcess(host, hostname, work), kernelLock);
    isOurs = true;
    const release = () => {
      releaseLock(fd);
    };
    return { lock: notDescribed === undefined ? { release } : { release, notDescribed } };
  } finally {
    if (!isOurs) closeSync(fd);
  }
}

function takeKernelLock(host: Host, fd: number): KernelLock {
  const program = host.tools.find('flock');
  if (program === undefined) return 'unknown';
  const arguments_ = ['--exclusive', '--nonblock', '--conflict-exit-code', String(conflictExitCode), '3'];
  const result = spawnSync(program, arguments_, {
    stdio: ['ignore', 'ignore', 'ignore', fd],
    timeout: flockTimeoutMs,
  });
  if (result.status === 0) return 'taken';
  return result.status === conflictExitCode ? 'held' : 'unknown';
}

/** With the kernel lock in hand, a writer that takes it too must be dead: only the existing edition's word counts. */
function isHeldByText(host: Host, holder: WrittenHolder, kernelLock: KernelLock, hostname: string): boolean {
  if (kernelLock === 'taken' && (holder.bootId !== undefined || !isHolderHere(holder, hostname)))
    return false;
  return isHolderAlive(host, holder);
}

/** Bounded: whatever stands there under the lock's name. */
function readHead(fd: number): string {
  const buffer = Buffer.alloc(maximumTextBytes);
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, maximumTextBytes, 0));
}

function isSameFile(fd: number, path: RealPath): boolean {
  try {
    const ours = fstatSync(fd);
    const named = statSync(path);
    return ours.ino === named.ino && ours.dev === named.dev;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Without a kernel lock the text is the lock, and not writing it is a failure; with one it is only a courtesy. */
function writeHolder(fd: number, text: string, kernelLock: KernelLock): Error | undefined {
  try {
    ftruncateSync(fd, 0);
    writeSync(fd, text, 0);
    return undefined;
  } catch (error) {
    if (kernelLock === 'taken' && isSystemError(error)) return error;
    throw error;
  }
}

/** The file stays: removing it would race with the next run that just opened it. */
function releaseLock(fd: number): void {
  try {
    ftruncateSync(fd, 0);
  } catch (error) {
    // A text that stays names a process that is dead soon; the lock itself ends with the descriptor.
    if (!isSystemError(error)) throw error;
  } finally {
    closeSync(fd);
  }
}
