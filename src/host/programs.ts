// Runs other programs: own process group that is killed as a whole, bounded time and output, LC_ALL=C, a full
// PATH. Under another root (`--root DIR`) the running system's commands would describe the wrong machine, so
// there only those found in PATH directories outside the system's own are run (stubs, or a container's tools).

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { createLineCutter, watchSilence } from './silence.ts';
import type { Programs, RealPath } from './host.ts';

export interface RunRequest {
  argv: readonly [string, ...string[]];
  timeoutMs: number;
  /** More stdout than this kills the program: status `flooded`. */
  maxOutputBytes: number;
  input?: Buffer;
  signal?: AbortSignal;
  /** On top of the environment that every program gets; undefined takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Working directory; that of ProxSave when absent. */
  cwd?: RealPath;
  /**
   * Given: `timeoutMs` counts time without progress instead of the whole run. Progress is output on stdout, or a line of
   * stderr for which this says true. Lines come whole, without their line feed.
   */
  isProgress?: (stderrLine: string) => boolean;
}

export interface RunResult {
  /** `missing`: no such program. `failed`: non-zero exit or killed by a signal not ours. */
  status: 'ok' | 'missing' | 'failed' | 'timeout' | 'flooded' | 'aborted';
  exitCode: number | null;
  killedBy: string | null;
  stdout: Buffer;
  /** The last few KiB of stderr. */
  stderr: string;
  durationMs: number;
}

export interface FilterRequest {
  argv: readonly [string, ...string[]];
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: RealPath;
}

export interface FilterEnd {
  exitCode: number | null;
  killedBy: string | null;
  stderr: string;
  /** The program could not be started at all. */
  startError?: Error;
}

export interface FilterProcess {
  stdin: Writable;
  stdout: Readable;
  /** Settles when the process is gone; never rejects. */
  ended: Promise<FilterEnd>;
  kill(): void;
  /**
   * Kills it and waits for nothing: a program that waits inside the kernel for a dead disk or server ends when that
   * wait does, SIGKILL or not. Its pipes are closed here, and it keeps this process from ending no longer.
   */
  abandon(): void;
}

const systemDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const stderrTailBytes = 8 * 1024;
const killGraceMs = 2_000;

/** The caller's PATH first, then whatever standard directory it lacks (cron gives next to nothing). */
export function fullSearchPath(pathVariable: string | undefined): string[] {
  const given = (pathVariable ?? '').split(':').filter((directory) => directory.startsWith('/'));
  return [...given, ...systemDirectories.filter((directory) => !given.includes(directory))];
}

/** For another root: only what the caller added on purpose. */
export function foreignRootSearchPath(pathVariable: string | undefined): string[] {
  return fullSearchPath(pathVariable).filter(
    (directory) => !systemDirectories.includes(directory.replace(/\/+$/, '')),
  );
}

export function createPrograms(
  env: Readonly<Record<string, string | undefined>>,
  searchPath: readonly string[],
): Programs {
  // Stubs and scripts need the standard tools, whatever we search for commands ourselves.
  const childPath = [...new Set([...searchPath, ...fullSearchPath(env.PATH)])].join(':');
  const childEnv = { ...withoutOwnSecrets(env), PATH: childPath, LC_ALL: 'C', LANG: 'C' };
  const find = (name: string) => findProgram(name, searchPath);
  const running = createRunningGroups();
  return {
    find,
    run: (request) => runProgram(find(request.argv[0]), request, childEnv, running),
    startFilter: (request) => startFilter(find(request.argv[0]), request, childEnv, running),
  };
}

/** What is ours alone: no other program needs it, and some print their environment when they fail. */
const ownSecret = /^(?:PROXSAVE_PASSPHRASE$|TELEGRAM_|GOTIFY_|SMTP_|WEBHOOK_|HEALTHCHECK_)/;

function withoutOwnSecrets<Value>(env: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ownSecret.test(name)));
}

interface RunningGroups {
  add(pid: number | undefined): void;
  remove(pid: number | undefined): void;
}

/** Process groups that must not outlive us, however we end (all but kill -9). */
function createRunningGroups(): RunningGroups {
  const pids = new Set<number>();
  const killAll = () => {
    for (const pid of pids) killGroup(pid, 'SIGKILL');
  };
  return {
    add: (pid) => {
      if (pid === undefined) return;
      if (pids.size === 0) process.on('exit', killAll);
      pids.add(pid);
    },
    remove: (pid) => {
      if (pid === undefined || !pids.delete(pid)) return;
      if (pids.size === 0) process.off('exit', killAll);
    },
  };
}

function findProgram(name: string, searchPath: readonly string[]): string | undefined {
  const candidates = name.includes('/') ? [name] : searchPath.map((directory) => `${directory}/${name}`);
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return statSync(candidate).isFile();
    } catch {
      return false;
    }
  });
}

/** Keeps only the end of what is written to it. */
class Tail {
  #text = Buffer.alloc(0);
  add(chunk: Buffer): void {
    const joined = Buffer.concat([this.#text, chunk]);
    this.#text = joined.subarray(Math.max(0, joined.length - stderrTailBytes));
  }
  toString(): string {
    return this.#text.toString('utf8');
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already: that is what we wanted.
  }
}

function runProgram(
  file: string | undefined,
  request: RunRequest,
  env: Record<string, string | undefined>,
  running: RunningGroups,
): Promise<RunResult> {
  const missing: RunResult = {
    status: 'missing',
    exitCode: null,
    killedBy: null,
    stdout: Buffer.alloc(0),
    stderr: '',
    durationMs: 0,
  };
  if (file === undefined) return Promise.resolve(missing);
  if (request.signal?.aborted === true) return Promise.resolve({ ...missing, status: 'aborted' });
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const child = startChild(file, request, env);
    if (child instanceof Error) {
      resolve({ ...missing, status: 'failed', stderr: child.message });
      return;
    }
    running.add(child.pid);
    const output: Buffer[] = [];
    const stderr = new Tail();
    let outputBytes = 0;
    let forced: RunResult['status'] | undefined;
    let graceTimer: NodeJS.Timeout | undefined;
    const stop = (reason: RunResult['status']) => {
      if (forced !== undefined) return;
      forced = reason;
      killGroup(child.pid, 'SIGTERM');
      graceTimer = setTimeout(() => {
        killGroup(child.pid, 'SIGKILL');
        // A grandchild that left the group may still hold the pipes; do not wait for it.
        child.stdout.destroy();
        child.stderr.destroy();
        // Nor for one that not even SIGKILL ends, because it waits for a dead disk or server inside the kernel.
        graceTimer = setTimeout(() => finish(null, 'SIGKILL'), killGraceMs);
      }, killGraceMs);
    };
    const { isProgress } = request;
    const timer = startTimer(request, () => {
      stop('timeout');
    });
    const cutLines = createLineCutter((line) => {
      if (isProgress?.(line) === true) timer.restart();
    });
    const onAbort = () => {
      stop('aborted');
    };
    request.signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length;
      if (isProgress !== undefined) timer.restart();
      if (outputBytes > request.maxOutputBytes) stop('flooded');
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr.add(chunk);
      if (isProgress !== undefined) cutLines(chunk);
    });
    child.stdin.on('error', () => {
      // The program closed its stdin early; its exit status tells the story.
    });
    child.stdin.end(request.input);
    let isFinished = false;
    const finish = (exitCode: number | null, killedBy: string | null, startError?: Error) => {
      if (isFinished) return;
      isFinished = true;
      child.unref();
      timer.stop();
      clearTimeout(graceTimer);
      request.signal?.removeEventListener('abort', onAbort);
      // What the program left running in its group must not outlive it.
      killGroup(child.pid, 'SIGKILL');
      running.remove(child.pid);
      resolve({
        status: forced ?? (exitCode === 0 ? 'ok' : 'failed'),
        exitCode,
        killedBy,
        stdout: Buffer.concat(output),
        stderr: startError === undefined ? stderr.toString() : startError.message,
        durationMs: performance.now() - startedAt,
      });
    };
    child.once('error', (error) => {
      if (child.pid === undefined) finish(null, null, error);
    });
    child.once('close', finish);
  });
}

/** For the whole run, or for each stretch without progress. */
function startTimer(
  { timeoutMs, isProgress }: RunRequest,
  onTimeout: () => void,
): { restart: () => void; stop: () => void } {
  if (isProgress !== undefined) return watchSilence(timeoutMs, onTimeout);
  const timer = setTimeout(onTimeout, timeoutMs);
  return {
    restart: () => undefined,
    stop: () => {
      clearTimeout(timer);
    },
  };
}

/** Some failures of spawn are thrown (a bad interpreter path, no memory), others come as an event. */
function startChild(
  file: string,
  request: FilterRequest,
  env: Record<string, string | undefined>,
): ChildProcessWithoutNullStreams | Error {
  try {
    return spawn(file, request.argv.slice(1), {
      env: { ...env, ...request.env },
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function startFilter(
  file: string | undefined,
  request: FilterRequest,
  env: Record<string, string | undefined>,
  running: RunningGroups,
): FilterProcess {
  const child = spawn(file ?? request.argv[0], request.argv.slice(1), {
    env: { ...env, ...request.env },
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child.pid);
  const stderr = new Tail();
  child.stderr.on('data', (chunk: Buffer) => {
    stderr.add(chunk);
  });
  const ended = new Promise<FilterEnd>((resolve) => {
    child.once('error', (startError) => {
      if (child.pid === undefined)
        resolve({ exitCode: null, killedBy: null, stderr: startError.message, startError });
    });
    child.once('close', (exitCode, killedBy) => {
      running.remove(child.pid);
      resolve({ exitCode, killedBy, stderr: stderr.toString() });
    });
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    kill: () => {
      killGroup(child.pid, 'SIGKILL');
    },
    abandon: () => {
      killGroup(child.pid, 'SIGKILL');
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      child.unref();
    },
  };
}
