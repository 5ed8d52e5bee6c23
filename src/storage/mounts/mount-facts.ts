// Looks up what mount-rule.ts decides on. Only the directory itself, and what leads to it, is touched: another mount
// of this host that is dead must not matter.

import { posix } from 'node:path';
import { isSystemError } from '../../errors.ts';
import { asRealPath, type Host, type RealPath } from '../../host/host.ts';
import { mountInUnit, mountsInFstab, mountsInStorageConfig, type DeclaredMount } from './declared-mounts.ts';
import { contains, mountOf, parseMountInfo, type Mount } from '../../host/mounts/mount-table.ts';
import type { ExpectedMount, MountFacts } from './mount-rule.ts';

/** Mounts of this process, whatever host is worked on. */
const mountInfoPath = asRealPath('/proc/self/mountinfo');
const unitDirectories = ['/etc/systemd/system', '/run/systemd/system', '/run/systemd/generator'];
const mountAreas = ['/mnt', '/media'];

/**
 * `remembered`: mounts on which the directory lay in earlier runs.
 * Throws the system's error when the directory gives one (ESTALE, EHOSTDOWN, EACCES).
 */
export function gatherMountFacts(
  host: Host,
  path: RealPath,
  remembered: readonly ExpectedMount[],
): MountFacts {
  // A place of autofs is mounted when it is looked into.
  host.fs.lstatIfExists(asRealPath(`${path}/.`));
  const mounts = readMounts(host);
  const resolved = followLinks(host, path);
  const declared = declaredMounts(host).map(({ mountPoint, evidence }) => ({
    mountPoint: host.resolve(mountPoint),
    evidence,
  }));
  // A shell may name a place outside the root that is worked on: that belongs to the running system.
  const isOfHost = contains(host.root, resolved) || contains(host.root, path);
  const expected = [...declared, ...remembered]
    .filter(({ mountPoint }) => contains(mountPoint, path) || contains(mountPoint, resolved))
    .map(({ mountPoint, evidence }) => ({ mountPoint: followLinks(host, asRealPath(mountPoint)), evidence }));
  return {
    path,
    mount: mountOf(mounts, resolved),
    rootMount: mountOf(mounts, followLinks(host, asRealPath(isOfHost ? host.root : '/'))),
    expected,
    mountArea: mountAreas.find((area) => contains(isOfHost ? host.resolve(area) : area, resolved)),
  };
}

function readMounts(host: Host): Mount[] {
  const bytes = readBytes(host, mountInfoPath);
  return bytes === undefined ? [] : parseMountInfo(bytes);
}

function declaredMounts(host: Host): DeclaredMount[] {
  const fstab = readBytes(host, host.resolve('/etc/fstab'))?.toString('latin1');
  const storages = readBytes(host, host.resolve('/etc/pve/storage.cfg'))?.toString('utf8');
  return [
    ...(fstab === undefined ? [] : mountsInFstab(fstab)),
    ...unitDirectories.flatMap((directory) => mountsInUnits(host, host.resolve(directory))),
    ...(storages === undefined ? [] : mountsInStorageConfig(storages, nodeNameOf(host))),
  ];
}

function mountsInUnits(host: Host, directory: RealPath): DeclaredMount[] {
  if (host.fs.lstatIfExists(directory) === undefined) return [];
  return host.fs
    .readDirectory(directory)
    .filter((name) => /\.(auto)?mount$/.test(name))
    .flatMap((name) => {
      // A masked unit is a link to /dev/null, which reads as empty.
      const text = readBytes(host, asRealPath(`${directory}/${name}`))?.toString('utf8');
      return text === undefined ? [] : mountInUnit(name, text);
    });
}

function nodeNameOf(host: Host): string {
  const text = readBytes(host, host.resolve('/etc/hostname'))?.toString('utf8') ?? '';
  return text.trim().split('.')[0] ?? '';
}

const maximumBytes = 4 * 1024 * 1024;

/** Reads to the end, because files of /proc have the size 0. Undefined: there is none, or it is not for us to read. */
function readBytes(host: Host, path: RealPath): Buffer | undefined {
  let fd: number;
  try {
    fd = host.fs.openFollowing(path);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
  try {
    const pieces: Buffer[] = [];
    for (let total = 0; total < maximumBytes;) {
      const piece = Buffer.alloc(64 * 1024);
      const count = host.fs.read(fd, piece, 0, piece.length, null);
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      total += count;
    }
    return Buffer.concat(pieces);
  } catch (error) {
    // A directory in the file's place.
    if (isSystemError(error)) return undefined;
    throw error;
  } finally {
    host.fs.close(fd);
  }
}

/** As the kernel's own limit. */
const maximumLinks = 40;

/** The path with links replaced by what they name, also where that, or the rest of the path, does not exist. */
export function followLinks(host: Host, path: RealPath): RealPath {
  return follow(host, path, () => true);
}

/**
 * The same without looking into any mount below the host's root: its server may be dead, and then a look never ends. What lies
 * there is taken as it is named.
 */
export function followLinksOutsideMounts(host: Host, path: RealPath): RealPath {
  const root = followLinks(host, asRealPath(host.root));
  const below = readMounts(host).filter(({ mountPoint }) => !contains(mountPoint, root));
  const mountPoints = new Set(below.map(({ mountPoint }) => mountPoint));
  return follow(host, path, (next) => !mountPoints.has(next));
}

/** A mount point is no link, so nothing is lost by not looking at one. */
function follow(host: Host, path: RealPath, mayLookAt: (next: RealPath) => boolean): RealPath {
  let left = path.split('/').filter((part) => part !== '');
  let done = asRealPath('/');
  for (let links = 0; left.length > 0;) {
    const [part = '', ...rest] = left;
    left = rest;
    const next = asRealPath(posix.resolve(done, part));
    if (!mayLookAt(next)) return asRealPath(posix.resolve(next, ...left));
    if (host.fs.lstatIfExists(next)?.kind === 'symlink' && links < maximumLinks) {
      links += 1;
      left = [
        ...posix
          .resolve(done, host.fs.readLink(next))
          .split('/')
          .filter((name) => name !== ''),
        ...rest,
      ];
      done = asRealPath('/');
    } else {
      done = next;
    }
  }
  return done;
}
