// Copies of databases that are written to, that crashed, or that are damaged. Real SQLite on real files.

import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { copyDatabase, type CopyResult, type PmxcfsRules } from '../../../src/collector/copy-database.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { makeConfigDb, type ConfigDbOptions } from '../../support/fixture-config-db.ts';

interface Place {
  base: string;
  source: string;
  work: string;
}

function makePlace(): Place {
  const base = mkdtempSync(join(tmpdir(), 'proxsave-database-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  for (const name of ['pve/nodes/pve1', 'pve/priv', 'cluster', 'work']) {
    mkdirSync(join(base, name), { recursive: true });
  }
  writeFileSync(join(base, 'pve/storage.cfg'), 'dir: local\n');
  writeFileSync(join(base, 'pve/user.cfg'), 'user:root@pam:1:0:::\n');
  writeFileSync(join(base, 'pve/nodes/pve1/config'), 'notes\n');
  writeFileSync(join(base, 'pve/priv/shadow.cfg'), 'root:MARKED-7e57-SECRET\n');
  return { base, source: join(base, 'cluster/config.db'), work: join(base, 'work') };
}

function makeDatabase(place: Place, options: ConfigDbOptions = {}) {
  const made = makeConfigDb(join(place.base, 'pve'), place.source, options);
  onTestFinished(() => {
    if (made.writer?.isOpen === true) made.writer.close();
  });
  return made;
}

const keepsAll: PmxcfsRules = { isWithheld: () => false, withholdsAny: false };

function copy({ source, work }: Place, pmxcfs: PmxcfsRules = keepsAll): Promise<CopyResult> {
  const host = createHost({ root: '/', env: {} });
  return copyDatabase(host, { source: asRealPath(source), workDirectory: asRealPath(work), pmxcfs });
}

function good(result: CopyResult) {
  if ('damage' in result) throw new Error(result.damage);
  return result.copy;
}

function verdictOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare('PRAGMA integrity_check').get()?.integrity_check;
  } finally {
    database.close();
  }
}

const allPaths = ['nodes/pve1/config', 'priv/shadow.cfg', 'storage.cfg', 'user.cfg'];

test.each(['closed', 'live', 'crashed'] as const)(
  'the copy of a %s database is whole, one private file, and leaves the place of the original alone',
  async (state) => {
    const place = makePlace();
    const { onlyInLog } = makeDatabase(place, { state });
    const before = readdirSync(join(place.base, 'cluster')).sort();
    const { path, rows } = good(await copy(place));
    expect([...rows.keys()].sort()).toEqual(allPaths);
    for (const name of onlyInLog) expect(rows.has(name)).toBe(true);
    expect(onlyInLog.length > 0).toBe(state !== 'closed');
    expect(verdictOf(path)).toBe('ok');
    expect(readdirSync(place.work)).toEqual(['database-copy']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(place.base, 'cluster')).sort()).toEqual(before);
  },
);

test('rows that are only in the log are not in the database file itself', () => {
  const place = makePlace();
  const { onlyInLog } = makeDatabase(place, { state: 'crashed' });
  const bare = join(place.base, 'bare.db');
  copyFileSync(place.source, bare);
  const database = new DatabaseSync(bare);
  const names = database
    .prepare('SELECT name FROM tree')
    .all()
    .map(({ name }) => String(name));
  database.close();
  for (const path of onlyInLog) expect(names).not.toContain(path.split('/').at(-1));
});

test('a torn end of the log costs only what was never committed', async () => {
  const place = makePlace();
  makeDatabase(place, { state: 'crashed' });
  appendFileSync(`${place.source}-wal`, Buffer.alloc(1234, 0x7e));
  expect([...good(await copy(place)).rows.keys()].sort()).toEqual(allPaths);
});

test('withheld files leave no trace in the bytes of the copy, and the others stay', async () => {
  const place = makePlace();
  makeDatabase(place);
  expect(readFileSync(good(await copy(place)).path, 'latin1')).toContain('MARKED-7e57-SECRET');
  const isWithheld = (path: string) => path === 'user.cfg' || path.startsWith('priv/');
  const { path, rows, withheld } = good(await copy(place, { isWithheld, withholdsAny: true }));
  expect(withheld.toSorted()).toEqual(['priv/shadow.cfg', 'user.cfg']);
  expect([...rows.keys()].sort()).toEqual(['nodes/pve1/config', 'storage.cfg']);
  const bytes = readFileSync(path, 'latin1');
  for (const trace of ['MARKED-7e57-SECRET', 'root@pam', 'user.cfg', 'shadow.cfg']) {
    expect(bytes).not.toContain(trace);
  }
  expect(bytes).toContain('dir: local');
  expect(verdictOf(path)).toBe('ok');
});

test('what was deleted before the copy is not in its free pages either, when something is withheld', async () => {
  const place = makePlace();
  makeDatabase(place);
  const database = new DatabaseSync(place.source);
  database.exec("PRAGMA secure_delete=OFF; DELETE FROM tree WHERE name = 'shadow.cfg'");
  database.close();
  expect(readFileSync(place.source, 'latin1')).toContain('MARKED-7e57-SECRET');
  const { path, withheld } = good(await copy(place, { isWithheld: () => false, withholdsAny: true }));
  expect(withheld).toEqual([]);
  expect(readFileSync(path, 'latin1')).not.toContain('MARKED-7e57-SECRET');
});

test('a database of 20 MB is copied whole', async () => {
  const place = makePlace();
  const moreFiles = new Map(
    Array.from({ length: 20 }, (_, index) => [`large-${index}.cfg`, Buffer.alloc(1024 * 1024, index + 1)]),
  );
  makeDatabase(place, { moreFiles });
  const { path, rows } = good(await copy(place));
  expect(rows.size).toBe(allPaths.length + 20);
  expect(statSync(path).size).toBeGreaterThan(20 * 1024 * 1024);
  expect(verdictOf(path)).toBe('ok');
});

test('a large database that another process writes to all the time is one snapshot with all that was committed before', async () => {
  const place = makePlace();
  const moreFiles = new Map([['large.cfg', Buffer.alloc(8 * 1024 * 1024, 7)]]);
  makeDatabase(place, { moreFiles });
  const writer = startWriter(place.source);
  await writer.hasWritten(20);
  const before = writer.committed();
  const { path, rows } = good(await copy(place));
  const after = writer.committed();
  await writer.stop();
  expect(after).toBeGreaterThan(before);
  const written = [...rows.keys()].filter((name) => name.startsWith('loop-')).length;
  expect(written).toBeGreaterThanOrEqual(before);
  // Each transaction writes two rows: half of one would be a torn snapshot.
  const pairs = [...rows.keys()].filter((name) => name.startsWith('pair-')).length;
  expect(pairs).toBe(written);
  expect(verdictOf(path)).toBe('ok');
});

/** A process of its own that commits as fast as it can, and tells how many commits are done. */
function startWriter(path: string) {
  const script = `
    import { DatabaseSync } from 'node:sqlite';
    import { writeSync } from 'node:fs';
    const database = new DatabaseSync(${JSON.stringify(path)}, { timeout: 5000 });
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL');
    const insert = database.prepare("INSERT INTO tree VALUES (?, 0, 9, 1, 0, 8, ?, 'x')");
    for (let n = 0; ; n += 1) {
      database.exec('BEGIN');
      insert.run(100000 + 2 * n, 'loop-' + n);
      insert.run(100001 + 2 * n, 'pair-' + n);
      database.exec('COMMIT');
      writeSync(1, '.');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let count = 0;
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (count += chunk.length));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    committed: () => count,
    hasWritten: async (wanted: number) => {
      while (count < wanted) {
        if (child.exitCode !== null) throw new Error(said);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

test('a page that was overwritten is told in one line', async () => {
  const place = makePlace();
  const moreFiles = new Map(
    Array.from({ length: 50 }, (_, index) => [`file-${index}.cfg`, 'x'.repeat(1000)]),
  );
  makeDatabase(place, { state: 'corrupt', moreFiles });
  const result = await copy(place);
  expect(result).toEqual({ damage: expect.stringMatching(/^integrity_check: Tree \d+ page 2/) as string });
  expect(JSON.stringify(result)).not.toContain('\\n');
});

test.each([
  ['is empty', (path: string) => truncateSync(path, 0), /no such table: tree/],
  ['is cut', (path: string) => truncateSync(path, 5000), /malformed|disk image|integrity_check/],
  ['is no database', (path: string) => writeFileSync(path, 'x'.repeat(9000)), /not a database/],
])('a database that %s is damaged', async (_how, damage, says) => {
  const place = makePlace();
  makeDatabase(place);
  damage(place.source);
  expect(await copy(place)).toEqual({ damage: expect.stringMatching(says) as string });
  expect(existsSync(place.source)).toBe(true);
});
