// Every command keeps the promises of command.ts; its examples are run as they are printed.

import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { globalOptions, renderCommandHelp } from '../../../src/cli/help.ts';
import { commands } from '../../../src/cli/index.ts';
import { exitCodes } from '../../../src/errors.ts';
import { startReceiver } from '../../support/http-receiver.ts';
import { hasPrograms } from '../../support/needs.ts';
import { plantArchive } from '../../support/planted-archives.ts';
import { oldKeys, oldPassphrase } from '../../support/old-archives/old-keys.ts';
import { createCliHost, type CliHost } from './cli-host.ts';

const exitNames = exitCodes.map(({ name }) => name);

test('names are unique and lower case', () => {
  const names = commands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+( [a-z]+(-[a-z]+)*)?$/);
});

describe.each(commands.map((command) => [command.name, command] as const))('%s', (name, command) => {
  test('has a summary of one line, without a full stop', () => {
    expect(command.summary).toMatch(/^[A-Z][^\n]{10,}[^.]$/);
  });
  test('has at least one example, each of this command and explained', () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { what, command: line } of command.examples) {
      expect(line).toContain(`proxsave ${name}`);
      expect(what).toMatch(/^[A-Z]/);
    }
  });
  test('lists exits that exist, each once, besides those of every command', () => {
    expect(new Set(command.exits).size).toBe(command.exits.length);
    for (const exit of command.exits) expect(exitNames).toContain(exit);
    for (const exit of ['ok', 'usage', 'bug'] as const) expect(command.exits).not.toContain(exit);
  });
  test('documents every option and argument, and takes no flag of every command for itself', () => {
    const help = renderCommandHelp(command);
    const globalFlags = globalOptions.flatMap(({ flags }) => flags.match(/--?[a-z-]+/g) ?? []);
    for (const { flags, description } of command.options) {
      expect(description).toMatch(/\w{3}/);
      const own = flags.match(/--?[a-z-]+/g) ?? [];
      for (const flag of own) expect(help).toContain(flag);
      expect(own.filter((flag) => globalFlags.includes(flag))).toEqual([]);
    }
    for (const argument of command.arguments) expect(argument.description).toMatch(/\w{3}/);
  });
});

describe('examples', () => {
  let host: CliHost;
  let tiers: ReturnType<typeof tierEnvironment>;
  beforeAll(async () => {
    host = createCliHost();
    tiers = tierEnvironment(host);
    const createdAt = new Date(2026, 6, 24, 3, 0, 0);
    for (const directory of [host.backups, tiers.SECONDARY_PATH, tiers.CLOUD_REMOTE]) {
      plantArchive(directory, { hostname: 'pve1', createdAt });
    }
    await host.backUp([], { env: tiers });
    await host.backUp([], { env: tiers });
    const usb = join(host.base, 'usb');
    mkdirSync(usb);
    await host.backUp([], { env: { BACKUP_PATH: usb } });
    renameSync(
      join(usb, readdirSync(usb).find((name) => name.endsWith('.bundle.tar')) ?? ''),
      join(usb, 'pve1-backup-20260724-020000.tar.zst.bundle.tar'),
    );
    const { recipient, identity } = oldKeys.v1;
    const env = {
      ENCRYPT_ARCHIVE: 'true',
      AGE_RECIPIENT: recipient,
      BACKUP_PATH: join(host.base, 'encrypted'),
    };
    await host.backUp([], { env });
    writeFileSync(join(host.base, 'key.txt'), identity);
    writeFileSync(join(host.base, 'passphrase'), oldPassphrase);
    writeFileSync(join(host.base, 'backup.env'), 'BACKUP_ENABLED=true\n', { mode: 0o600 });
    mkdirSync(join(host.root, 'etc/systemd'), { recursive: true });
  });
  afterAll(() => {
    host.remove();
  });

  const examples = commands.flatMap(({ examples: list }) => list.map(({ command }) => command));
  test.for(examples)('%s', async (line, context) => {
    context.skip(line.includes('cloud') && !hasPrograms('rclone'), 'needs rclone');
    context.skip(/ (notify pair|relay revoke) /.test(line), 'needs a relay: test/e2e/relay.test.ts');
    context.skip(line.includes('notify test telegram'), 'needs Telegram');
    const asks = ['proxsave key new', 'proxsave key test'];
    context.skip(asks.includes(line), 'asks: test/e2e/key-wizard.test.ts');
    const isRestore = /^proxsave (restore|undo|confirm)\b/.test(line);
    context.skip(isRestore && !line.includes('--dry-run'), 'changes a host: test/e2e/restore.test.ts');
    const { env, args } = parseShell(line, host.base);
    // What an example saves must not become the `latest` of the next one.
    if (args[0] === 'backup') env.BACKUP_PATH = join(host.base, 'scratch');
    if (/secondary|cloud/.test(line)) Object.assign(env, tiers);
    if (args[0] === 'decrypt') env.BACKUP_PATH = join(host.base, 'encrypted');
    if (args[0] === 'key')
      Object.assign(env, keyEnvironment(host, line.includes('--generate') ? [] : hostKeys));
    if (args[0] === 'notify') Object.assign(env, await notificationEnvironment());
    if (args[0] === 'relay') Object.assign(env, { SMTP_HOST: 'mail.invalid', RELAY_LISTEN: '127.0.0.1:0' });
    // A relay serves until it is stopped.
    const stop = line.startsWith('proxsave relay') ? { signal: AbortSignal.timeout(1_000) } : {};
    const { code, stderr } = await host.run(args, { env, ...stop });
    // 1: a fake host has not everything; what matters is that the line is understood.
    expect([0, 1], `${stderr} exit code`).toContain(code);
  });
});

/** A recipient file as it is after a while: the key of the examples, and that of a colleague. */
function keyEnvironment({ base }: CliHost, recipientLines: readonly string[]) {
  const { identity } = oldKeys.v1;
  const directory = mkdtempSync(join(base, 'keys-'));
  const recipients = join(directory, 'recipient.txt');
  writeFileSync(recipients, recipientLines.map((each) => `${each}\n`).join(''), { mode: 0o600 });
  writeFileSync(join(base, 'admin.pub'), `${otherAdmin} admin@laptop\n`);
  writeFileSync(join(base, 'pass'), `${oldPassphrase}\n`);
  mkdirSync(join(base, 'usb'), { recursive: true });
  writeFileSync(join(base, 'usb/key.txt'), identity);
  return { AGE_RECIPIENT_FILE: recipients, BACKUP_PATH: join(base, 'encrypted'), ENCRYPT_ARCHIVE: 'true' };
}
const admin = `ssh-ed25519 ${makeSshKey()}`;
const hostKeys = [oldKeys.v1.recipient, oldKeys.v2.recipient, `${admin} root@pve1`];
const otherAdmin = `ssh-ed25519 ${makeSshKey()}`;

/** A public key of a pair that is made here. */
function makeSshKey(): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return Buffer.concat([field(Buffer.from('ssh-ed25519')), field(raw)]).toString('base64');
}

/** A webhook that takes everything, and mail that can be looked at. */
async function notificationEnvironment() {
  const { origin } = await startReceiver();
  return {
    WEBHOOK_ENABLED: 'true',
    WEBHOOK_ENDPOINTS: 'chat',
    WEBHOOK_CHAT_URL: `${origin}/hook`,
    ...{ EMAIL_ENABLED: 'true', EMAIL_DELIVERY_METHOD: 'smtp', SMTP_HOST: 'mail.invalid' },
  };
}

/** All three tiers, for lines that name one. */
function tierEnvironment({ base }: CliHost) {
  return {
    SECONDARY_ENABLED: 'true',
    SECONDARY_PATH: join(base, 'nas'),
    SECONDARY_REQUIRE_MOUNT: 'no',
    CLOUD_ENABLED: hasPrograms('rclone') ? 'true' : 'false',
    CLOUD_REMOTE: join(base, 'cloud'),
    MIN_DISK_SPACE_PRIMARY_GB: '0',
    MIN_DISK_SPACE_SECONDARY_GB: '0',
    MIN_DISK_SPACE_CLOUD_GB: '0',
  };
}

/** Words of a shell line up to a pipe or redirection; places outside of the test's own are moved into it. */
function parseShell(line: string, base: string): { env: Record<string, string>; args: string[] } {
  const moved = line
    .replace(/ [|>].*$/, '')
    .replace('"$(cat admin.pub)"', `'${otherAdmin}'`)
    .replaceAll('"', "'")
    .replace(/(?<= )key\.txt/u, join(base, 'key.txt'))
    .replace(/(?<=-o )(?=\w)/u, `${base}/`)
    .replaceAll('/mnt/usb', join(base, 'usb'))
    .replace(/(?<= )\/(?:root|var\/tmp)\/(?=key|pass|admin| )/gu, `${base}/`)
    .replace(/\.\/(?=backup\.env)/, `${base}/`)
    .replace(/(?<=--to )\//, `${base}/`);
  const words = (moved.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
  const at = words.indexOf('proxsave');
  const env = Object.fromEntries(words.slice(0, at).map((word) => word.split('=') as [string, string]));
  return { env, args: words.slice(at + 1) };
}
