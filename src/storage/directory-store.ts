// A tier that is a directory of this machine: the primary tier. Archives are written in place by the archiver
// (NAME.partial, verified, then renamed).

import { randomBytes } from 'node:crypto';
import { asStorageError, isSystemError } from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import type { Store, StoredFile, TierName } from './store.ts';

export interface DirectoryStore extends Store {
  readonly path: RealPath;
  /** Removes what a crashed run left: files for which `isLeftover` holds. Gives their names. */
  sweep(isLeftover: (name: string, allNames: ReadonlySet<string>) => boolean): string[];
}

export function createDirectoryStore(host: Host, tier: TierName, path: RealPath): DirectoryStore {
  return {
    tier,
    path,
    location: path,
    prepare: () => {
      prepareDirectory(host, path);
    },
    list: () => Promise.resolve(listFiles(host, path)),
    readRange: (name, offset, length) =>
      Promise.resolve(readRange(host, joinReal(path, name), offset, length)),
    remove: (name) => {
      host.fs.unlink(joinReal(path, name));
      host.fs.syncDirectory(path);
      return Promise.resolve();
    },
    space: () => host.fs.space(path),
    sweep: (isLeftover) => sweep(host, path, isLeftover),
  };
}

const probePrefix = '.write-test-';

function prepareDirectory(host: Host, path: RealPath): void {
  try {
    host.fs.makeDirectory(path, 0o700);
    const probe = joinReal(path, `${probePrefix}${randomBytes(4).toString('hex')}.partial`);
    const fd = host.fs.createFile(probe, 0o600);
    try {
      host.fs.write(fd, Buffer.from('write test\n'), 0);
      host.fs.sync(fd);
    } finally {
      host.fs.close(fd);
      unlinkIfExists(host, probe);
    }
  } catch (error) {
    throw asStorageError(error, `cannot write to ${path}`);
  }
}

function listFiles(host: Host, path: RealPath): StoredFile[] {
  if (host.fs.lstatIfExists(path) === undefined) return [];
  return host.fs.readDirectory(path).flatMap((name) => {
    if (name.endsWith('.partial') || name.startsWith('.')) return [];
    const status = statIfFile(host, joinReal(path, name));
    if (status === undefined) return [];
    return [{ name, sizeBytes: status.size, modified: new Date(Number(status.mtimeNs / 1_000_000n)) }];
  });
}

function statIfFile(host: Host, path: RealPath): { size: number; mtimeNs: bigint } | undefined {
  const status = host.fs.lstatIfExists(path);
  return status?.kind === 'file' ? status : undefined;
}

function readRange(host: Host, path: RealPath, offset: number, length: number): Buffer {
  const fd = host.fs.openForRead(path);
  try {
    const buffer = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const count = host.fs.read(fd, buffer, done, length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  } finally {
    host.fs.close(fd);
  }
}

function sweep(host: Host, path: RealPath, isLeftover: Parameters<DirectoryStore['sweep']>[0]): string[] {
  if (host.fs.lstatIfExists(path) === undefined) return [];
  const names = host.fs.readDirectory(path);
  // Probes of a killed run too: whoever still needs one does not mind.
  for (const name of names.filter((candidate) => candidate.startsWith(probePrefix))) {
    unlinkIfExists(host, joinReal(path, name));
  }
  const allNames = new Set(names);
  const removed = names.filter((name) => isLeftover(name, allNames));
  for (const name of removed) unlinkIfExists(host, joinReal(path, name));
  return removed;
}

function unlinkIfExists(host: Host, path: RealPath): void {
  try {
    host.fs.unlink(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
