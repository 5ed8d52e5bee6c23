// Rows of the cluster file system's database as files. Schema of pmxcfs: table `tree` (inode, parent, version, writer,
// mtime, type 4 = directory or 8 = file, name, data); the root is inode 0, whose own row is named `__version__`.

import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

const fileType = 8;

export interface PmxcfsFile {
  inode: number;
  sizeBytes: number;
  sha256: Buffer;
}

/** Every file (the root's own row claims to be one) by its path below /etc/pve, e.g. `nodes/pve1/qemu-server/100.conf`. Throws SQLite's error without a tree. */
export function readPmxcfsFiles(database: DatabaseSync): Map<string, PmxcfsFile> {
  const parents = new Map<number, { parent: number; name: string }>();
  for (const { inode, parent, name } of database.prepare('SELECT inode, parent, name FROM tree').all()) {
    parents.set(Number(inode), { parent: Number(parent), name: String(name) });
  }
  const files = new Map<string, PmxcfsFile>();
  const rows = database
    .prepare('SELECT inode, data FROM tree WHERE type = ? AND inode <> 0')
    .iterate(fileType);
  for (const { inode, data } of rows) {
    const path = pathOf(parents, Number(inode));
    if (path === undefined) continue;
    const content = data instanceof Uint8Array ? data : Buffer.from(typeof data === 'string' ? data : '');
    files.set(path, {
      inode: Number(inode),
      sizeBytes: content.length,
      sha256: createHash('sha256').update(content).digest(),
    });
  }
  return files;
}

/** undefined for rows that hang in the air (a damaged tree): pmxcfs would not show them either. */
function pathOf(
  parents: ReadonlyMap<number, { parent: number; name: string }>,
  inode: number,
): string | undefined {
  const names: string[] = [];
  const seen = new Set<number>();
  for (let current = inode; current !== 0;) {
    const row = parents.get(current);
    if (row === undefined || seen.has(current)) return undefined;
    seen.add(current);
    names.unshift(row.name);
    current = row.parent;
  }
  return names.join('/');
}

/** Removes files for good, and what was deleted before: nothing of them stays in free pages or in a temporary file. */
export function removePmxcfsFiles(database: DatabaseSync, files: readonly PmxcfsFile[]): void {
  database.exec('PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; BEGIN');
  const remove = database.prepare('DELETE FROM tree WHERE inode = ?');
  for (const { inode } of files) remove.run(inode);
  database.exec('COMMIT; VACUUM');
}
