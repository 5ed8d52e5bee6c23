import { describe, expect, test } from 'vitest';
import { generateKeyPair } from '../../../src/encryption/key-store.ts';
import { parseRecipientFile } from '../../../src/encryption/recipient-file.ts';
import { checkRecipients, describeRecipient, parseRecipient } from '../../../src/encryption/recipient.ts';
import { createRunIdentity } from '../../../src/encryption/run-identity.ts';
import { EncryptionError } from '../../../src/errors.ts';
import { hasPrograms } from '../../support/needs.ts';
import { decrypt, encrypt, makeTempDirectory, run } from './encryption-support.ts';
import { readFileSync } from 'node:fs';
import { parseNativeIdentity } from '../../../src/encryption/identity.ts';

const native = 'age1wwu24t062u59zzhd53zkfk992et84tk2fat6vey2fxfhfgccqukqauu2f6';
const ssh = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Bl9vEVJAnP+bOs1jQUcY0L5SRXEDQQ1Y2NDVKpnLB';
const salt = 'proxsave/age-passphrase/v2:000102030405060708090a0b0c0d0e0f';

describe('parseRecipient', () => {
  test('takes age keys and SSH keys, and keeps comments apart', () => {
    expect(parseRecipient(` ${native}\t`)).toMatchObject({
      kind: 'x25519',
      text: native,
      comment: undefined,
    });
    expect(parseRecipient(`${ssh} root@pve1 desk`)).toMatchObject({
      kind: 'ssh-ed25519',
      text: ssh,
      comment: 'root@pve1 desk',
    });
  });

  test('takes the kind of an SSH key in capitals, as the existing edition does', () => {
    expect(parseRecipient(ssh.replace('ssh-ed25519', 'SSH-ED25519')).text).toBe(ssh);
  });

  test.each([
    ['a wrong character', native.replace('u24t', 'u24x'), /checksum is wrong/],
    ['a cut key', native.slice(0, -3), /checksum is wrong/],
    ['capitals', native.toUpperCase(), /small letters/],
    ['a remark behind', `${native} mine`, /stands alone/],
    [
      'a plugin key',
      'age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt',
      /checksum|plugin/,
    ],
    [
      'an ECDSA key',
      'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHA',
      /kind that age cannot/,
    ],
    ['a DSA key', 'ssh-dss AAAAB3NzaC1kc3M', /kind ssh-dss/],
    ['a cut SSH key', ssh.slice(0, -5), /base64 text is wrong or cut/],
    ['an SSH key without its data', 'ssh-rsa', /base64 text is wrong or cut/],
    ['a short SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1B', /data ends early/],
    ['a kind that is not that of the data', ssh.replace('ssh-ed25519', 'ssh-rsa'), /another kind/],
    ['something else', 'hello', /is not a recipient/],
  ])('refuses %s', (_name, text, message) => {
    expect(() => parseRecipient(text)).toThrow(EncryptionError);
    expect(() => parseRecipient(text)).toThrow(message);
  });

  test.each([
    'AGE-SECRET-KEY-19PEQWY4LH25WLJ9XCSPJQC6ERVJDJNQZ4AFYPMKH2LUCNHJZ2AZSA8984S',
    '-----BEGIN OPENSSH PRIVATE KEY-----',
  ])('names a private key as such and does not repeat it', (text) => {
    expect(() => parseRecipient(text)).toThrow(/private key/);
    expect(() => parseRecipient(text)).not.toThrow(/PEQWY/);
  });

  test.skipIf(!hasPrograms('ssh-keygen'))(
    'refuses RSA keys that age refuses, and shows fingerprints as ssh-keygen (needs ssh-keygen)',
    () => {
      const directory = makeTempDirectory();
      run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '1024', '-N', '', '-f', `${directory}/short`]);
      expect(() => parseRecipient(readFileSync(`${directory}/short.pub`, 'utf8'))).toThrow(/1024 bits/);
      run('ssh-keygen', ['-q', '-t', 'rsa', '-N', '', '-C', 'me', '-f', `${directory}/long`]);
      const recipient = parseRecipient(readFileSync(`${directory}/long.pub`, 'utf8'));
      const shown = run('ssh-keygen', ['-l', '-f', `${directory}/long.pub`]).toString();
      expect(shown).toContain(recipient.fingerprint ?? '?');
      expect(describeRecipient(recipient)).toBe(`SSH key (RSA) ${recipient.fingerprint ?? '?'} me`);
    },
  );
});

describe('parseRecipientFile', () => {
  test.each([
    ['LF', '\n', ''],
    ['CRLF', '\r\n', ''],
    ['a byte order mark', '\n', '\uFEFF'],
    ['CRLF and a byte order mark', '\r\n', '\uFEFF'],
  ])('takes comments, blank lines and the salt with %s', (_name, newline, mark) => {
    const lines = [`# passphrase-salt: ${salt}`, '', '# of the office', `  ${native}  `, '\t', `${ssh} me`];
    const file = parseRecipientFile(mark + lines.join(newline) + newline, 'recipient.txt');
    expect(file.salt).toBe(salt);
    expect(file.recipients.map(({ recipient, line }) => [recipient.text, line])).toEqual([
      [native, 4],
      [ssh, 6],
    ]);
  });

  test('names every wrong line with its number, whatever ends the lines', () => {
    const text = `\uFEFF# keys\r\n\r\nhello\r\n${native}\r\nage1wrong\r\n`;
    expect(() => parseRecipientFile(text, '/etc/proxsave/age/recipient.txt')).toThrow(
      /^\/etc\/proxsave\/age\/recipient.txt, line 3: is not a recipient; .*recipient.txt, line 5: .*checksum/,
    );
  });

  test('refuses a salt of an unknown form', () => {
    expect(() => parseRecipientFile('# passphrase-salt: pepper\n', 'r.txt')).toThrow(/r.txt, line 1: .*salt/);
  });

  test('tells UTF-16 apart', () => {
    const utf16 = Buffer.from(`\uFEFF${native}\r\n`, 'utf16le').toString('utf8');
    expect(() => parseRecipientFile(utf16, 'r.txt')).toThrow(/not a text file in UTF-8/);
  });
});

describe('post-quantum recipients', () => {
  test('encrypt and decrypt, with a run identity of their kind', async () => {
    const { recipient, identityText } = await generateKeyPair('hybrid');
    expect(parseRecipient(recipient.text).kind).toBe('hybrid');
    const ofRun = await createRunIdentity([recipient]);
    const file = await encrypt(Buffer.from('content'), [recipient, ofRun.recipient]);
    for (const identity of [await parseNativeIdentity(identityText), ofRun.identity()]) {
      expect((await decrypt(file, [identity])).output.toString()).toBe('content');
    }
    expect(describeRecipient(recipient).length).toBeLessThan(60);
  });

  test('do not mix with others, whose keys would undo their protection', async () => {
    const { recipient } = await generateKeyPair('hybrid');
    expect(() => checkRecipients([recipient, parseRecipient(native)])).toThrow(/post-quantum.*age1wwu24/);
  });
});

test('a run identity opens nothing after it was forgotten', async () => {
  const ofRun = await createRunIdentity();
  const file = await encrypt(Buffer.from('content'), [ofRun.recipient]);
  expect((await decrypt(file, [ofRun.identity()])).output.toString()).toBe('content');
  ofRun.forget();
  expect(() => ofRun.identity()).toThrow(/forgotten/);
});
