// A consistent copy of a SQLite database that may be written to meanwhile (config.db of the cluster file system is live
// and in WAL mode: a plain copy of the file would lack what is only in the log). SQLite's own online backup makes the
// copy, integrity_check proves it. A damaged database is saved as the files it is made of, and reported as an error.

import { backup, DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
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

/** What the copy of a database showed, for the coverage proof. */
export interface DatabaseReport {
  hostPath: string;
  /** undefined: it is damaged; the raw files are saved. */
  copy: DatabaseCopy | undefined;
}

export type CopyResult = { copy: DatabaseCopy } | { damage: string };

export interface CopyRequest {
  source: RealPath;
  /** Private directory; the copy is made there and is the caller's to remove. */
  workDirectory: RealPath;
  /** For databases of pmxcfs. */
  pmxcfs?: PmxcfsRules;
  /** Tables to empty in the copy, where they are. */
  withoutRowsOf?: readonly string[];
}

export interface PmxcfsRules {
  /** Whether a path below /etc/pve must not be in the copy. */
  isWithheld: (pvePath: string) => boolean;
  /** Some path may be withheld: then nothing that was deleted earlier may stay in free pages either. */
  withholdsAny: boolean;
}

/** All pages in one step, which is one snapshot: between two steps a write would start the copy again, for ever. */
const pagesPerStep = 2 ** 31 - 1;
/** How long to wait for somebody who keeps the database locked. */
const busyTimeoutMs = 5_000;

export async function copyDatabase(host: Host, request: CopyRequest): Promise<CopyResult> {
  const path = asRealPath(`${request.workDirectory}/database-copy`);
  host.fs.removeTree(path);
  // SQLite would create it with the umask's mode.
  host.fs.close(host.fs.createFile(path, 0o600));
  try {
    await backUpTo(host, request.source, path);
    return finishCopy(path, request);
  } catch (error) {
    // A fault of ours must not look like one of the database.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR')) throw error;
    return { damage: error.message };
  }
}

async function backUpTo(host: Host, source: RealPath, target: RealPath): Promise<void> {
  const exists = (suffix: string) => host.fs.lstatIfExists(asRealPath(`${source}${suffix}`)) !== undefined;
  if (!exists('-wal')) {
    // Nobody has it open: read it without making files beside it (a rescued disk may be read-only).
    await backUpFrom(source, target, { isImmutable: true });
  } else if (exists('-shm')) {
    await backUpFrom(source, target, { isImmutable: false });
  } else {
    await backUpCrashed(host, source, target);
  }
}

/** Its newest rows are in the log, and SQLite would make an index of that beside it: so it is read from a place of ours. */
async function backUpCrashed(host: Host, source: RealPath, target: RealPath): Promise<void> {
  const place = asRealPath(`${target}-source`);
  const suffixes = ['', '-wal', '-shm'];
  try {
    for (const suffix of ['', '-wal']) {
      copyBytes(host, asRealPath(`${source}${suffix}`), asRealPath(`${place}${suffix}`));
    }
    await backUpFrom(place, target, { isImmutable: false });
  } finally {
    for (const suffix of suffixes) host.fs.removeTree(asRealPath(`${place}${suffix}`));
  }
}

function copyBytes(host: Host, from: RealPath, to: RealPath): void {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const input = host.fs.openForRead(from);
  try {
    const output = host.fs.createFile(to, 0o600);
    try {
      for (;;) {
        const count = host.fs.read(input, buffer, 0, buffer.length, null);
        if (count === 0) return;
        host.fs.write(output, buffer.subarray(0, count), null);
      }
    } finally {
      host.fs.close(output);
    }
  } finally {
    host.fs.close(input);
  }
}

async function backUpFrom(
  source: RealPath,
  target: RealPath,
  { isImmutable }: { isImmutable: boolean },
): Promise<void> {
  const url = pathToFileURL(source);
  if (isImmutable) url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: true, timeout: busyTimeoutMs });
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
    if (problems.length > 0) return { damage: `integrity_check: ${firstLines(problems)}` };
    emptyTables(database, request.withoutRowsOf ?? []);
    if (request.pmxcfs === undefined) return { copy: { path, withheld: [], rows: new Map() } };
    return { copy: { path, ...withholdRows(database, request.pmxcfs) } };
  } finally {
    database.close();
  }
}

/** What was deleted would stay in free pages: the file is made anew. */
function emptyTables(database: DatabaseSync, names: readonly string[]): void {
  const isThere = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  const present = names.filter((name) => isThere.get(name) !== undefined);
  if (present.length === 0) return;
  for (const name of present) database.exec(`DELETE FROM "${name}"`);
  database.exec('VACUUM');
}

/** SQLite puts several problems into one text; a finding is one line. */
function firstLines(problems: readonly string[]): string {
  const lines = problems.flatMap((text) => text.split('\n')).filter((line) => !line.startsWith('***'));
  return lines.slice(0, 3).join('; ');
}

function withholdRows(
  database: DatabaseSync,
  { isWithheld, withholdsAny }: PmxcfsRules,
): Pick<DatabaseCopy, 'withheld' | 'rows'> {
  const files = [...readPmxcfsFiles(database)];
  const withheld = files.filter(([path]) => isWithheld(path));
  if (withholdsAny) {
    removePmxcfsFiles(
      database,
      withheld.map(([, file]) => file),
    );
  }
  const kept = files.filter(([path]) => !isWithheld(path));
  return {
    withheld: withheld.map(([path]) => path),
    rows: new Map(kept.map(([path, { sha256 }]) => [path, sha256])),
  };
}
