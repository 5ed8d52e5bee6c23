// Key files as ssh-keygen, openssl and age make them.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Encrypter, armor, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { parseIdentityFile, readIdentityFile } from '../../../src/encryption/identity-file.ts';
import { parseRecipient } from '../../../src/encryption/recipient.ts';
import { PassphraseNeededError, WrongKeyError } from '../../../src/encryption/wrong-key-error.ts';
import { EncryptionError } from '../../../src/errors.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { hasPrograms } from '../../support/needs.ts';
import { decrypt, encrypt, makeTempDirectory, run } from './encryption-support.ts';

const passphrase = Buffer.from('a passphrase, with ünicode');

interface KeyFile {
  path: string;
  publicText: string;
}

function makeSshKey(...options: string[]): KeyFile {
  const path = join(makeTempDirectory(), 'key');
  // The smallest that age takes: large ones take long to make.
  const size = options.includes('rsa') ? ['-b', '2048'] : [];
  run('ssh-keygen', ['-q', '-C', 'root@pve1', '-f', path, ...size, ...options]);
  return { path, publicText: readFileSync(`${path}.pub`, 'utf8') };
}

/** Whether the key file opens what is encrypted for its public key. */
async function expectToOpen({ path, publicText }: KeyFile, given?: Buffer): Promise<void> {
  const recipient = parseRecipient(publicText);
  const identities = await parseIdentityFile(readFileSync(path), path, { passphrase: given });
  expect(identities.map((identity) => identity.recipient)).toEqual([recipient.text]);
  const { output, error } = await decrypt(await encrypt(Buffer.from('content'), [recipient]), identities);
  expect(error).toBeUndefined();
  expect(output.toString()).toBe('content');
}

describe.skipIf(!hasPrograms('ssh-keygen', 'openssl'))(
  'SSH private keys (needs ssh-keygen and openssl)',
  () => {
    test.each(['ed25519', 'rsa'])('of the kind %s open files without and with a passphrase', async (type) => {
      await expectToOpen(makeSshKey('-t', type, '-N', ''));
      await expectToOpen(makeSshKey('-t', type, '-N', passphrase.toString()), passphrase);
    });

    test.each([
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
      'aes128-cbc',
      'aes256-cbc',
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
    ])('protected with %s open', async (cipher) => {
      await expectToOpen(makeSshKey('-t', 'ed25519', '-Z', cipher, '-N', passphrase.toString()), passphrase);
    });

    test.each(['1', '3', '40'])('protected with %s rounds open', async (rounds) => {
      await expectToOpen(makeSshKey('-t', 'ed25519', '-a', rounds, '-N', passphrase.toString()), passphrase);
    });

    test.each([
      ['PEM', ''],
      ['PEM', passphrase.toString()],
      ['PKCS8', ''],
      ['PKCS8', passphrase.toString()],
    ])('RSA in the form %s open (passphrase "%s")', async (form, given) => {
      const key = makeSshKey('-t', 'rsa', '-m', form, '-N', given);
      await expectToOpen(key, given === '' ? undefined : passphrase);
    });

    test('ed25519 that openssl wrote as PKCS#8 opens', async () => {
      const key = makeSshKey('-t', 'ed25519', '-N', '');
      const [identity] = await parseIdentityFile(readFileSync(key.path), key.path);
      const path = join(makeTempDirectory(), 'pkcs8');
      run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', path]);
      const [other] = await parseIdentityFile(readFileSync(path), path);
      expect(other?.kind).toBe('ssh-ed25519');
      expect(other?.recipient).not.toBe(identity?.recipient);
      const recipient = parseRecipient(other?.recipient ?? '');
      const { output } = await decrypt(await encrypt(Buffer.from('content'), [recipient]), [other!]);
      expect(output.toString()).toBe('content');
    });

    test('with CRLF and a byte order mark open', async () => {
      const key = makeSshKey('-t', 'ed25519', '-N', '');
      writeFileSync(key.path, `\uFEFF${readFileSync(key.path, 'utf8').replaceAll('\n', '\r\n')}`);
      await expectToOpen(key);
    });

    test.each([
      ['OpenSSH', ['-t', 'ed25519']],
      ['PEM', ['-t', 'rsa', '-m', 'PEM']],
    ])('in the form %s say that they need a passphrase, or that it is wrong', async (_form, options) => {
      const { path } = makeSshKey(...options, '-N', 'right passphrase');
      await expect(parseIdentityFile(readFileSync(path), path)).rejects.toThrow(PassphraseNeededError);
      const wrong = parseIdentityFile(readFileSync(path), path, { passphrase: Buffer.from('wrong') });
      await expect(wrong).rejects.toThrow(WrongKeyError);
      await expect(wrong).rejects.toThrow(path);
    });

    test('ask for the passphrase only when one is needed, naming the file', async () => {
      const asked: string[] = [];
      const ask = (purpose: string) => {
        asked.push(purpose);
        return Promise.resolve(passphrase);
      };
      const open = makeSshKey('-t', 'ed25519', '-N', '');
      await parseIdentityFile(readFileSync(open.path), open.path, { passphrase: ask });
      expect(asked).toEqual([]);
      const locked = makeSshKey('-t', 'ed25519', '-N', passphrase.toString());
      await parseIdentityFile(readFileSync(locked.path), locked.path, { passphrase: ask });
      expect(asked).toEqual([`the SSH private key ${locked.path}`]);
    });

    test('of kinds that age cannot use are told so', async () => {
      const { path } = makeSshKey('-t', 'ecdsa', '-N', '');
      await expect(parseIdentityFile(readFileSync(path), path)).rejects.toThrow(
        /ecdsa-sha2-nistp256, which age/,
      );
    });

    test('that are damaged or cut are errors that name the file', async () => {
      const { path } = makeSshKey('-t', 'ed25519', '-N', '');
      const text = readFileSync(path, 'utf8');
      const lines = text.split('\n');
      for (const damaged of [
        text.slice(0, 150),
        [lines[0], lines[1], ...lines.slice(-2)].join('\n'),
        [lines[0], `AAAA${(lines[1] ?? '').slice(4)}`, ...lines.slice(2)].join('\n'),
      ]) {
        const parsed = parseIdentityFile(Buffer.from(damaged), '/root/key');
        await expect(parsed).rejects.toThrow(EncryptionError);
        await expect(parsed).rejects.toThrow(/\/root\/key/);
      }
    });

    test('interrupting ends the work on a passphrase', async () => {
      const { path } = makeSshKey('-t', 'ed25519', '-a', '500', '-N', passphrase.toString());
      const controller = new AbortController();
      const parsed = parseIdentityFile(readFileSync(path), path, { passphrase, signal: controller.signal });
      controller.abort();
      await expect(parsed).rejects.toThrow(/abort/i);
    });
  },
);

describe('age identity files', () => {
  const first = 'AGE-SECRET-KEY-19PEQWY4LH25WLJ9XCSPJQC6ERVJDJNQZ4AFYPMKH2LUCNHJZ2AZSA8984S';
  const second = 'AGE-SECRET-KEY-1UQ9Z4TXHNJQ44LN3KTVF7HL4R0PURFHW82GJ00M6MSD6URXG7FXQG0SJ5T';
  const recipients = [
    'age1wwu24t062u59zzhd53zkfk992et84tk2fat6vey2fxfhfgccqukqauu2f6',
    'age1ufnnhqymtruyt9j3dujjd8yu6s95tnc4tr0c2x0pdttycg3aedjqn9mqmc',
  ];

  test.each([
    ['LF', '\n', ''],
    ['CRLF', '\r\n', ''],
    ['a byte order mark', '\n', '\uFEFF'],
  ])('give all identities in them, with %s', async (_name, newline, mark) => {
    const text = mark + ['# created: today', '', first, '  ', `\t${second.toLowerCase()} `].join(newline);
    const identities = await parseIdentityFile(Buffer.from(text), 'key.txt');
    expect(identities.map(({ recipient }) => recipient)).toEqual(recipients);
  });

  test.each([
    ['a wrong character', `${first.slice(0, -1)}Q`, /line 3: is not an age identity: a character/],
    ['a public key', recipients[0] ?? '', /line 3: is a public key/],
    ['a plugin identity', 'AGE-PLUGIN-YUBIKEY-1QQQQ', /line 3: .*plugin/],
    ['a key of PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519', /line 3: .*PuTTY/],
    ['something else', 'secret words', /line 3: is not an identity/],
  ])('name the line of %s, and never quote it', async (_name, line, message) => {
    const parsed = parseIdentityFile(Buffer.from(`# key\r\n\r\n${line}\r\n`), 'key.txt');
    await expect(parsed).rejects.toThrow(message);
    await expect(parsed).rejects.not.toThrow(line);
  });

  test('without an identity are errors', async () => {
    await expect(parseIdentityFile(Buffer.from('# nothing\n'), 'key.txt')).rejects.toThrow(
      /key.txt holds no identity/,
    );
  });

  test.each(['binary', 'armored'])('encrypted with a passphrase open (%s)', async (form) => {
    const identity = await generateX25519Identity();
    const encrypter = new Encrypter();
    encrypter.setPassphrase('open sesame');
    encrypter.setScryptWorkFactor(10);
    const sealed = await encrypter.encrypt(`# my key\n${identity}\n`);
    const bytes = Buffer.from(form === 'armored' ? armor.encode(sealed) : sealed);
    const options = { passphrase: Buffer.from('open sesame') };
    const [opened] = await parseIdentityFile(bytes, 'key.age', options);
    expect(opened?.recipient).toBe(await identityToRecipient(identity));
    await expect(parseIdentityFile(bytes, 'key.age')).rejects.toThrow(PassphraseNeededError);
    const wrong = parseIdentityFile(bytes, 'key.age', { passphrase: Buffer.from('sesame') });
    await expect(wrong).rejects.toThrow(/passphrase does not open the identity file key.age/);
  });

  test('are read from disk, and a missing one is named', async () => {
    const host = createHost();
    const path = join(makeTempDirectory(), 'key.txt');
    writeFileSync(path, `${first}\n`);
    expect(await readIdentityFile(host, asRealPath(path))).toHaveLength(1);
    await expect(readIdentityFile(host, asRealPath(`${path}.not`))).rejects.toThrow(
      /key.txt.not: no such file/,
    );
  });
});
