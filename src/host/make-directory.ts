// Makes a directory with its missing parents, one plain mkdir at a time: Node's recursive one never ends where the
// kernel answers ENOENT for every name, as in /proc. What stands in the way is named in the error.

import { posix } from 'node:path';
import { isSystemError } from '../errors.ts';
import type { FileSystem } from './file-system.ts';
import type { RealPath } from './host.ts';

type Calls = Pick<FileSystem, 'lstatIfExists' | 'stat' | 'readLink' | 'makeOneDirectory'>;

/** Existing directories, and links to them, stay as they are. Throws the system's error, or one of its form. */
export function makeDirectory(fs: Calls, path: RealPath, mode: number): void {
  const missing: RealPath[] = [];
  for (let at = path; !isDirectory(fs, at); at = posix.dirname(at) as RealPath) missing.push(at);
  for (const directory of missing.reverse()) makeOne(fs, directory, mode);
}

function makeOne(fs: Calls, path: RealPath, mode: number): void {
  try {
    fs.makeOneDirectory(path, mode);
  } catch (error) {
    // Another process was faster.
    if (isSystemError(error, 'EEXIST') && isDirectory(fs, path)) return;
    const parent = posix.dirname(path) as RealPath;
    if (isSystemError(error, 'ENOENT') && isDirectory(fs, parent)) {
      throw mkdirError('ENOTSUP', `no directory can be made in ${parent}`, error);
    }
    throw error;
  }
}

/** False when nothing is there; throws when something else is. */
function isDirectory(fs: Calls, path: RealPath): boolean {
  const kind = fs.lstatIfExists(path)?.kind;
  if (kind === undefined || kind === 'directory') return kind !== undefined;
  if (kind !== 'symlink') throw mkdirError('EEXIST', `${path} is a ${kind}, not a directory`);
  const target = fs.readLink(path);
  try {
    if (fs.stat(path).kind === 'directory') return true;
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw mkdirError('EEXIST', `${path} is a link to ${target}, which does not exist`, error);
  }
  throw mkdirError('EEXIST', `${path} is a link to ${target}, which is not a directory`);
}

function mkdirError(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code, syscall: 'mkdir' });
}
