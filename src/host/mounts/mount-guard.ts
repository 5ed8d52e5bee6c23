// Keeps this process from waiting for ever for a network share, or a FUSE process, that has died. A look at such a mount
// hangs inside the kernel, where no timer and no signal handler of ours reaches; so before the first look another process
// is sent, which can be left behind. Mounts are known from the kernel's table, and reading that touches none of them.

import { posix } from 'node:path';
import { isSystemError } from '../../errors.ts';
import type { FileSystem } from '../file-system.ts';
import { asRealPath, type RealPath } from '../host.ts';
import { parseMountInfo, type Mount } from './mount-table.ts';

/** Whether what is mounted at a path answers within this time. */
export type MountProbe = (path: RealPath, patienceMs: number) => boolean;

export interface MountGuard {
  /** Whether this very path is where a share or a FUSE file system is mounted. Nothing of it is looked at. */
  isForeignMount(path: RealPath): boolean;
  /**
   * Before a look at a path: every share on the way to it, links followed as the kernel does, has answered once.
   * @throws SilentMountError
   */
  demandAnswer(path: RealPath, last: 'follow' | 'keep'): void;
  /** FS_IO_TIMEOUT in milliseconds; 0: wait for ever, as the kernel does. */
  setPatience(ms: number): void;
  /** What answered more than a few seconds ago is asked again before the next look. */
  renew(): void;
}

/** What the kernel says when it knows that a server is gone: so it is handled like that everywhere. */
export class SilentMountError extends Error {
  readonly code = 'EHOSTDOWN';
  readonly syscall = 'statfs';
  readonly mountPoint: RealPath;
  constructor({ mountPoint, type }: Pick<Mount, 'mountPoint' | 'type'>, patienceMs: number) {
    super(`${mountPoint} (${type}) gives no answer within ${patienceMs / 1000} s`);
    this.name = 'SilentMountError';
    this.mountPoint = asRealPath(mountPoint);
  }
}

/** File systems whose answers come from another machine or another process. */
const foreignTypes =
  /^(nfs\d?|cifs|smb\w*|ncpfs?|ceph|glusterfs|9p|virtiofs|afs|coda|davfs|lustre|beegfs\w*|orangefs|pvfs2|gpfs|ocfs2|gfs2|autofs|fuse|fuseblk|fuse\..+)$/;

export const mountTable = asRealPath('/proc/self/mountinfo');
/** Of the table, and of what is known about links. */
const tableAgeMs = 2_000;
const answerAgeMs = 5_000;
const defaultPatienceMs = 30_000;
/** As the kernel's own limit. */
const maximumLinks = 40;

type Calls = Pick<FileSystem, 'lstatIfExists' | 'readLink' | 'readBytes'>;

interface GuardState {
  fs: Calls;
  probe: MountProbe;
  patienceMs: number;
  readAt: number;
  /** By mount point; of several on one place the latest, which lies above the others. */
  foreign: ReadonlyMap<string, Mount>;
  /** Directory as it is named -> without links; only what could be looked at. */
  places: Map<string, string>;
  /** By the path that was asked: when it answered, or that it is silent. */
  answers: Map<string, number | SilentMountError>;
}

/** For a process whose work it is to wait (storage/isolated-directory). */
export const noMountGuard: MountGuard = {
  isForeignMount: () => false,
  demandAnswer: () => undefined,
  setPatience: () => undefined,
  renew: () => undefined,
};

export function createMountGuard(fs: Calls, probe: MountProbe): MountGuard {
  const state: GuardState = {
    fs,
    probe,
    patienceMs: defaultPatienceMs,
    readAt: -Infinity,
    foreign: new Map(),
    places: new Map(),
    answers: new Map(),
  };
  return {
    isForeignMount: (path) => {
      refresh(state);
      if (state.foreign.size === 0) return false;
      return state.foreign.has(posix.join(directoryOf(state, posix.dirname(path)), posix.basename(path)));
    },
    demandAnswer: (path, last) => {
      if (state.patienceMs === 0) return;
      refresh(state);
      if (state.foreign.size > 0) placeOf(state, path, last);
    },
    setPatience: (ms) => {
      state.patienceMs = ms;
    },
    renew: () => {
      const oldest = performance.now() - answerAgeMs;
      for (const [path, answer] of state.answers) {
        if (typeof answer !== 'number' || answer > oldest) continue;
        state.answers.delete(path);
        state.places.clear();
      }
    },
  };
}

/** Cheap: this is asked for before every look at a file. */
function refresh(state: GuardState): void {
  if (performance.now() - state.readAt >= tableAgeMs) readTable(state);
}

function readTable(state: GuardState): void {
  state.readAt = performance.now();
  state.places.clear();
  // What everything lies on cannot be left out.
  const foreign = readMounts(state.fs).filter(
    ({ mountPoint, type }) => mountPoint !== '/' && foreignTypes.test(type),
  );
  state.foreign = new Map(foreign.map((mount) => [mount.mountPoint, mount]));
}

function readMounts(fs: Calls): Mount[] {
  try {
    return parseMountInfo(fs.readBytes(mountTable));
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** Of a directory that may not be there, or on a mount that may be silent: then as it is named. */
function directoryOf(state: GuardState, path: string): string {
  try {
    return placeOf(state, path, 'follow');
  } catch (error) {
    if (error instanceof SilentMountError) return path;
    throw error;
  }
}

/** The path without links. What does not exist, or may not be looked at, is taken as it is named. */
function placeOf(state: GuardState, path: string, last: 'follow' | 'keep'): string {
  const isWhole = last === 'follow' || /\/\.*$/.test(path);
  if (isWhole) return walk(state, path, 'follow');
  const at = path.lastIndexOf('/');
  const directory = walk(state, path.slice(0, at) || '/', 'follow');
  return step(state, directory, path.slice(at + 1), []).next;
}

function walk(state: GuardState, path: string, last: 'follow' | 'keep'): string {
  const known = state.places.get(path);
  if (known !== undefined) return known;
  const held = heldPlace(state.fs, path);
  let left = partsOf(held);
  let done = '/';
  for (let links = 0; left.length > 0;) {
    const [part = '', ...rest] = left;
    left = rest;
    if (part === '..') {
      done = posix.dirname(done);
      continue;
    }
    const { next, isMount } = step(state, done, part, rest);
    const isLast = rest.length === 0 && last === 'keep';
    const kind = isMount || isLast ? 'directory' : kindOf(state.fs, next);
    if (kind === undefined) return posix.resolve(next, ...rest);
    if (kind !== 'symlink' || links === maximumLinks) {
      done = next;
      continue;
    }
    links += 1;
    const target = readLink(state.fs, next);
    left = [...partsOf(target), ...rest];
    if (target.startsWith('/')) done = '/';
  }
  // A number of /proc/self/fd is soon another file's.
  if (!path.startsWith('/proc/')) state.places.set(path, done);
  return done;
}

/** A mount point is no link. @throws SilentMountError */
function step(
  state: GuardState,
  directory: string,
  part: string,
  rest: readonly string[],
): { next: string; isMount: boolean } {
  const next = directory === '/' ? `/${part}` : `${directory}/${part}`;
  const mount = state.foreign.get(next);
  if (mount !== undefined) ask(state, mount, rest[0]);
  return { next, isMount: mount !== undefined };
}

/** `below`: the next part of the path; autofs mounts it, or what lies above it, when that is looked at. */
function ask(state: GuardState, mount: Mount, below: string | undefined): void {
  const isAutomatic = mount.type === 'autofs';
  const path = isAutomatic && below !== undefined ? posix.join(mount.mountPoint, below) : mount.mountPoint;
  const known = state.answers.get(path);
  if (known instanceof SilentMountError) throw known;
  if (known !== undefined) return;
  if (!state.probe(asRealPath(path), state.patienceMs)) {
    const silent = new SilentMountError({ ...mount, mountPoint: path }, state.patienceMs);
    state.answers.set(path, silent);
    throw silent;
  }
  state.answers.set(path, performance.now());
  if (!isAutomatic) return;
  readTable(state);
  const mounted = state.foreign.get(path);
  if (mounted !== undefined && mounted.type !== 'autofs')
    state.answers.set(mounted.mountPoint, performance.now());
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** A name in a directory that is held open (safe-tree.ts) lies where that directory does. */
function heldPlace(fs: Calls, path: string): string {
  const [, descriptor, rest = ''] = /^(\/proc\/self\/fd\/\d+)(\/.*)?$/.exec(path) ?? [];
  if (descriptor === undefined) return path;
  const place = readLink(fs, descriptor);
  return place.startsWith('/') ? `${place}${rest}` : '/';
}

function kindOf(fs: Calls, path: string) {
  try {
    return fs.lstatIfExists(asRealPath(path))?.kind;
  } catch (error) {
    // Whoever looks at it next is told the same.
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function readLink(fs: Calls, path: string): string {
  try {
    return fs.readLink(asRealPath(path));
  } catch (error) {
    // Gone, or no link any more, since it was looked at.
    if (isSystemError(error)) return '.';
    throw error;
  }
}
