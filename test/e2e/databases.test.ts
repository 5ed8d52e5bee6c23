// Whole runs while somebody else writes: to the database of the cluster file system, and to the files of /etc/pve.

import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeFixtureHost, type FixtureHost } from '../support/fixture-host.ts';
import { hasPrograms, isRoot } from '../support/needs.ts';
import { atRead, backUpInProcess } from '../support/run-in-process.ts';
import { runBackup, until } from '../support/run-program.ts';
import { lastRecord } from '../support/sandbox.ts';
import { memberContent, savedArchive, savedEntries } from '../support/saved-archive.ts';

const databasePath = 'var/lib/pve-cluster/config.db';

function openSaved(host: FixtureHost): DatabaseSync {
  const path = join(host.base, 'saved.db');
  writeFileSync(path, memberContent(savedArchive(host), databasePath));
  const database = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => {
    database.close();
  });
  return database;
}

function namesIn(database: DatabaseSync): string[] {
  const rows = database.prepare('SELECT name FROM tree').all();
  return rows.map(({ name }) => String(name));
}

/** A process of its own that runs a script; `said` is how many characters it has printed. */
function startScript(script: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let count = 0;
  child.stdout.on('data', (chunk: Buffer) => (count += chunk.length));
  const gone = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  return { said: () => count };
}

describe('the saved database of the cluster file system', () => {
  test('is whole and holds all that was committed before, while another process writes without a pause', async () => {
    const host = await makeFixtureHost('pve8-standalone');
    const writer = startScript(`
      import { DatabaseSync } from 'node:sqlite';
      import { writeSync } from 'node:fs';
      const database = new DatabaseSync(${JSON.stringify(join(host.root, databasePath))}, { timeout: 5000 });
      database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL');
      const file = database.prepare("UPDATE tree SET data = ?, version = ? WHERE name = 'datacenter.cfg'");
      const root = database.prepare('UPDATE tree SET version = ? WHERE inode = 0');
      for (let n = 1; ; n += 1) {
        database.exec('BEGIN');
        file.run(String(n), 1000 + n);
        root.run(1000 + n);
        database.exec('COMMIT');
        writeSync(1, '.');
      }`);
    await until('the writer has written', () => writer.said() > 20);
    const before = writer.said();
    const { record } = await backUpInProcess(host);
    expect(writer.said()).toBeGreaterThan(before);
    expect([record.exit_name, record.findings.filter(({ severity }) => severity !== 'info')]).toEqual([
      'ok',
      [],
    ]);
    const database = openSaved(host);
    expect(database.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok');
    const saved = database.prepare("SELECT data, version FROM tree WHERE name = 'datacenter.cfg'").get();
    const number = Number(Buffer.from(saved?.data as Uint8Array | string).toString());
    expect(number).toBeGreaterThanOrEqual(before);
    // Both rows of one transaction, or none.
    expect(database.prepare('SELECT version FROM tree WHERE inode = 0').get()?.version).toBe(1000 + number);
  });

  test.each(['live', 'crashed'] as const)('has the rows that are only in the log (%s)', async (state) => {
    const host = await makeFixtureHost('dual', { configDb: { state } });
    const { record } = await backUpInProcess(host);
    expect(record.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    const names = namesIn(openSaved(host));
    const onlyInLog = host.configDb?.onlyInLog ?? [];
    expect(onlyInLog).toHaveLength(3);
    for (const path of onlyInLog) expect(names).toContain(path.split('/').at(-1));
    // The log is part of the copy.
    const paths = savedEntries(savedArchive(host)).map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith(`${databasePath}-`))).toEqual([]);
  });

  test.skipIf(!isRoot || !hasPrograms('setpriv'))(
    'is read by a user who may write nothing there, crashed or not (needs root and setpriv)',
    async () => {
      for (const state of ['closed', 'crashed'] as const) {
        const host = await makeFixtureHost('dual', { configDb: { state } });
        chmodSync(host.base, 0o777);
        for (const suffix of state === 'crashed' ? ['', '-wal'] : ['']) {
          chmodSync(join(host.root, `${databasePath}${suffix}`), 0o644);
        }
        await runBackup(host, {
          args: ['--only', 'pve-cluster'],
          env: { HOME: host.base },
          wrapper: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
        });
        expect(lastRecord(host).findings.filter(({ code }) => code.startsWith('database-'))).toEqual([]);
        expect(namesIn(openSaved(host))).toContain('storage.cfg');
      }
    },
  );
});

describe('/etc/pve while it changes', () => {
  test('a guest that goes between listing and reading is no complaint', async () => {
    const path = '/etc/pve/nodes/small1/qemu-server/999.conf';
    const host = await makeFixtureHost('dual');
    const real = join(host.root, path);
    writeFileSync(real, 'name: gone\n');
    const { record } = await backUpInProcess(host, {
      fs: atRead(real, {
        beforeOpen: () => {
          rmSync(real);
        },
      }),
    });
    expect(record.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    const paths = savedEntries(savedArchive(host)).map((entry) => `/${entry.path}`);
    expect(paths).not.toContain(path);
    expect(paths).toContain('/etc/pve/nodes/small1/qemu-server/100.conf');
  });

  test('the largest file that it can hold is saved byte by byte, and files that change all the time are whole', async () => {
    const large = Buffer.alloc(1024 * 1024, 'pmxcfs holds up to 1 MiB\n');
    const host = await makeFixtureHost('dual', { files: { '/etc/pve/large.cfg': large } });
    const status = join(host.root, 'etc/pve/nodes/small1/lrm_status');
    const writer = startScript(`
      import { renameSync, writeFileSync, writeSync } from 'node:fs';
      const path = ${JSON.stringify(status)};
      for (let n = 0; ; n += 1) {
        const text = JSON.stringify({ n, filler: 'x'.repeat((n * 997) % 9000), end: n }) + '\\n';
        writeFileSync(path + '.tmp', text);
        renameSync(path + '.tmp', path);
        if (n % 50 === 0) writeSync(1, '.');
      }`);
    await until('the writer has written', () => writer.said() > 2);
    const before = writer.said();
    const { record } = await backUpInProcess(host);
    expect(writer.said()).toBeGreaterThan(before);
    expect(record.verified).toBe(true);
    expect(record.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    const archive = savedArchive(host);
    expect(memberContent(archive, 'etc/pve/large.cfg').equals(large)).toBe(true);
    const saved = JSON.parse(memberContent(archive, 'etc/pve/nodes/small1/lrm_status').toString()) as {
      n: number;
      end: number;
    };
    expect(saved.end).toBe(saved.n);
    expect(readFileSync(status, 'utf8')).not.toBe('');
  });
});
