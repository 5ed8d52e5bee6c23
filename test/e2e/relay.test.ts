// `proxsave relay` as a process of its own, with two hosts that join it, send mail by it and leave it again.

import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseMail } from '../support/mail-parts.ts';
import { hasPrograms } from '../support/needs.ts';
import { launcher, runBackup, runProgram, until } from '../support/run-program.ts';
import { createSandbox, lastRecord, plainHost, writeHost, type Sandbox } from '../support/sandbox.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';

const password = 'PLANTED-password-of-the-relay';

interface RunningRelay {
  address: string;
  sandbox: Sandbox;
  log: () => string;
  stop: (signal: NodeJS.Signals) => Promise<number | null>;
  /** `proxsave relay WORDS --json`, parsed. */
  manage: (...words: string[]) => Promise<Record<string, never>>;
}

async function startRelay(smtpPort: number): Promise<RunningRelay> {
  const sandbox = createSandbox({ files: { ...plainHost, '/etc/hostname': 'relay1\n' } });
  const env = {
    ...sandbox.env,
    RELAY_LISTEN: '127.0.0.1:0',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtpPort),
    SMTP_TLS: 'none',
    SMTP_PASSWORD: password,
    EMAIL_FROM: 'relay@example.net',
  };
  const child = spawn(launcher, ['relay', '--root', sandbox.root], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { out: '', log: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.log += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const addressIn = () => /listening on (http:\S+), sends by mail$/m.exec(said.log)?.[1];
  await until('the relay listens', () => addressIn() !== undefined);
  return {
    address: addressIn() ?? '',
    sandbox,
    log: () => said.log,
    stop: async (signal) => {
      child.kill(signal);
      const code = await ended;
      expect(said.out).toBe('');
      return code;
    },
    manage: async (...words) => {
      const { code, stdout } = await runProgram(['relay', ...words, '--root', sandbox.root, '--json'], env);
      expect(code, stdout).toBe(0);
      return JSON.parse(stdout) as Record<string, never>;
    },
  };
}

const byRelay = (relay: RunningRelay) => ({
  EMAIL_ENABLED: 'true',
  EMAIL_DELIVERY_METHOD: 'relay',
  EMAIL_FALLBACK_SENDMAIL: 'false',
  EMAIL_RECIPIENT: 'admin@example.net',
  RELAY_URL: relay.address,
});

async function joinRelay(relay: RunningRelay, hostname: string): Promise<Sandbox> {
  const sandbox = createSandbox({ files: { ...plainHost, '/etc/hostname': `${hostname}\n` } });
  const { code } = await relay.manage('code');
  const file = join(sandbox.base, 'code');
  writeFileSync(file, `${String(code)}\n`);
  const args = ['notify', 'pair', '--root', sandbox.root, '--relay', relay.address, '--code-file', file];
  const { code: exit, stdout, stderr } = await runProgram(args, sandbox.env);
  expect(exit, stderr).toBe(0);
  expect(stdout).toContain('it can send mail\n');
  expect(stdout).toContain(`  RELAY_URL=${relay.address}\n  EMAIL_ENABLED=true\n`);
  expect(stderr).toContain('proxsave notify test');
  return sandbox;
}

test.skipIf(!hasPrograms('python3'))(
  'two hosts join, their runs are told by mail, one is revoked, the relay ends in order (needs python3)',
  async () => {
    const smtp = await startSmtpReceiver();
    const relay = await startRelay(smtp.port);
    expect((await relay.manage('hosts')).hosts).toEqual([]);
    const [first, second] = [await joinRelay(relay, 'pve1'), await joinRelay(relay, 'pve2')];
    const secretFile = join(first.root, 'etc/proxsave/relay.secret');
    expect(statSync(secretFile).mode & 0o777).toBe(0o600);

    const env = byRelay(relay);
    for (const sandbox of [first, second]) {
      const { code, stderr } = await runBackup(sandbox, { env });
      expect(code, stderr).toBe(0);
    }
    expect(smtp.mails.map(({ from, to }) => [from, ...to])).toEqual([
      ['relay@example.net', 'admin@example.net'],
      ['relay@example.net', 'admin@example.net'],
    ]);
    const subjects = smtp.mails.map(({ raw }) => parseMail(raw).subject);
    expect(subjects.map((subject) => /\bpve\d\b/.exec(subject)?.[0])).toEqual(['pve1', 'pve2']);

    const { hostId } = await relay.manage('revoke', 'pve1');
    const { hosts } = await relay.manage('hosts');
    expect(hosts).toMatchObject([
      { hostId, hostname: 'pve1', revokedAt: expect.any(String), lastSeenAt: expect.any(String) },
      { hostname: 'pve2' },
    ]);
    expect((await runBackup(first, { env })).code).toBe(1);
    expect(lastRecord(first).findings).toMatchObject([
      { code: 'notification-failed', hint: expect.stringContaining('proxsave relay code') },
    ]);
    const tried = await runProgram(['notify', 'test', '--root', second.root], { ...second.env, ...env });
    expect([tried.code, tried.stdout]).toEqual([0, expect.stringContaining('sent  email')]);
    expect(smtp.mails).toHaveLength(3);

    expect(await relay.stop('SIGTERM')).toBe(0);
    const { secret } = JSON.parse(readFileSync(secretFile, 'utf8')) as { secret: string };
    for (const text of [password, secret]) expect(relay.log()).not.toContain(text);
    expect(relay.log()).toMatch(/^\[\d{4}-.+\] INFO {5}stopped$/m);
  },
);

test('a code works once; a wrong, used or missing one is refused with the next step', async () => {
  const relay = await startRelay(9);
  const sandbox = createSandbox();
  const { code } = await relay.manage('code', '--minutes', '5');
  const pair = (...given: string[]) =>
    runProgram(['notify', 'pair', '--root', sandbox.root, '--relay', relay.address, ...given], sandbox.env);
  expect((await pair('--code', String(code))).code).toBe(0);
  const used = await pair('--code', String(code));
  expect([used.code, used.stderr]).toEqual([4, expect.stringContaining('relay code` on the relay')]);
  const wrong = await pair('--code', 'ABCD');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('20 letters and digits')]);
  const none = await pair();
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--code-file FILE')]);
  const both = await pair('--code', 'ABCD', '--code-fd', '0');
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('more than once')]);
  expect(await relay.stop('SIGINT')).toBe(0);
});

test('under systemd each line of the log has its level for the journal', async () => {
  const sandbox = createSandbox();
  const env = { ...sandbox.env, JOURNAL_STREAM: '8:1', SMTP_HOST: 'mail.example.invalid' };
  const child = spawn(launcher, ['relay', '--root', sandbox.root], {
    env: { ...env, RELAY_LISTEN: '127.0.0.1:0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await until('it listens', () => log.includes('listening'));
  expect(log).toMatch(/^<6>listening on http:/);
});

test('what cannot work is refused before it starts, with what to set', async () => {
  const sandbox = createSandbox();
  writeHost(sandbox, { '/etc/proxsave/': '' });
  const run = (env: Record<string, string>, ...args: string[]) =>
    runProgram([...args, '--root', sandbox.root], { ...sandbox.env, ...env });
  const bare = await run({}, 'relay');
  expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('set TELEGRAM_BOT_TOKEN')]);
  const open = await run({ SMTP_HOST: 'mail', RELAY_LISTEN: '0.0.0.0:0' }, 'relay');
  expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('RELAY_TLS_CERT_FILE')]);
  const typo = await run({}, 'relay', 'hsots');
  expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining('relay hosts`?')]);
  const gone = await run({}, 'relay', 'revoke', 'pve9');
  expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('no host is paired as pve9')]);
  const long = await run({}, 'relay', 'code', '--minutes', 'soon');
  expect([long.code, long.stderr]).toEqual([2, expect.stringContaining('--minutes 30')]);
});
