// Damaged files end in an error, whatever was changed and wherever they were cut; nothing wrong ever comes out.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createRunIdentity } from '../../../src/encryption/run-identity.ts';
import { createEncryptStage } from '../../../src/encryption/encrypt-stage.ts';
import { generateKeyPair } from '../../../src/encryption/key-store.ts';
import { WrongKeyError } from '../../../src/encryption/wrong-key-error.ts';
import { parseRecipient } from '../../../src/encryption/recipient.ts';
import { EncryptionError } from '../../../src/errors.ts';
import { decrypt, encrypt } from './encryption-support.ts';

const chunk = 64 * 1024;
const sealedChunk = chunk + 16;

const plain = randomBytes(3 * chunk + 1000);
const run = await createRunIdentity();
const identities = [run.identity()];
const file = await encrypt(plain, [run.recipient]);
const payloadStart = file.length - plain.length - 4 * 16;
const headerEnd = payloadStart - 16;

async function expectFailure(damaged: Buffer): Promise<Error> {
  const { output, error } = await decrypt(damaged, identities, { sizes: [50_000] });
  expect(error).toBeInstanceOf(EncryptionError);
  // What came out before is the true beginning.
  expect(output.equals(plain.subarray(0, output.length))).toBe(true);
  return error as Error;
}

describe('a file that is cut short', () => {
  const boundaries = [0, 1, 2, 3].map((index) => payloadStart + index * sealedChunk);
  const lengths = boundaries.flatMap((boundary) => [boundary - 1, boundary, boundary + 1]);

  test.each([...lengths, file.length - 1])('is an error at byte %i', async (length) => {
    expect((await expectFailure(file.subarray(0, length))).message).toMatch(/cut short/);
  });

  test.each([1, 10, 30, headerEnd - 1, headerEnd, headerEnd + 15])(
    'is an error within the header, at byte %i',
    async (length) => {
      expect((await expectFailure(file.subarray(0, length))).message).toMatch(
        /cut short: it ends within its header/,
      );
    },
  );

  test('is an error when nothing is left', async () => {
    expect((await expectFailure(Buffer.alloc(0))).message).toMatch(/is empty/);
  });

  test('is an error with whole chunks only, whose last is full', async () => {
    const whole = await encrypt(plain.subarray(0, 2 * chunk), [run.recipient]);
    const { error } = await decrypt(whole.subarray(0, whole.length - sealedChunk), identities);
    expect((error as Error).message).toMatch(/cut short/);
  });
});

describe('one flipped bit', () => {
  const text = file.subarray(0, headerEnd).toString('latin1');
  const places = {
    version: text.indexOf('/v1') + 2,
    'stanza type': text.indexOf('X25519'),
    'stanza argument': text.indexOf('X25519 ') + 10,
    'stanza body': text.indexOf('\n', text.indexOf('-> ')) + 5,
    'MAC mark': text.indexOf('---'),
    MAC: text.indexOf('---') + 10,
    'last newline of the header': headerEnd - 1,
    'payload nonce': headerEnd + 3,
    'first chunk': payloadStart + 5,
    'tag of the first chunk': payloadStart + chunk + 3,
    'middle chunk': payloadStart + sealedChunk + 7,
    'last chunk': file.length - 500,
    'last tag': file.length - 1,
  };

  test.each(Object.entries(places))('in the %s is an error', async (_place, at) => {
    const damaged = Buffer.from(file);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    await expectFailure(damaged);
  });
});

describe('a file that somebody changed', () => {
  test.each([1, 16, 17, sealedChunk, sealedChunk + 1])('by appending %i bytes is an error', async (count) => {
    await expectFailure(Buffer.concat([file, randomBytes(count)]));
  });

  test('by appending to a full last chunk says so', async () => {
    const whole = await encrypt(plain.subarray(0, chunk), [run.recipient]);
    const { error } = await decrypt(Buffer.concat([whole, Buffer.from('x')]), identities);
    expect((error as Error).message).toMatch(/something was appended/);
  });

  test('by exchanging two chunks is an error', async () => {
    const first = file.subarray(payloadStart, payloadStart + sealedChunk);
    const second = file.subarray(payloadStart + sealedChunk, payloadStart + 2 * sealedChunk);
    const rest = file.subarray(payloadStart + 2 * sealedChunk);
    const error = await expectFailure(Buffer.concat([file.subarray(0, payloadStart), second, first, rest]));
    expect(error.message).toMatch(/altered or is damaged \(chunk 1,/);
  });

  test('in its header, by adding a stanza, is told as a wrong checksum', async () => {
    const at = file.indexOf('---');
    const stanza = Buffer.from('-> extra\n\n');
    const error = await expectFailure(Buffer.concat([file.subarray(0, at), stanza, file.subarray(at)]));
    expect(error.message).toMatch(/checksum \(MAC\) does not match/);
  });
});

test('a newer version of the format is named', async () => {
  const { error } = await decrypt(Buffer.from('age-encryption.org/v2\n-> X25519 a\n'), identities);
  expect((error as EncryptionError).message).toMatch(/version v2 of the age format/);
  expect((error as EncryptionError).hint).toMatch(/newer/);
});

test.each(['a plain text', '\u001f\u008b\u0008', 'x'.repeat(5000), '\n\nage-encryption.org/v1\n'])(
  'what is no age file is told so (%#)',
  async (text) => {
    const { error } = await decrypt(Buffer.from(text, 'latin1'), identities);
    expect((error as Error).message).toMatch(/not an age file/);
  },
);

test('a header without an end does not fill the memory', async () => {
  const endless = Buffer.concat([
    Buffer.from('age-encryption.org/v1\n'),
    Buffer.alloc(2 * 1024 * 1024, `-> x y\n\n`),
  ]);
  const { error } = await decrypt(endless, identities, { sizes: [65_536] });
  expect((error as Error).message).toMatch(/header of the encrypted file is longer/);
});

test('a wrong key is told with what the file was encrypted for and what its manifest names', async () => {
  const rsa = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Bl9vEVJAnP+bOs1jQUcY0L5SRXEDQQ1Y2NDVKpnLB root@pve1';
  const { recipient } = await generateKeyPair();
  const ssh = parseRecipient(rsa);
  const sealed = await encrypt(Buffer.from('x'), [recipient, ssh, run.recipient]);
  const stranger = await createRunIdentity();
  const { output, error } = await decrypt(sealed, [stranger.identity()], { madeFor: [recipient.text, rsa] });
  expect(output).toHaveLength(0);
  expect(error).toBeInstanceOf(WrongKeyError);
  const { message } = error as Error;
  expect(message).toContain('an age key or a passphrase-derived one (X25519) (2 times)');
  expect(message).toMatch(/an ssh-ed25519 key with the tag [A-Za-z0-9+/]{6}/);
  expect(message).toContain(`age key ${recipient.text}`);
  expect(message).toContain(`SSH key (ed25519) ${ssh.fingerprint ?? '?'} root@pve1`);
});

test('an empty list of identities is a wrong key too', async () => {
  const { error } = await decrypt(file, []);
  expect(error).toBeInstanceOf(WrongKeyError);
});

test('encrypting for nobody is refused before anything is made', async () => {
  await expect(createEncryptStage([])).rejects.toThrow(EncryptionError);
});

test('control characters of a manifest do not reach the terminal', async () => {
  const stranger = await createRunIdentity();
  const ssh = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Bl9vEVJAnP+bOs1jQUcY0L5SRXEDQQ1Y2NDVKpnLB me\u001b[2J';
  const { error } = await decrypt(file, [stranger.identity()], { madeFor: ['\u001b]0;title\u0007', ssh] });
  expect((error as Error).message).toContain(']0;title, SSH key');
  expect((error as Error).message).not.toMatch(/\p{Cc}/u);
});
