import { expect, test } from 'vitest';
import { translateLegacyArguments } from '../../../src/cli/legacy-arguments.ts';
import { UsageError } from '../../../src/errors.ts';

const cron = (...argv: string[]) => translateLegacyArguments(argv, false);
const terminal = (...argv: string[]) => translateLegacyArguments(argv, true);

test('a bare call is a backup without a terminal, and none on one', () => {
  expect(cron()).toEqual(['backup']);
  expect(terminal()).toEqual([]);
});

test.each([
  [['--backup'], ['backup']],
  [['-backup'], ['backup']],
  [['--backup=true'], ['backup']],
  [['-n'], ['backup', '-n']],
  [['--dry-run'], ['backup', '--dry-run']],
  [
    ['-dry-run=true', '--backup'],
    ['backup', '--dry-run'],
  ],
  [
    ['-c', '/x/backup.env', '--backup'],
    ['backup', '-c', '/x/backup.env'],
  ],
  [
    ['-config', '/x/backup.env', '-n'],
    ['backup', '--config', '/x/backup.env', '-n'],
  ],
  [
    ['-c=/x/backup.env', '-l=5', '-n'],
    ['backup', '--config=/x/backup.env', '--log-level=5', '-n'],
  ],
])('%j means %j, on a terminal too', (argv, expected) => {
  expect(terminal(...argv)).toEqual(expected);
  expect(cron(...argv)).toEqual(expected);
});

test('options of an old cron line come along', () => {
  expect(cron('-c', '/x/backup.env', '-l', 'debug')).toEqual([
    'backup',
    '-c',
    '/x/backup.env',
    '-l',
    'debug',
  ]);
});

test('-v alone is the version, with a command it is --verbose', () => {
  expect(cron('-v')).toEqual(['--version']);
  expect(cron('list', '-v')).toEqual(['list', '-v']);
});

test('help and version are never a backup', () => {
  for (const flag of ['-h', '--help', '-help', '-V', '--version', '-version']) {
    expect(cron(flag)).not.toContain('backup');
  }
});

test('a value that looks like a command is a value', () => {
  expect(cron('--config', 'list')).toEqual(['backup', '--config', 'list']);
});

test('command lines of this edition pass unchanged, whatever stands behind the command', () => {
  const argv = ['find', '-config', '--restore', '-c=x'];
  expect(cron(...argv)).toEqual(argv);
  expect(cron('--json', 'list')).toEqual(['--json', 'list']);
});

const oldModes = [
  '--restore',
  '--decrypt',
  '--newkey',
  '--age-newkey',
  '--install',
  '--new-install',
  '--upgrade',
  '--upgrade-config',
  '--upgrade-config-dry-run',
  '--upgrade-config-json',
  '--cleanup-guards',
  '--daemon',
  '--daemon-setup',
  '--daemon-remove',
  '--daemon-status',
  '--support',
  '--cli',
];
test.each(oldModes)('%s is refused with a sentence and the next step, never a backup', (flag) => {
  const lines = [[flag], [flag.slice(1)], ['--backup', flag], ['-n', flag], [flag, 'y'], ['-c', 'x', flag]];
  for (const argv of lines) {
    const refuse = () => cron(...argv);
    expect(refuse).toThrow(UsageError);
    expect(refuse).toThrow(expect.objectContaining({ hint: expect.stringMatching(/\w+ \w+/) }));
  }
});
