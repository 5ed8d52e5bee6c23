// A consistent copy of a SQLite database that may be written to meanwhile (config.db of the cluster file system is live
// and in WAL mode: a plain copy of the file would lack what is only in the log). SQLite's own online backup makes the
// copy, integrity_check proves it. A damaged database is saved as the files it is made of, and reported as an error.

import { backup, DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isSystemError } from '../errors.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import { readPmxcfsFiles, removePmxcfsFiles } from './pmxcfs-rows.ts';

export interface DatabaseCopy {
  /** One file, no log beside it. */
  path: RealPath;
  /** Files of the cluster file system that were removed from the copy, because their area is switched off. */
  withheld: readonly string[];
  /** Paths below /etc/pve with the SHA-256 of their content; empty for other databases. */
  rows: ReadonlyMap<string, Buffer>;
}

export type CopyResult = { copy: DatabaseCopy } | { damage: string };

export interface CopyRequest {
  source: RealPath;
  /** Private directory; the copy is made there and is the caller's to remove. */
  workDirectory: RealPath;
  /** For databases of pmxcfs: whether a path below /etc/pve must not be in the copy. */
  isWithheld?: (pvePath: string) => boolean;
}

/** Pages copied at a time; between two steps the writer gets its turn. */
const pagesPerStep = 1000;

export async function copyDatabase(host: Host, request: CopyRequest): Promise<CopyResult> {
  const path = asRealPath(`${request.workDirectory}/database-copy`);
  host.fs.removeTree(path);
  // SQLite would create it with the umask's mode.
  host.fs.close(host.fs.createFile(path, 0o600));
  try {
    await backUpTo(host, request.source, path);
    return finishCopy(path, request);
  } catch (error) {
    if (isSystemError(error) && error.code !== 'ERR_SQLITE_ERROR') throw error;
    return { damage: error instanceof Error ? error.message : 'unknown damage' };
  }
}

async function backUpTo(host: Host, source: RealPath, target: RealPath): Promise<void> {
  const hasLog = host.fs.lstatIfExists(asRealPath(`${source}-wal`)) !== undefined;
  const url = pathToFileURL(source);
  // Without a log nobody has it open: read it without making files beside it (a rescued disk may be read-only).
  if (!hasLog) url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    await backup(database, target, { rate: pagesPerStep });
  } finally {
    database.close();
  }
}

function finishCopy(path: RealPath, request: CopyRequest): CopyResult {
  const database = new DatabaseSync(path);
  try {
    // One file, no log beside it.
    database.exec('PRAGMA journal_mode=DELETE');
    const verdicts = database.prepare('PRAGMA integrity_check(5)').all();
    const problems = verdicts.map((row) => String(row.integrity_check)).filter((text) => text !== 'ok');
    if (problems.length > 0) return { damage: `integrity_check: ${problems.join('; ')}` };
    if (request.isWithheld === undefined) return { copy: { path, withheld: [], rows: new Map() } };
    return { copy: { path, ...withholdRows(database, request.isWithheld) } };
  } finally {
    database.close();
  }
}

function withholdRows(
  database: DatabaseSync,
  isWithheld: (pvePath: string) => boolean,
): Pick<DatabaseCopy, 'withheld' | 'rows'> {
  const files = [...readPmxcfsFiles(database)];
  const withheld = files.filter(([path]) => isWithheld(path));
  removePmxcfsFiles(
    database,
    withheld.map(([, file]) => file),
  );
  const kept = files.filter(([path]) => !isWithheld(path));
  return {
    withheld: withheld.map(([path]) => path),
    rows: new Map(kept.map(([path, { sha256 }]) => [path, sha256])),
  };
}
