// The Host value: the one door to the outside world. Effectful functions take it first, so the whole program
// runs against a fake host directory, another PATH or another clock without knowing it.

import type { FileSystem } from './file-system.ts';
import type { MountGuard } from './mounts/mount-guard.ts';
import type { RunRequest, RunResult, FilterProcess, FilterRequest } from './programs.ts';

/**
 * A path as the kernel sees it. Paths of the host that is being saved go through `host.resolve`, which puts the
 * root prefix in front; paths that a user typed are taken as they are. The brand keeps the two apart.
 */
export type RealPath = string & { readonly __brand: 'RealPath' };

export interface Clock {
  now(): Date;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  /** Waits; rejects with InterruptedError when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface ProcessFacts {
  pid: number;
  uid: number;
  cwd: string;
  cpuCount: number;
  memoryBytes: number;
  /** Node's name of the CPU architecture, e.g. x64. */
  architecture: string;
}

/** Runs other programs. argv only, never a shell. */
export interface Programs {
  /** Absolute path of a program, or undefined when there is none. */
  find(name: string): string | undefined;
  /** Runs to the end, bounded in time and output; never throws for what the program does. */
  run(request: RunRequest): Promise<RunResult>;
  /** Starts a program as a stream stage (stdin -> stdout). */
  startFilter(request: FilterRequest): FilterProcess;
}

export interface Host {
  /** Real path of the host's root: `/`, or a directory when a fake or mounted host is worked on. */
  readonly root: string;
  /** A path of the host, e.g. /etc/hosts, to the real one. */
  resolve(hostPath: string): RealPath;
  readonly fs: FileSystem;
  /** Asks shares and FUSE file systems whether they answer, before `fs` looks at them. */
  readonly mounts: MountGuard;
  /** Programs that describe this host (pveversion, ip, lsblk). Under another root see programs.ts. */
  readonly commands: Programs;
  /** Programs that we use as tools (xz, tar, rclone): always those of the running system. */
  readonly tools: Programs;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly process: ProcessFacts;
  /** Aborts on SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
}

/** Marks a path that a user typed (flag, environment) or that another RealPath was made from. */
export function asRealPath(path: string): RealPath {
  return path as RealPath;
}

/** A name below a real directory. `name` must not be absolute; `..` is the caller's business. */
export function joinReal(directory: RealPath, ...names: string[]): RealPath {
  return [directory === '/' ? '' : directory, ...names].join('/') as RealPath;
}
