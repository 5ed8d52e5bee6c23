// The tree of the cluster file system's database as paths.

import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { readPmxcfsFiles, removePmxcfsFiles } from '../../../src/collector/pmxcfs-rows.ts';

type Row = [inode: number, parent: number, type: 4 | 8, name: string, data: string | Buffer | null];

function makeTree(rows: readonly Row[]): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  onTestFinished(() => {
    database.close();
  });
  database.exec(
    'CREATE TABLE tree (inode INTEGER PRIMARY KEY, parent, version, writer, mtime, type, name, data BLOB)',
  );
  const insert = database.prepare('INSERT INTO tree VALUES (?, ?, 1, 0, 0, ?, ?, ?)');
  for (const row of rows) insert.run(...row);
  return database;
}

const root: Row = [0, 0, 8, '__version__', null];

test('files have the path of their directories; directories and the row of the root are no files', () => {
  const database = makeTree([
    root,
    [2, 0, 4, 'nodes', null],
    [3, 2, 4, 'pve1', null],
    [4, 3, 8, 'config', 'x'],
    [5, 0, 8, 'empty.cfg', null],
    [6, 0, 8, 'binary', Buffer.from([0, 255, 7])],
  ]);
  const files = readPmxcfsFiles(database);
  expect([...files].map(([path, { sizeBytes }]) => [path, sizeBytes])).toEqual([
    ['nodes/pve1/config', 1],
    ['empty.cfg', 0],
    ['binary', 3],
  ]);
  expect(files.get('binary')?.sha256).toEqual(
    createHash('sha256')
      .update(Buffer.from([0, 255, 7]))
      .digest(),
  );
});

test('rows that hang in the air or in a circle are not shown, and end', () => {
  const database = makeTree([
    root,
    [2, 99, 8, 'lost', 'x'],
    [3, 4, 4, 'a', null],
    [4, 3, 4, 'b', null],
    [5, 3, 8, 'circled', 'x'],
    [6, 0, 8, 'kept', 'x'],
  ]);
  expect([...readPmxcfsFiles(database).keys()]).toEqual(['kept']);
});

test('a database without the tree throws what SQLite says', () => {
  const database = new DatabaseSync(':memory:');
  expect(() => readPmxcfsFiles(database)).toThrow('no such table: tree');
  database.close();
});

test('removed files are gone and the others untouched', () => {
  const database = makeTree([root, [2, 0, 8, 'a', 'x'], [3, 0, 8, 'b', 'y']]);
  const files = readPmxcfsFiles(database);
  const removed = files.get('a');
  removePmxcfsFiles(database, removed === undefined ? [] : [removed]);
  expect([...readPmxcfsFiles(database).keys()]).toEqual(['b']);
});
