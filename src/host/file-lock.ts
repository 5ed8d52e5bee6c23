// An exclusive lock on a file. A kernel lock (flock): it ends with the process, however that ends, so neither
// kill -9 nor a reboot leaves anything to wait for. Node has no such call, but the `flock` program of util-linux locks
// the open file that it inherits from us, and the lock stays with our descriptor when it exits.
// The file also names its holder (the form of the existing edition, whose locks are respected too).

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { isSystemError } from '../errors.ts';
import { formatRfc3339 } from '../util/format.ts';
import type { Host, RealPath } from './host.ts';

export interface FileLock {
  release(): void;
}

export interface LockHolder {
  pid: number;
  host: string;
  /** As written by the holder; empty if it wrote none. */
  since: string;
}

export type LockResult = { lock: FileLock } | { heldBy: LockHolder | undefined };

const flockTimeoutMs = 10_000;
const conflictExitCode = 75;

/**
 * Takes the lock or says who holds it. Never waits. Throws the system's error when the file cannot be made.
 * `hostname` goes into the file for people who look at it.
 */
export function acquireFileLock(host: Host, path: RealPath, hostname: string): LockResult {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    const hasKernelLock = takeKernelLock(host, fd);
    const holder = readHolder(fd);
    if (hasKernelLock === false || (holder !== undefined && isAlive(holder, host.process.pid))) {
      closeSync(fd);
      return { heldBy: holder };
    }
    // Somebody may have removed the file between our open and our lock: then we hold a lock nobody sees.
    if (!isSameFile(fd, path)) {
      closeSync(fd);
      return acquireFileLock(host, path, hostname);
    }
    writeHolder(host, fd, hostname);
    return { lock: { release: () => releaseLock(fd) } };
  } catch (error) {
    if (isOpen(fd)) closeSync(fd);
    throw error;
  }
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

/** true: taken; false: another process has it; undefined: no way to tell here (no program, odd file system). */
function takeKernelLock(host: Host, fd: number): boolean | undefined {
  const program = host.tools.find('flock');
  if (program === undefined) return undefined;
  const arguments_ = ['--exclusive', '--nonblock', '--conflict-exit-code', String(conflictExitCode), '3'];
  const result = spawnSync(program, arguments_, {
    stdio: ['ignore', 'ignore', 'ignore', fd],
    timeout: flockTimeoutMs,
  });
  if (result.status === 0) return true;
  return result.status === conflictExitCode ? false : undefined;
}

interface WrittenHolder extends LockHolder {
  startTime: string;
  bootId: string;
}

function readHolder(fd: number): WrittenHolder | undefined {
  const fields = new Map<string, string>();
  for (const line of readFileSync(fd, 'utf8').slice(0, 4096).split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  const pid = Number(fields.get('pid'));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return {
    pid,
    host: fields.get('host') ?? '',
    since: fields.get('time') ?? '',
    startTime: fields.get('starttime') ?? '',
    bootId: fields.get('boot_id') ?? '',
  };
}

/** The process that wrote the file still runs: same boot, same id, same start time. */
function isAlive(holder: WrittenHolder, ownPid: number): boolean {
  if (holder.pid === ownPid) return false;
  if (holder.bootId !== '' && holder.bootId !== bootId()) return false;
  const startTime = processStartTime(holder.pid);
  return startTime !== undefined && (holder.startTime === '' || holder.startTime === startTime);
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Field 22 of /proc/PID/stat; the command name in field 2 may hold spaces and brackets. */
function processStartTime(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
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

function writeHolder(host: Host, fd: number, hostname: string): void {
  const lines = [
    `pid=${host.process.pid}`,
    `host=${hostname}`,
    `time=${formatRfc3339(host.clock.now())}`,
    `starttime=${processStartTime(host.process.pid) ?? ''}`,
    `boot_id=${bootId()}`,
    '',
  ];
  ftruncateSync(fd, 0);
  writeSync(fd, lines.join('\n'), 0);
}

/** The file stays: removing it would race with the next run that just opened it. */
function releaseLock(fd: number): void {
  ftruncateSync(fd, 0);
  closeSync(fd);
}
