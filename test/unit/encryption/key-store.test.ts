import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { parseNativeIdentity } from '../../../src/encryption/identity.ts';
import {
  addRecipient,
  ensurePassphraseSalt,
  generateKeyPair,
  listRecipients,
  removeRecipient,
  writeRecipientFile,
} from '../../../src/encryption/key-store.ts';
import { loadRecipients } from '../../../src/encryption/load-recipients.ts';
import { parseRecipient } from '../../../src/encryption/recipient.ts';
import { EncryptionError } from '../../../src/errors.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath, type Host } from '../../../src/host/host.ts';
import { isRoot } from '../../support/needs.ts';
import { makeTempDirectory } from './encryption-support.ts';

const native = parseRecipient('age1wwu24t062u59zzhd53zkfk992et84tk2fat6vey2fxfhfgccqukqauu2f6');
const second = parseRecipient('age1ufnnhqymtruyt9j3dujjd8yu6s95tnc4tr0c2x0pdttycg3aedjqn9mqmc');
const ssh = parseRecipient(
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Bl9vEVJAnP+bOs1jQUcY0L5SRXEDQQ1Y2NDVKpnLB root@pve1',
);
const salt = 'proxsave/age-passphrase/v2:000102030405060708090a0b0c0d0e0f';

function makePlace(): { host: Host; root: string; path: ReturnType<typeof asRealPath> } {
  const root = makeTempDirectory();
  const system = createHost({ root, env: {} });
  const now = new Date(2026, 6, 24, 2, 0, 0, 123);
  const host: Host = { ...system, clock: { ...system.clock, now: () => now } };
  return { host, root, path: asRealPath(join(root, 'etc/proxsave/age/recipient.txt')) };
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('key pairs', () => {
  test.each(['x25519', 'hybrid'] as const)('of the kind %s belong together', async (kind) => {
    const { recipient, identityText } = await generateKeyPair(kind);
    expect(recipient.kind).toBe(kind);
    expect((await parseNativeIdentity(identityText)).recipient).toBe(recipient.text);
  });
});

describe('the recipient file', () => {
  test('is written private from the start, with the salt in its first line', () => {
    const { host, path } = makePlace();
    expect(writeRecipientFile(host, path, { recipients: [native, ssh], salt })).toMatchObject({
      backup: undefined,
    });
    expect(readFileSync(path, 'utf8')).toBe(
      `# passphrase-salt: ${salt}\n${native.text}\n${ssh.text} root@pve1\n`,
    );
    expect(modeOf(path)).toBe(0o600);
    expect(modeOf(dirname(path))).toBe(0o700);
    expect(readdirSync(dirname(path))).toEqual(['recipient.txt']);
  });

  test('is kept beside the new one, with its mode, when it is replaced', () => {
    const { host, path } = makePlace();
    writeRecipientFile(host, path, { recipients: [native] });
    chmodSync(path, 0o640);
    const first = writeRecipientFile(host, path, { recipients: [second] });
    const again = writeRecipientFile(host, path, { recipients: [ssh] });
    expect(first.backup).toBe(`${path}.bak-20260724-020000.123000000`);
    expect(again.backup).toBe(`${path}.bak-20260724-020000.123000001`);
    expect(readFileSync(first.backup ?? '', 'utf8')).toBe(`${native.text}\n`);
    expect(modeOf(first.backup ?? '')).toBe(0o640);
    expect(readFileSync(again.backup ?? '', 'utf8')).toBe(`${second.text}\n`);
  });

  test('keeps its comments when a key is added or removed', () => {
    const { host, path } = makePlace();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `\uFEFF# office\r\n\r\n${native.text}\r\n# home\r\n${ssh.text} root@pve1`);
    expect(addRecipient(host, path, second).isNew).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(
      `# office\n\n${native.text}\n# home\n${ssh.text} root@pve1\n${second.text}\n`,
    );
    const { removed, recipients } = removeRecipient(host, path, ssh.fingerprint ?? '');
    expect(removed.text).toBe(ssh.text);
    expect(recipients.map(({ text }) => text)).toEqual([native.text, second.text]);
    expect(readFileSync(path, 'utf8')).toBe(`# office\n\n${native.text}\n# home\n${second.text}\n`);
  });

  test('is not touched when the key is there already', () => {
    const { host, path } = makePlace();
    writeRecipientFile(host, path, { recipients: [native] });
    expect(addRecipient(host, path, native)).toMatchObject({ isNew: false, backup: undefined });
    expect(readdirSync(dirname(path))).toEqual(['recipient.txt']);
  });

  test('gets the salt in front when a passphrase key is added, and refuses another one', () => {
    const { host, path } = makePlace();
    writeRecipientFile(host, path, { recipients: [native] });
    addRecipient(host, path, second, salt);
    expect(listRecipients(host, path).salt).toBe(salt);
    expect(readFileSync(path, 'utf8').startsWith('# passphrase-salt: ')).toBe(true);
    expect(() => addRecipient(host, path, ssh, 'proxsave/age-passphrase/v1')).toThrow(
      /another passphrase salt/,
    );
  });

  test('names the key that it does not have', () => {
    const { host, path } = makePlace();
    writeRecipientFile(host, path, { recipients: [native] });
    expect(() => removeRecipient(host, path, second.text)).toThrow(/has no recipient age1ufnn/);
  });

  test('with a wrong line is not written over by adding a key', () => {
    const { host, path } = makePlace();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'hello\n');
    expect(() => addRecipient(host, path, native)).toThrow(/recipient.txt, line 1/);
    expect(readFileSync(path, 'utf8')).toBe('hello\n');
  });
});

describe('the passphrase salt of the host', () => {
  test('is made once, beside the recipient file, and used again', () => {
    const { host, path } = makePlace();
    const made = ensurePassphraseSalt(host, path);
    expect(ensurePassphraseSalt(host, path)).toBe(made);
    const file = join(dirname(path), 'passphrase.salt');
    expect(readFileSync(file, 'utf8')).toBe(`${made}\n`);
    expect(modeOf(file)).toBe(0o600);
  });

  test('in the recipient file comes first', () => {
    const { host, path } = makePlace();
    ensurePassphraseSalt(host, path);
    writeRecipientFile(host, path, { recipients: [native], salt });
    expect(ensurePassphraseSalt(host, path)).toBe(salt);
  });
});

describe('loadRecipients', () => {
  function load(env: Record<string, string>, files: Record<string, string> = {}) {
    const { host, root } = makePlace();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const withEnv: Host = { ...host, env };
    return loadRecipients(withEnv, loadConfig(withEnv));
  }
  const file = 'etc/proxsave/age/recipient.txt';

  test('puts configuration and file together, each key once and in order', () => {
    const { recipients, salt: found } = load(
      { AGE_RECIPIENT: `${native.text}, ${ssh.text} root@pve1` },
      { [file]: `${second.text}\n${native.text}\n${ssh.text}\n` },
    );
    expect(recipients.map(({ text }) => text)).toEqual([native.text, ssh.text, second.text]);
    expect(found).toBeUndefined();
  });

  test('takes the salt of the comment before that of the file beside it', () => {
    const other = `proxsave/age-passphrase/v2:${'f'.repeat(32)}`;
    const files = { [file]: `${native.text}\n`, 'etc/proxsave/age/passphrase.salt': `${other}\n` };
    expect(load({}, files).salt).toBe(other);
    expect(load({}, { ...files, [file]: `# passphrase-salt: ${salt}\n${native.text}\n` }).salt).toBe(salt);
  });

  test('names a salt also when the recipients are in the configuration', () => {
    const files = { 'etc/proxsave/age/passphrase.salt': `${salt}\n` };
    expect(load({ AGE_RECIPIENT: native.text }, files).salt).toBe(salt);
  });

  test.each([{}, { [file]: '# nothing yet\n' }])('says what to do when nobody is named (%#)', (files) => {
    expect(() => load({}, files)).toThrow(/nobody is named to encrypt for/);
    expect(() => load({}, files)).toThrow(EncryptionError);
    expect(() => load({}, files)).toThrow(expect.objectContaining({ hint: 'proxsave key new' }) as Error);
  });

  test('refuses a wrong recipient instead of leaving it out', () => {
    expect(() => load({ AGE_RECIPIENT: `${native.text};age1wrong` })).toThrow(
      /AGE_RECIPIENT, entry 2 \(environment\): /,
    );
    expect(() => load({ AGE_RECIPIENT: native.text }, { [file]: 'age1wrong\n' })).toThrow(
      /recipient.txt, line 1: /,
    );
  });

  test.each(['', '\n', 'pepper\n'])('stops at a salt file that holds no salt: %j', (text) => {
    const files = { [file]: `${native.text}\n`, 'etc/proxsave/age/passphrase.salt': text };
    expect(() => load({}, files)).toThrow(EncryptionError);
    expect(() => load({}, files)).toThrow(/passphrase.salt (is empty|holds no)/);
  });

  test.skipIf(isRoot)('stops at a salt file that cannot be read (not as root)', () => {
    const { host, root } = makePlace();
    const path = join(root, 'etc/proxsave/age/passphrase.salt');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${salt}\n`, { mode: 0 });
    const withEnv: Host = { ...host, env: { AGE_RECIPIENT: native.text } };
    expect(() => loadRecipients(withEnv, loadConfig(withEnv))).toThrow(/passphrase.salt: permission denied/);
  });

  test('stops at a salt that is a directory', () => {
    const { host, root } = makePlace();
    mkdirSync(join(root, 'etc/proxsave/age/passphrase.salt'), { recursive: true });
    const withEnv: Host = { ...host, env: { AGE_RECIPIENT: native.text } };
    expect(() => loadRecipients(withEnv, loadConfig(withEnv))).toThrow(/passphrase.salt: it is a directory/);
  });
});
