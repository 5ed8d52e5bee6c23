// Both ways between our stages and the `age` program, with keys that ssh-keygen and age-keygen make.

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseIdentityFile } from '../../../src/encryption/identity-file.ts';
import { deriveIdentityText, deriveRecipientText, newSalt } from '../../../src/encryption/passphrase-key.ts';
import { parseRecipient, type Recipient } from '../../../src/encryption/recipient.ts';
import { hasPrograms } from '../../support/needs.ts';
import { decrypt, encrypt, makeTempDirectory, run } from './encryption-support.ts';

const isMissing = !hasPrograms('age', 'age-keygen', 'ssh-keygen');

interface Key {
  /** Path of the private key. */
  path: string;
  recipient: Recipient;
}

const makers: Readonly<Record<string, (path: string) => string>> = {
  X25519: (path) => {
    run('age-keygen', ['-o', path]);
    return run('age-keygen', ['-y', path]).toString();
  },
  'ssh-ed25519': (path) => makeSshKey(path, 'ed25519'),
  'ssh-rsa': (path) => makeSshKey(path, 'rsa', '-b', '2048'),
};

function makeSshKey(path: string, type: string, ...size: string[]): string {
  run('ssh-keygen', ['-q', '-t', type, ...size, '-N', '', '-C', 'root@pve1', '-f', path]);
  return readFileSync(`${path}.pub`, 'utf8');
}

function makeKey(kind: string, directory: string): Key {
  const path = join(directory, kind);
  return { path, recipient: parseRecipient(makers[kind]?.(path) ?? '') };
}

const contents = { empty: 0, 'one byte': 1, 'one chunk': 65_536, 'a few chunks and a bit': 200_001 };

describe.skipIf(isMissing)('with the age program (needs age and ssh-keygen)', () => {
  for (const kind of Object.keys(makers)) {
    for (const [name, size] of Object.entries(contents)) {
      test(`age opens what we encrypt for ${kind}: ${name}`, async () => {
        const directory = makeTempDirectory();
        const key = makeKey(kind, directory);
        const plain = randomBytes(size);
        const file = join(directory, 'file.age');
        writeFileSync(file, await encrypt(plain, [key.recipient]));
        expect(run('age', ['-d', '-i', key.path, file]).equals(plain)).toBe(true);
      });

      test(`we open what age encrypts for ${kind}: ${name}`, async () => {
        const key = makeKey(kind, makeTempDirectory());
        const plain = randomBytes(size);
        const file = run('age', ['-r', key.recipient.text], plain);
        const identities = await parseIdentityFile(readFileSync(key.path), key.path);
        const { output, error } = await decrypt(file, identities, { sizes: [3000] });
        expect(error).toBeUndefined();
        expect(output.equals(plain)).toBe(true);
      });
    }
  }

  test('each of several recipients opens one file', async () => {
    const directory = makeTempDirectory();
    const keys = Object.keys(makers).map((kind) => makeKey(kind, directory));
    const plain = randomBytes(1000);
    const file = join(directory, 'file.age');
    writeFileSync(
      file,
      await encrypt(
        plain,
        keys.map(({ recipient }) => recipient),
      ),
    );
    for (const { path } of keys) expect(run('age', ['-d', '-i', path, file]).equals(plain)).toBe(true);
  });

  test('the identity of a passphrase, as text, opens our files with age', async () => {
    const directory = makeTempDirectory();
    const passphrase = Buffer.from('Correct-Horse-42');
    const salt = newSalt();
    const recipient = parseRecipient(await deriveRecipientText(passphrase, salt));
    const [file, key] = [join(directory, 'file.age'), join(directory, 'key')];
    writeFileSync(file, await encrypt(Buffer.from('content'), [recipient]));
    writeFileSync(key, `${await deriveIdentityText(passphrase, salt)}\n`, { mode: 0o600 });
    expect(run('age', ['-d', '-i', key, file]).toString()).toBe('content');
  });

  test('we open what age armored', async () => {
    const key = makeKey('X25519', makeTempDirectory());
    const plain = randomBytes(150_000);
    const file = run('age', ['-a', '-r', key.recipient.text], plain);
    const identities = await parseIdentityFile(readFileSync(key.path), key.path);
    const { output, error } = await decrypt(file, identities, { sizes: [77, 65_536] });
    expect(error).toBeUndefined();
    expect(output.equals(plain)).toBe(true);
  });

  test('all identities of a file are tried', async () => {
    const directory = makeTempDirectory();
    const wanted = makeKey('X25519', directory);
    const other = join(directory, 'other');
    run('age-keygen', ['-o', other]);
    const both = Buffer.concat([readFileSync(other), readFileSync(wanted.path)]);
    const file = run('age', ['-r', wanted.recipient.text], Buffer.from('content'));
    const { output } = await decrypt(file, await parseIdentityFile(both, 'both'));
    expect(output.toString()).toBe('content');
  });
});
