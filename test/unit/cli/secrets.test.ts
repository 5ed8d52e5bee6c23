// A secret stays out of everything that is shown or written down, also where it sits in a value that is no secret.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCliHost, runCli, type CliHost, type CliResult } from './cli-host.ts';

const secret = 'MARK1234567';
/** All that read the configuration. */
const commands = [
  'list',
  'config check',
  'config show',
  'backup --dry-run',
  'backup',
  'show latest',
  'areas',
  '',
];

let host: CliHost;
beforeEach(() => {
  host = createCliHost();
});
afterEach(() => {
  host.remove();
});

/** Runs a command with this backup.env, once as text and once as JSON; the environment sets only the log. */
async function runWith(lines: readonly string[], command: string, env = {}): Promise<CliResult[]> {
  const file = join(host.base, 'backup.env');
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  const args = [...command.split(' ').filter((word) => word !== ''), '--config', file];
  const text = await host.run(args, { env });
  return [text, await host.run([...args, '--json'], { env })];
}

function told(results: readonly CliResult[]): string {
  return results.map(({ stdout, stderr }) => stdout + stderr).join('\n');
}

function writtenDown(): string {
  const directory = join(host.base, 'log');
  return readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('\n');
}

describe.each(commands)('`proxsave %s` does not show a secret', (command) => {
  test('that another key names, in a value that is wrong', async () => {
    const lines = [`TELEGRAM_BOT_TOKEN=${secret}`, 'DEBUG_LEVEL=${TELEGRAM_BOT_TOKEN}'];
    const text = told(await runWith(lines, command));
    expect(text).not.toContain(secret);
    expect(text).toContain('DEBUG_LEVEL=********');
  });

  test.each(['DEBUG_LEVEL=info; TELEGRAM_BOT_TOKEN=', 'SECONDARY_PATH=rel TELEGRAM_BOT_TOKEN='])(
    'that stands on the line of another key: %s',
    async (start) => {
      const text = told(await runWith([start + secret], command));
      expect(text).not.toContain(secret);
      expect(text).toContain('TELEGRAM_BOT_TOKEN=********');
    },
  );

  test('that is cut in the middle of a long value', async () => {
    const lines = [`TELEGRAM_BOT_TOKEN=${secret}`, `DEBUG_LEVEL=${'x'.repeat(60)}$\{TELEGRAM_BOT_TOKEN}`];
    expect(told(await runWith(lines, command))).not.toContain(secret.slice(0, 5));
  });
});

test.each([secret, 'abc'])('a secret in BACKUP_PATH is shown and written down nowhere: %s', async (token) => {
  const lines = [`TELEGRAM_BOT_TOKEN=${token}`, `BACKUP_PATH=${host.base}/x/$\{TELEGRAM_BOT_TOKEN}`];
  const file = join(host.base, 'backup.env');
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  const env = {
    LOG_PATH: join(host.base, 'log'),
    LOCK_PATH: join(host.base, 'lock'),
    PATH: process.env.PATH ?? '',
  };
  for (const command of [
    'list',
    'backup',
    'list',
    'show latest',
    'verify latest',
    'config check',
    'config show',
  ]) {
    const args = ['--root', host.root, ...command.split(' '), '--config', file];
    const results = [await runCli(args, { env }), await runCli([...args, '--json'], { env })];
    expect(told(results), command).not.toContain(`/x/${token}`);
  }
  expect(writtenDown()).toContain('/x/********');
  expect(writtenDown()).not.toContain(`/x/${token}`);
});

test('a block that swallowed a secret does not show it as a path, in terminal, log or record', async () => {
  const lines = ['CUSTOM_BACKUP_PATHS="', '/etc/hosts', `/nope TELEGRAM_BOT_TOKEN=${secret}`, '/b', '"'];
  for (const swallowed of [lines, lines.map((line) => line.replace('/nope ', ''))]) {
    for (const command of ['backup', 'backup --dry-run', 'config check', 'config show'])
      expect(told(await runWith(swallowed, command)), command).not.toContain(secret);
    expect(writtenDown()).not.toContain(secret);
  }
});

test.each(['--password=', '--sftp-pass ', '--header "X: y" --drive-client-secret='])(
  'config show masks the value of the rclone flag %s',
  async (flag) => {
    const lines = [`RCLONE_FLAGS=--fast-list ${flag}${secret}`, `DEBUG_LEVEL=info`];
    const text = told(await runWith(lines, 'config show'));
    expect(text).not.toContain(secret);
    expect(text).toContain('--fast-list');
    const wrong = [`RCLONE_FLAGS=--fast-list ${flag}${secret} 'open`];
    expect(told(await runWith(wrong, 'config check'))).not.toContain(secret);
  },
);

test('a short secret is covered as a whole value, and ordinary words stay', async () => {
  const lines = ['TELEGRAM_BOT_TOKEN=file', 'CLOUD_REMOTE=${TELEGRAM_BOT_TOKEN}'];
  const wrong = told(await runWith([...lines, 'DEBUG_LEVEL=$TELEGRAM_BOT_TOKEN'], 'config check'));
  expect(wrong).toContain('DEBUG_LEVEL=********');
  expect(wrong).not.toContain('=file');
  const [text, json] = await runWith(lines, 'config show CLOUD_REMOTE');
  expect(text?.stdout).toBe('CLOUD_REMOTE=********\n');
  expect(json?.json()).toMatchObject([{ values: [{ value: '********', origin: 'file' }] }]);
});

test('an endpoint that WEBHOOK_ENDPOINTS does not list keeps its secret too', async () => {
  const lines = [`WEBHOOK_X_URL=https://${secret}`, 'DEBUG_LEVEL=${WEBHOOK_X_URL}'];
  expect(told(await runWith(lines, 'list'))).not.toContain(secret);
});

test('a secret of the environment or of a file is covered as one of backup.env', async () => {
  const file = join(host.base, 'token');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  const lines = ['DEBUG_LEVEL=${TELEGRAM_BOT_TOKEN}'];
  for (const env of [{ TELEGRAM_BOT_TOKEN: secret }, { TELEGRAM_BOT_TOKEN_FILE: file }])
    expect(told(await runWith(lines, 'list', env))).not.toContain(secret);
});

test('a broken configuration does not keep a bare file from being read', async () => {
  await host.backUp();
  mkdirSync(join(host.base, 'elsewhere'));
  const archive = join(host.backups, host.archives()[0] ?? '');
  const [text] = await runWith(['DEBUG_LEVEL=nonsense'], `ls ${archive}`);
  expect(text?.code).toBe(0);
  expect(text?.stdout).toContain('etc/hosts');
});
