// The one check that every name from an archive passes before it touches a disk. Names are hostile input.

import { AppError } from '../../errors.ts';

/** A path below the target directory: relative, no empty, `.` or `..` parts, no NUL. Made only by toSafePath. */
export type SafePath = string & { readonly __brand: 'SafePath' };

/** One entry that is not extracted; the others are. */
export class EntryError extends AppError {
  readonly exit = 'archive';
  /** Code of the ArchiveProblem that it becomes. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws EntryError `unsafe-name` for what could lead anywhere but below the target */
export function toSafePath(path: string): SafePath {
  if (path.includes('\0')) throw unsafe('it contains a NUL byte');
  if (path.startsWith('/')) throw unsafe('it is absolute');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) throw unsafe('it is empty');
  if (parts.includes('..')) throw unsafe('it climbs with ".."');
  return parts.join('/') as SafePath;
}

function unsafe(why: string): EntryError {
  return new EntryError('unsafe-name', `the name is refused: ${why}`);
}

/** `etc/ssh/x` to [`etc`, `etc/ssh`]. */
export function parentsOf(path: SafePath): SafePath[] {
  const parents: SafePath[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    parents.push(path.slice(0, at) as SafePath);
  }
  return parents;
}
