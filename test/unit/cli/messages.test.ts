// What a person reads when something is wrong: what, where, and what to type next. stdout stays free for results.

import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCliHost, type CliHost } from './cli-host.ts';

let host: CliHost;
let archive: string;
beforeAll(async () => {
  host = createCliHost();
  await host.backUp();
  archive = join(host.backups, host.archives()[0] ?? '');
  writeFileSync(join(host.base, 'text.txt'), 'hello\n');
  writeFileSync(join(host.base, 'zeros'), Buffer.alloc(100_000));
  copyFileSync(archive, join(host.base, 'cut.tar.zst.bundle.tar'));
  truncateSync(join(host.base, 'cut.tar.zst.bundle.tar'), 3000);
  writeFileSync(join(host.base, 'bad.env'), 'COMPRESSION_TYPE=zipp\nCOMPRESSION_LEVEL=a\n');
});
afterAll(() => {
  host.remove();
});

interface Wrong {
  args: string;
  code: number;
  /** stderr, in this order. BASE stands for the test's directory. */
  says: string[];
}

const wrong: Wrong[] = [
  { args: 'bakup', code: 2, says: ['no command `proxsave bakup`', 'did you mean `proxsave backup`?'] },
  { args: 'frobnicate', code: 2, says: ['no command', 'commands: backup'] },
  { args: 'config chek', code: 2, says: ['no command `proxsave config chek`', 'proxsave config check'] },
  { args: 'config', code: 2, says: ['needs one of: check, show, template'] },
  { args: 'list --hots x', code: 2, says: ["unknown option '--hots'", 'did you mean --host?'] },
  { args: 'backup --bogus', code: 2, says: ['--bogus', 'proxsave backup --help'] },
  { args: 'backup extra', code: 2, says: ['too many arguments', 'usage: proxsave backup'] },
  { args: 'show', code: 2, says: ['needs ARCHIVE', 'for example: proxsave show latest'] },
  { args: 'list --host', code: 2, says: ['argument missing', 'proxsave list --help'] },
  { args: 'restore', code: 2, says: ['nobody can be asked here', '--yes'] },
  { args: 'help bakup', code: 2, says: ['no help on "bakup"', 'proxsave help backup'] },
  { args: 'show nope', code: 2, says: ['named or dated "nope"', 'proxsave list'] },
  { args: 'show /nope', code: 2, says: ['there is no file /nope', 'proxsave list'] },
  { args: 'show BASE', code: 2, says: ['BASE is a directory', 'BACKUP_PATH=BASE proxsave list'] },
  { args: 'show latest~9', code: 2, says: ['latest~9', 'only 1 archive', 'the oldest is latest'] },
  { args: 'show 1999-01-01', code: 2, says: ['named or dated "1999-01-01"'] },
  { args: 'show BASE/text.txt', code: 10, says: ['BASE/text.txt', 'neither tar nor compressed tar'] },
  { args: 'show BASE/zeros', code: 10, says: ['BASE/zeros'] },
  { args: 'show BASE/cut.tar.zst.bundle.tar', code: 10, says: ['cut short', 'another copy'] },
  { args: 'verify BASE/cut.tar.zst.bundle.tar', code: 8, says: ['cut short', 'another copy'] },
  { args: 'ls latest netwrk', code: 1, says: ['at netwrk', 'area network?', 'areas: '] },
  { args: 'cat latest', code: 2, says: ['not ARCHIVE:path', 'proxsave cat latest:/etc/hosts'] },
  { args: 'cat latest:/etc', code: 2, says: ['/etc is a directory', 'proxsave ls latest /etc'] },
  { args: 'cat latest:/etc/hosts.link', code: 2, says: ['link to hosts', 'proxsave cat latest:/etc/hosts'] },
  { args: 'cat latest:/Hosts', code: 2, says: ['/Hosts is not in', 'proxsave cat latest:/etc/hosts'] },
  { args: 'cat latest:/nope', code: 2, says: ['/nope is not in', 'proxsave ls latest'] },
  { args: 'find nope', code: 1, says: ['nope is not in the archive'] },
  { args: 'find x --area dnss', code: 2, says: ['no area "dnss"', '"dns"', 'areas: '] },
  { args: 'extract latest', code: 2, says: ['needs --to DIR', 'proxsave extract latest --to'] },
  { args: 'extract latest --to BASE/text.txt', code: 2, says: ['--to BASE/text.txt', 'a file'] },
  { args: 'extract latest --to BASE/out /nope', code: 1, says: ['at /nope'] },
  { args: 'list --log-level nonsense', code: 2, says: ['nonsense', 'error, warning, info, debug'] },
  { args: 'list --config /nope', code: 2, says: ['/nope', 'proxsave config template'] },
  { args: 'list --config BASE/bad.env', code: 2, says: ['2 errors:\n', 'bad.env:1', 'allowed', 'bad.env:2'] },
  { args: 'backup --config BASE/bad.env', code: 2, says: ['bad.env:1', 'bad.env:2', 'config check'] },
  { args: 'backup --only netwrk', code: 2, says: ['"netwrk"', '"network"', 'areas: '] },
  { args: 'areas netwrk', code: 2, says: ['"netwrk"', '"network"', 'areas: '] },
  { args: 'config show BACKUP_PAT', code: 2, says: ['BACKUP_PAT', 'BACKUP_PATH?'] },
];

test.each(wrong)('proxsave $args', async ({ args, code, says }) => {
  const at = (text: string) => text.replaceAll('BASE', host.base);
  const result = await host.run(at(args).split(' '));
  expect(result.code, result.stderr).toBe(code);
  if (!args.startsWith('extract')) expect(result.stdout).toBe('');
  let from = 0;
  for (const text of says) {
    const found = result.stderr.indexOf(at(text), from);
    expect(found, `"${at(text)}" in: ${result.stderr}`).toBeGreaterThanOrEqual(0);
    from = found;
  }
  expect(result.stderr).not.toMatch(/\\n|undefined|\[object|^ {4}at /m);
});

test('--root that does not exist is named', async () => {
  const { code, stderr } = await host.run(['--root', '/nope', 'list']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--root /nope')]);
});

test('control characters of names and of what was typed never reach the screen', async () => {
  const results = [
    await host.run(['ls', 'latest']),
    await host.run(['find', 'evil*']),
    await host.run(['show', '/x\u001b[2Jy']),
    await host.run(['cat', 'latest:/x\u001b]0;title\u0007']),
    await host.run(['ls', 'latest', 'x\u001b[2J']),
    await host.run(['\u001b[2J']),
    await host.run(['list', '--\u001b[2J']),
    await host.run(['find', '\u001b[2J']),
    await host.run(['list', '--host', '\u001b[2J']),
    await host.run(['config', 'show', '\u001b[2J']),
    await host.run(['extract', 'latest', '--to', join(host.base, 'a\u001b[2J'), '/etc/hosts']),
  ];
  for (const { stdout, stderr } of results) {
    // eslint-disable-next-line no-control-regex -- control characters are what this is about
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  }
  expect(results[0]?.stdout).toContain('/etc/evil\\x1b[31m\\nname\n');
});

test('a damaged archive in a list is told on a line of its own, and the table keeps its columns', async () => {
  const place = join(host.base, 'mixed');
  mkdirSync(place);
  const bad = 'a-host-with-a-very-long-name-backup-20200101-000000.tar.zst.bundle.tar';
  copyFileSync(archive, join(place, host.archives()[0] ?? ''));
  copyFileSync(join(host.base, 'cut.tar.zst.bundle.tar'), join(place, bad));
  const { code, stdout } = await host.run(['list'], {
    env: { BACKUP_PATH: place, NO_COLOR: '1' },
    isTerminal: true,
    columns: 80,
  });
  const [, good, damaged, reason] = stdout.split('\n');
  expect(code).toBe(1);
  expect(good).toMatch(/ verified +pve1-backup-\d{8}-\d{6}$/);
  expect(damaged).toMatch(/ damaged +a-host-with-a-very-long-name-backup-20200101-000000$/);
  expect(reason).toMatch(/^ {4}.*cut short/);
});

test('a list that is piped has whole names', async () => {
  const { stdout } = await host.run(['list']);
  expect(stdout).toContain(`  ${host.archives()[0] ?? ''}\n`);
});

test('find shows the newest archive first', async () => {
  const place = join(host.base, 'history');
  mkdirSync(place);
  const env = { BACKUP_PATH: place };
  await host.backUp(['--only', 'dns'], { env });
  writeFileSync(join(host.root, 'etc/hosts'), '127.0.0.1 localhost\n10.0.0.1 pve1\n');
  await host.backUp(['--only', 'dns'], { env });
  const { stdout } = await host.run(['find', '/etc/hosts'], { env });
  const names = stdout.split('\n').filter((line) => line.includes('-backup-'));
  const hashes = stdout.match(/[0-9a-f]{12}(?= {2}\/etc\/hosts)/g) ?? [];
  expect(names).toEqual([...names].sort().reverse());
  expect([names.length, new Set(hashes).size]).toEqual([2, 2]);
});

test('a dry run of one area fits on one screen, and --verbose adds what changes nothing', async () => {
  writeFileSync(join(host.base, 'unknown.env'), 'ENABLE_DEDUPLICATION=true\n', { mode: 0o600 });
  const args = ['backup', '-n', '--only', 'dns', '--config', join(host.base, 'unknown.env')];
  const plain = await host.run(args);
  const verbose = await host.run([...args, '-v']);
  expect(plain.stdout.split('\n').length).toBeLessThan(24);
  expect(plain.stdout).toMatch(/not saved \(.*--only.*\): .*, .*\n/);
  expect(plain.stdout).not.toContain('note:');
  expect(verbose.stdout).toContain('note:');
});
