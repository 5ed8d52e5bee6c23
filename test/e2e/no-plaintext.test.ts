// With encryption on, nothing of what is saved is written anywhere but to the run directory (in memory on a real host), and
// no secret that was given shows up anywhere. Watched at the system calls, where nothing can be missed.

import { spawn } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEncryptedHost, openWithAge, type EncryptedHost } from '../support/encrypted-host.ts';
import { hasPrograms } from '../support/needs.ts';
import { launcher, runBackup, startBackup, until } from '../support/run-program.ts';
import { addStub, lastRecord, namesIn, pveHost } from '../support/sandbox.ts';

const isPossible = hasPrograms('age', 'age-keygen', 'strace');
const marks = { file: 'Mark1InAFileQx', output: 'Mark2InOutputQx', database: 'Mark3InDatabQx' } as const;

/** Each mark often enough that one lies whole in any piece. */
function markedHost(): EncryptedHost {
  const text = (mark: string) => `${mark}\n`.repeat(20_000);
  const host = createEncryptedHost({
    files: {
      ...pveHost,
      '/etc/pve/storage.cfg': 'dir: local\n\tpath /var/lib/vz\n',
      '/root/secret.txt': text(marks.file),
      '/etc/secret.conf': `password=${marks.file}\n`,
    },
    commands: { lsmod: `cat "$(dirname "$0")/lsmod.out"` },
    // Nothing hides the plaintext from whoever looks at what is written.
    env: { COMPRESSION_TYPE: 'none' },
  });
  writeFileSync(join(host.stubs, 'lsmod.out'), text(marks.output));
  const directory = join(host.root, 'var/lib/pve-cluster');
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, 'config.db'));
  database.exec(
    'CREATE TABLE tree (inode INTEGER PRIMARY KEY, parent INTEGER, version INTEGER, writer INTEGER, mtime INTEGER, type INTEGER, name TEXT, data BLOB)',
  );
  const row = database.prepare('INSERT INTO tree VALUES (?, 0, 1, 0, 0, 8, ?, ?)');
  for (let inode = 2; inode < 40; inode += 1) row.run(inode, `file${inode}.cfg`, marks.database.repeat(500));
  database.close();
  return host;
}

interface Write {
  /** Path of a file, or what else the kernel calls it (`pipe:[1]`). */
  target: string;
  /** Two hexadecimal digits a byte. */
  hex: string;
}

const calls = 'write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendfile,copy_file_range,splice,execve';

/** The program under strace; every system call that writes or starts a program, of it and all its children. */
async function traced(host: EncryptedHost, args: readonly string[], env: Record<string, string> = {}) {
  const log = join(host.base, 'trace');
  const options = ['-f', '-qq', '-y', '-xx', '-s', '4000000', '-e', `trace=${calls}`, '-e', 'signal=none'];
  const child = spawn('strace', [...options, '-o', log, launcher, ...args, '--root', host.root], {
    env: { ...host.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, log };
}

const textOfHex = (escaped: string) => Buffer.from(escaped.replaceAll('\\x', ''), 'hex').toString('latin1');

async function linesOf(log: string, each: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(log, 'latin1') })) each(line);
}

async function writesIn(log: string): Promise<Write[]> {
  const writes: Write[] = [];
  await linesOf(log, (line) => {
    const call = /^\d+\s+(\w+)\(\d+<([^>]*)>/u.exec(line);
    if (call === null || call[1] === 'execve') return;
    // These copy between descriptors; whatever they moved would not be seen.
    if (['sendfile', 'copy_file_range', 'splice'].includes(call[1] ?? '')) {
      throw new Error(`the test cannot look into ${line.slice(0, 200)}`);
    }
    const target = call[2]?.includes('\\x') === true ? textOfHex(call[2]) : (call[2] ?? '');
    const data = [...line.matchAll(/"((?:\\x[0-9a-f]{2})*)"/gu)].map(([, hex = '']) => hex);
    writes.push({ target, hex: data.join('').replaceAll('\\x', '') });
  });
  return writes;
}

function targetsWith(mark: string, writes: readonly Write[]): string[] {
  const hex = Buffer.from(mark).toString('hex');
  return [...new Set(writes.filter((write) => write.hex.includes(hex)).map(({ target }) => target))];
}

/** On a disk: not a pipe to another program, and not below the run directory. */
function onDisk(host: EncryptedHost, targets: readonly string[]): string[] {
  return targets.filter((target) => target.startsWith('/') && !target.startsWith(join(host.root, 'run/')));
}

describe.skipIf(!isPossible)('at the system calls (where age and strace are installed)', () => {
  test(
    'no write outside of the run directory holds a byte of what is saved',
    { timeout: 120_000 },
    async () => {
      const host = markedHost();
      const { code, output, log } = await traced(host, ['backup']);
      expect(code, output).toBeLessThan(2);
      const writes = await writesIn(log);
      expect(writes.some(({ target }) => target.startsWith(host.backups))).toBe(true);
      for (const mark of Object.values(marks)) expect(onDisk(host, targetsWith(mark, writes))).toEqual([]);
      // The copy of the database is where it may be.
      expect(
        targetsWith(marks.database, writes).some((name) => name.startsWith(join(host.root, 'run/'))),
      ).toBe(true);
      const { archive_path: archive } = lastRecord(host);
      const plain = readFileSync(openWithAge(archive, host.key.path, host.keys));
      for (const mark of Object.values(marks)) expect([mark, plain.includes(mark)]).toEqual([mark, true]);
    },
  );

  test('the watch sees it when encryption is off', { timeout: 120_000 }, async () => {
    const host = markedHost();
    const { log } = await traced(host, ['backup'], { ENCRYPT_ARCHIVE: 'false' });
    const writes = await writesIn(log);
    for (const mark of Object.values(marks)) {
      expect([mark, onDisk(host, targetsWith(mark, writes)).length]).toEqual([mark, 1]);
    }
  });

  const passphrase = 'Planted-Passphrase-77';
  test('a passphrase is in no argument, output or file of any command', { timeout: 180_000 }, async () => {
    const host = createEncryptedHost({ env: { COMPRESSION_TYPE: 'xz' } });
    host.env.AGE_RECIPIENT = '';
    const file = join(host.keys, 'pass');
    writeFileSync(file, `${passphrase}\n`);
    const seen: string[] = [];
    const run = async (...args: string[]) => {
      const { code, output, log } = await traced(host, args);
      expect([args, code, output]).toEqual([args, 0, expect.any(String)]);
      const writes = await writesIn(log);
      expect([args, targetsWith(passphrase, writes)]).toEqual([args, []]);
      await linesOf(log, (line) => {
        if (line.includes('execve(')) seen.push(line);
      });
      expect(output).not.toContain(passphrase);
    };
    const key = ['--passphrase-file', file];
    await run('key', 'new', ...key);
    await run('backup');
    const { archive_path: archive } = lastRecord(host);
    await run('key', 'test', '--deep', '--json', ...key);
    await run('verify', archive, ...key);
    await run('extract', archive, '--to', join(host.base, 'out'), ...key);
    await run('key', 'recovery-sheet', '--passphrase-hint', 'none');
    // Programs were started, so the search through their arguments says something.
    expect(seen.length).toBeGreaterThan(10);
    expect(
      seen.filter((line) => line.includes(Buffer.from(passphrase).toString('hex').replace(/../gu, '\\x$&'))),
    ).toEqual([]);
    expect(filesHolding(passphrase, [host.root, host.log, host.lock, host.backups])).toEqual([]);
  });

  test(
    'an identity neither, but in the file that it was to be written to',
    { timeout: 120_000 },
    async () => {
      const host = createEncryptedHost();
      const output = join(host.keys, 'new.txt');
      const { code, log, output: said } = await traced(host, ['key', 'new', '--generate', '-o', output]);
      expect(code, said).toBe(0);
      const identity = /^AGE-SECRET-KEY-.*$/mu.exec(readFileSync(output, 'utf8'))?.[0] ?? 'none';
      expect(targetsWith(identity, await writesIn(log))).toEqual([output]);
      expect(statSync(output).mode & 0o777).toBe(0o600);
      await runBackup(host);
      const tested = await traced(host, ['key', 'test', '--deep', '--json', '--identity', output]);
      expect([tested.code, targetsWith(identity, await writesIn(tested.log))]).toEqual([0, []]);
      expect(filesHolding(identity, [host.root, host.log, host.backups])).toEqual([]);
    },
  );
});

describe.skipIf(!isPossible)('kill -9 in the middle (where age and strace are installed)', () => {
  test('leaves no plaintext outside of the run directory, and the next run empties that', async () => {
    const host = markedHost();
    const halfWay = join(host.base, 'half-way');
    addStub(
      host,
      'lsmod',
      `cat "${host.stubs}/lsmod.out"; : > ${halfWay}; while [ -e ${halfWay} ]; do sleep 0.1; done`,
    );
    const { child, ended } = startBackup(host);
    await until('the command runs', () => existsSync(halfWay));
    await until('the archive has begun', () =>
      namesIn(host.backups).some((name) => name.endsWith('.partial')),
    );
    child.kill('SIGKILL');
    await ended;
    const leftBehind = [host.backups, host.log, host.lock];
    for (const mark of Object.values(marks)) expect(filesHolding(mark, leftBehind)).toEqual([]);
    addStub(host, 'lsmod', 'echo Linux');
    expect((await runBackup(host)).code).toBeLessThan(2);
    expect(filesHolding(marks.database, [join(host.root, 'run')])).toEqual([]);
  });
});

/** Files below these directories that hold a text. */
function filesHolding(text: string, directories: readonly string[]): string[] {
  return directories
    .filter((directory) => existsSync(directory))
    .flatMap((directory) =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name)),
    )
    .filter((path) => existsSync(path) && statSync(path).isFile() && readFileSync(path).includes(text));
}
