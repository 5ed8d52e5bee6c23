import { describe, expect, test } from 'vitest';
import {
  checkNewPassphrase,
  passphraseForms,
  stripFinalNewline,
} from '../../../src/encryption/passphrase.ts';
import {
  deriveIdentity,
  deriveIdentityText,
  deriveRecipientText,
  isSalt,
  newSalt,
  passphraseIdentities,
} from '../../../src/encryption/passphrase-key.ts';
import { parseNativeIdentity } from '../../../src/encryption/identity.ts';
import { parseRecipient } from '../../../src/encryption/recipient.ts';
import { WrongKeyError } from '../../../src/encryption/wrong-key-error.ts';
import { secretIdentities } from '../../../src/encryption/typed-secret.ts';
import { decrypt, encrypt } from './encryption-support.ts';

const passphrase = Buffer.from('Correct-Horse-42');

/** Made with an independent implementation, and with `age-keygen -y`. */
const vectors = [
  {
    salt: 'proxsave/age-passphrase/v2:000102030405060708090a0b0c0d0e0f',
    recipient: 'age1wwu24t062u59zzhd53zkfk992et84tk2fat6vey2fxfhfgccqukqauu2f6',
    identity: 'AGE-SECRET-KEY-19PEQWY4LH25WLJ9XCSPJQC6ERVJDJNQZ4AFYPMKH2LUCNHJZ2AZSA8984S',
  },
  {
    salt: 'proxsave/age-passphrase/v1',
    recipient: 'age1ufnnhqymtruyt9j3dujjd8yu6s95tnc4tr0c2x0pdttycg3aedjqn9mqmc',
    identity: 'AGE-SECRET-KEY-1UQ9Z4TXHNJQ44LN3KTVF7HL4R0PURFHW82GJ00M6MSD6URXG7FXQG0SJ5T',
  },
  {
    salt: 'proxmox-backup-go/age-passphrase/v1',
    recipient: 'age1c6n0hhx2ynp62sahl8rw4mu0k68cn9df638her04susqaqwzfskscu2fnn',
    identity: 'AGE-SECRET-KEY-16QAC0Z5SEQVJGYK89K3YS4XY3GL937DWX3FP8AGMZHPU4VRQ8AWQHJJLGZ',
  },
];

describe('keys from a passphrase', () => {
  test.each(vectors)('are those of the existing edition with the salt $salt', async (vector) => {
    expect((await deriveIdentity(passphrase, vector.salt)).recipient).toBe(vector.recipient);
    expect(await deriveIdentityText(passphrase, vector.salt)).toBe(vector.identity);
    expect(await deriveRecipientText(passphrase, vector.salt)).toBe(vector.recipient);
    expect((await parseNativeIdentity(vector.identity.toLowerCase())).recipient).toBe(vector.recipient);
  });

  test.each(vectors)('open archives with the salt $salt, whichever the manifest names', async (vector) => {
    const file = await encrypt(Buffer.from('content'), [parseRecipient(vector.recipient)]);
    const isOwn = vector.salt.includes('v2:');
    const salts = [isOwn ? vector.salt : newSalt(), undefined];
    expect((await decrypt(file, await passphraseIdentities(passphrase, salts))).output.toString()).toBe(
      'content',
    );
    const { error } = await decrypt(file, await passphraseIdentities(Buffer.from('Wrong-Horse-42'), salts));
    expect(error).toBeInstanceOf(WrongKeyError);
  });

  test('open with white space around the passphrase, which the existing edition removes', async () => {
    const [{ recipient, salt }] = vectors as [(typeof vectors)[0]];
    const file = await encrypt(Buffer.from('content'), [parseRecipient(recipient)]);
    const typed = Buffer.from(' \u00a0Correct-Horse-42\r\n');
    expect((await decrypt(file, await passphraseIdentities(typed, [salt]))).output.toString()).toBe(
      'content',
    );
  });

  test('are not made from a passphrase that breaks the rules', async () => {
    await expect(deriveRecipientText(Buffer.from('short'), newSalt())).rejects.toThrow(
      /5 bytes; at least 12/,
    );
  });
});

test('salts are new each time and of the known form', () => {
  expect(newSalt()).not.toBe(newSalt());
  expect(isSalt(newSalt())).toBe(true);
  for (const { salt } of vectors) expect(isSalt(salt)).toBe(true);
  for (const wrong of ['', 'x', 'proxsave/age-passphrase/v2:', `${newSalt()}0`])
    expect(isSalt(wrong)).toBe(false);
});

describe('rules for new passphrases', () => {
  test.each(['Correct-Horse-42', 'correct-horse-42', 'Lange Worte Ä 1', 'CORRECT.HORSE.4'])(
    '%s is fine',
    (text) => {
      expect(checkNewPassphrase(Buffer.from(text))).toEqual([]);
    },
  );

  test.each([
    ['Ab1-', /4 bytes/],
    ['correcthorsebattery', /1 of these kinds/],
    ['Correcthorsebattery', /2 of these kinds/],
    [' Correct-Horse-42', /white space/],
    ['Correct-Horse-42\n', /white space/],
    ['Correct\tHorse-42', /control character/],
  ])('%j is refused', (text, problem) => {
    expect(checkNewPassphrase(Buffer.from(text)).join()).toMatch(problem);
  });
});

test.each([
  ['word\n', 'word'],
  ['word\r\n', 'word'],
  ['word\n\n', 'word\n'],
  [' word \n', ' word '],
  ['word', 'word'],
  ['\n', ''],
])('one newline at the end of a passphrase file is taken off, nothing else: %j', (content, expected) => {
  expect(stripFinalNewline(Buffer.from(content)).toString()).toBe(expected);
});

test('a passphrase is tried once when it has no white space around it', () => {
  expect(passphraseForms(passphrase)).toHaveLength(1);
  const [exact, trimmed] = passphraseForms(Buffer.from([0x20, 0xff, 0x61, 0x20]));
  expect(exact).toEqual(Buffer.from([0x20, 0xff, 0x61, 0x20]));
  expect(trimmed).toEqual(Buffer.from([0xff, 0x61]));
});

describe('one typed secret', () => {
  const [vector] = vectors as [(typeof vectors)[0]];

  test('is a key when it looks like one', async () => {
    const identities = await secretIdentities(Buffer.from(vector.identity));
    expect(identities.map(({ recipient }) => recipient)).toEqual([vector.recipient]);
  });

  test('is a passphrase otherwise', async () => {
    const identities = await secretIdentities(passphrase, { salts: [vector.salt] });
    expect(identities.map(({ recipient }) => recipient)).toEqual([
      ...vectors.map(({ recipient }) => recipient),
      undefined,
    ]);
  });

  test.each([vector.recipient, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1B'])(
    'is refused when it is a public key: %s',
    async (text) => {
      await expect(secretIdentities(Buffer.from(text))).rejects.toThrow(/is a public key/);
    },
  );
});

test.each([
  ['a byte order mark', Buffer.from('\uFEFFCorrect-Horse-42'), /byte order mark/],
  ['bytes that are no UTF-8', Buffer.from('Correct-Horse-42\xe4', 'latin1'), /not text in UTF-8/],
  ['the beginning of a key', Buffer.from('age-secret-key-Horse42'), /begins like a key/],
])('a new passphrase with %s is refused: it could not be given again', (_, bytes, message) => {
  expect(checkNewPassphrase(bytes).join('; ')).toMatch(message);
});
