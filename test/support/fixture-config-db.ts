// The database of the cluster file system, made from a tree of /etc/pve: the schema and the WAL mode of pmxcfs.

import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface ConfigDbOptions {
  /**
   * `closed`: all rows are in the database file, as after a clean stop of pmxcfs. `live`: the newest rows are only in the
   * -wal, and a writer has it open. `crashed`: the same, with nobody having it open. `corrupt`: a page is overwritten.
   */
  state?: 'closed' | 'live' | 'crashed' | 'corrupt';
  /** More files of the cluster file system, by path below /etc/pve: in the database, not in the tree. */
  moreFiles?: ReadonlyMap<string, string | Buffer>;
}

export interface ConfigDb {
  path: string;
  /** What a running pmxcfs would be: only with `live`. Whoever made it closes it. */
  writer?: DatabaseSync;
  /** Paths below /etc/pve whose rows are only in the -wal. */
  onlyInLog: string[];
}

interface Row {
  path: string;
  /** Absent: a directory. */
  data?: Buffer;
}

/** When everything in a fake host was written. */
export const fixtureTime = new Date(Date.UTC(2025, 10, 1, 12));

/** Computed by pmxcfs, not stored. */
const virtualNames = ['.version', '.members', '.vmlist', '.rrd', '.clusterlog', '.debug'];
const numbers = ['parent', 'version', 'writer', 'mtime', 'type'].map(
  (name) => `${name} INTEGER NOT NULL CHECK(typeof(${name})='integer')`,
);
const schema = `CREATE TABLE tree (inode INTEGER PRIMARY KEY NOT NULL, ${numbers.join(', ')}, name TEXT NOT NULL, data BLOB)`;
const directoryType = 4;
const fileType = 8;
const pageBytes = 4096;
const rowsInLog = 3;

export function makeConfigDb(pveDirectory: string, path: string, options: ConfigDbOptions = {}): ConfigDb {
  const state = options.state ?? 'closed';
  const rows = [...readTree(pveDirectory, ''), ...rowsOf(options.moreFiles ?? new Map<string, Buffer>())];
  mkdirSync(dirname(path), { recursive: true });
  const writer = new DatabaseSync(path);
  writer.exec(`PRAGMA page_size=${pageBytes}; PRAGMA journal_mode=WAL; ${schema}`);
  const insertRows = createInserter(writer);
  const inLog =
    state === 'live' || state === 'crashed' ? rows.filter(({ data }) => data).slice(-rowsInLog) : [];
  insertRows(rows.filter((row) => !inLog.includes(row)));
  writer.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint=0');
  insertRows(inLog);
  const onlyInLog = inLog.map((row) => row.path);
  if (state === 'live') return { path, writer, onlyInLog };
  if (state === 'crashed') closeAsInCrash(writer, path);
  else writer.close();
  if (state === 'corrupt') overwritePage(path, 2);
  return { path, onlyInLog };
}

/** Directories before what is in them. */
function readTree(directory: string, below: string): Row[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry): Row[] => {
    const path = join(below, entry.name);
    if (below === '' && virtualNames.includes(entry.name)) return [];
    if (entry.isDirectory()) return [{ path }, ...readTree(join(directory, entry.name), path)];
    return entry.isFile() ? [{ path, data: readFileSync(join(directory, entry.name)) }] : [];
  });
}

function rowsOf(files: ReadonlyMap<string, string | Buffer>): Row[] {
  return [...files].map(([path, content]) => ({ path, data: Buffer.from(content) }));
}

/** pmxcfs numbers an entry with the version that created it; `__version__` says which was the last. */
function createInserter(database: DatabaseSync): (rows: readonly Row[]) => void {
  const inodes = new Map<string, number>([['.', 0]]);
  const insert = database.prepare('INSERT OR REPLACE INTO tree VALUES (?, ?, ?, 1, ?, ?, ?, ?)');
  const mtime = fixtureTime.getTime() / 1000;
  let version = 1;
  return (rows) => {
    if (rows.length === 0) return;
    database.exec('BEGIN');
    for (const { path, data } of rows) {
      version += 1;
      const parent = inodes.get(dirname(path));
      if (parent === undefined) throw new Error(`no directory for ${path}`);
      inodes.set(path, version);
      const type = data === undefined ? directoryType : fileType;
      // As pmxcfs has it, an empty file has no data either.
      const content = data === undefined || data.length === 0 ? null : data;
      insert.run(version, parent, version, mtime, type, basename(path), content);
    }
    insert.run(0, 0, version, mtime, fileType, '__version__', null);
    database.exec('COMMIT');
  };
}

/** SQLite's own close would move the log into the database file and remove it. */
function closeAsInCrash(writer: DatabaseSync, path: string): void {
  for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${path}${suffix}.kept`);
  writer.close();
  for (const suffix of ['', '-wal']) renameSync(`${path}${suffix}.kept`, `${path}${suffix}`);
  rmSync(`${path}-shm`, { force: true });
}

function overwritePage(path: string, page: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(pageBytes, 0x5a), 0, pageBytes, (page - 1) * pageBytes);
  closeSync(file);
}
