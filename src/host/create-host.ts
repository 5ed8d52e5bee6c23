// Makes the Host value of the running process. Called once by main.ts, and by tests with other parts.

import { availableParallelism, totalmem } from 'node:os';
import { posix } from 'node:path';
import { sleepUnlessAborted } from './sleep.ts';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import type { Clock, Host, RealPath } from './host.ts';
import { guardFileSystem } from './mounts/guarded-file-system.ts';
import { createMountGuard, noMountGuard } from './mounts/mount-guard.ts';
import { probeMount } from './mounts/probe-mount.ts';
import { createPrograms, foreignRootSearchPath, fullSearchPath } from './programs.ts';

export interface HostOptions {
  /** Directory that holds the host; `/` for this machine. */
  root?: string;
  env?: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal;
  /** Commands of the running system describe the host below `root` too (a container with the host's namespaces). */
  useSystemCommands?: boolean;
  /** For a process whose work it is to wait for a mount that may be dead, and which can be given up. */
  waitsForMounts?: boolean;
}

const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: sleepUnlessAborted,
};

export function createHost(options: HostOptions = {}): Host {
  const root = posix.resolve(options.root ?? '/');
  const env = options.env ?? process.env;
  const isForeign = root !== '/' && options.useSystemCommands !== true;
  const tools = createPrograms(env, fullSearchPath(env.PATH));
  const mounts =
    options.waitsForMounts === true ? noMountGuard : createMountGuard(nodeFileSystem, probeMount);
  const fs = options.waitsForMounts === true ? nodeFileSystem : guardFileSystem(nodeFileSystem, mounts);
  return {
    root,
    resolve: (hostPath) => resolveBelow(root, hostPath),
    fs: root === '/' ? fs : keepBelow(root, fs),
    mounts,
    commands: isForeign ? createPrograms(env, foreignRootSearchPath(env.PATH)) : tools,
    tools,
    env,
    clock: systemClock,
    process: {
      pid: process.pid,
      uid: process.getuid?.() ?? 0,
      cwd: process.cwd(),
      cpuCount: availableParallelism(),
      memoryBytes: totalmem(),
      architecture: process.arch,
    },
    signal: options.signal ?? new AbortController().signal,
  };
}

/**
 * Links on a mounted disk mean places of that disk, but the kernel takes them for places of the running system. So no
 * directory of ours is made or used behind a link that leads out of the root; every place is prepared by this call.
 */
function keepBelow(root: string, fs: FileSystem): FileSystem {
  return {
    ...fs,
    makeDirectory: (path, mode) => {
      if (path.startsWith(`${root}/`) && leadsOut(root, path, fs)) {
        const message = `a link in it leads out of ${root}`;
        throw Object.assign(new Error(message), { code: 'EXDEV', syscall: 'mkdir' });
      }
      fs.makeDirectory(path, mode);
    },
  };
}

/** Judged by the nearest part of the path that exists. */
function leadsOut(root: string, path: RealPath, fs: FileSystem): boolean {
  let existing = path;
  while (fs.lstatIfExists(existing) === undefined) existing = posix.dirname(existing) as RealPath;
  const realRoot = fs.realPath(root as RealPath);
  return !`${fs.realPath(existing)}/`.startsWith(`${realRoot}/`);
}

/** Puts the root in front. `..` cannot climb out: the path is normalised as an absolute one first. */
function resolveBelow(root: string, hostPath: string): RealPath {
  const normalised = posix.resolve('/', hostPath);
  if (root === '/') return normalised as RealPath;
  return (normalised === '/' ? root : `${root}${normalised}`) as RealPath;
}
