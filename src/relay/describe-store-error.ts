// What SQLite says about the state of the relay, with what to do next. A file that is busy or a disk that is full is no
// damage: nobody shall throw the hosts away for it.

import { asStorageError, StorageError } from '../errors.ts';

const throwAway = 'bring the directory back from a backup, or remove the file and pair all hosts again';

/** By primary result code of SQLite; see https://www.sqlite.org/rescode.html */
const hints: Readonly<Record<number, string>> = {
  3: 'run this as root, or as the user of the relay service',
  5: 'another program keeps it locked: try again, and see who holds it with fuser',
  6: 'another program keeps it locked: try again, and see who holds it with fuser',
  8: 'the file or its file system may be read-only, or belong to another user: see ls -l and findmnt',
  10: 'the disk may be failing: see dmesg',
  11: throwAway,
  13: 'the disk is full: make room there',
  14: 'run this as root, or as the user of the relay service, and see whether the directory is there',
  26: throwAway,
};

/** An error of SQLite or of the system as a StorageError or PermissionError; others as they are. */
export function describeStoreError(error: unknown, action: string): unknown {
  const isSqlite = error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
  if (!isSqlite) return asStorageError(error, action);
  // The lowest byte is the primary code, what is above only says more.
  const code = 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  const hint = hints[code];
  return new StorageError(`${action}: ${error.message}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
