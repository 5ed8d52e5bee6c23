// Private keys in OpenSSH's own form (PROTOCOL.key of OpenSSH): what ssh-keygen writes since 2014 for Ed25519 and since 2018
// for all kinds. Unprotected, or encrypted with a key from bcrypt-pbkdf.ts.

import { createDecipheriv, createPrivateKey, type CipherGCMTypes, type KeyObject } from 'node:crypto';
import { EncryptionError } from '../errors.ts';
import { bcryptPbkdf } from './bcrypt-pbkdf.ts';
import type { Identity } from './identity.ts';
import { askPassphrase, type PassphraseSource } from './passphrase-source.ts';
import { sshEd25519Identity, sshRsaIdentity } from './ssh-identity.ts';
import { parseWire, type SshPublicKey } from './ssh-public-key.ts';
import { readSshWire, SshWireError, type SshReader } from './ssh-wire.ts';
import { WrongKeyError } from './wrong-key-error.ts';

const magic = Buffer.from('openssh-key-v1\0', 'latin1');
/** ssh-keygen writes 16 or 24; far more would be minutes of work. */
const maxRounds = 4096;

interface CipherSettings {
  name: string;
  keyBytes: number;
  ivBytes: number;
  tagBytes: number;
}

const ciphers: Readonly<Record<string, CipherSettings>> = {
  'aes128-ctr': { name: 'aes-128-ctr', keyBytes: 16, ivBytes: 16, tagBytes: 0 },
  'aes192-ctr': { name: 'aes-192-ctr', keyBytes: 24, ivBytes: 16, tagBytes: 0 },
  'aes256-ctr': { name: 'aes-256-ctr', keyBytes: 32, ivBytes: 16, tagBytes: 0 },
  'aes128-cbc': { name: 'aes-128-cbc', keyBytes: 16, ivBytes: 16, tagBytes: 0 },
  'aes192-cbc': { name: 'aes-192-cbc', keyBytes: 24, ivBytes: 16, tagBytes: 0 },
  'aes256-cbc': { name: 'aes-256-cbc', keyBytes: 32, ivBytes: 16, tagBytes: 0 },
  'aes128-gcm@openssh.com': { name: 'aes-128-gcm', keyBytes: 16, ivBytes: 12, tagBytes: 16 },
  'aes256-gcm@openssh.com': { name: 'aes-256-gcm', keyBytes: 32, ivBytes: 12, tagBytes: 16 },
};

/** `path` is for messages. */
export interface KeyFileOptions {
  path: string;
  passphrase?: PassphraseSource | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * `data`: the bytes between the BEGIN and END lines, decoded.
 * @throws EncryptionError for a damaged or unusable key, PassphraseNeededError, WrongKeyError for a wrong passphrase
 */
export async function parseOpensshKey(data: Buffer, options: KeyFileOptions): Promise<Identity> {
  const { path } = options;
  try {
    if (!data.subarray(0, magic.length).equals(magic)) throw new SshWireError('it is of an unknown version');
    const reader = readSshWire(data.subarray(magic.length));
    const cipherName = reader.text();
    const kdf = { name: reader.text(), options: reader.string() };
    if (reader.uint32() !== 1) throw new SshWireError('it holds not exactly one key');
    const publicKey = parsePublicPart(reader.string(), path);
    const sealed = reader.string();
    if (cipherName === 'none') return readPrivatePart(sealed, publicKey);
    const cipher = ciphers[cipherName];
    if (cipher === undefined || kdf.name !== 'bcrypt') throw unknownProtection(path, cipherName, kdf.name);
    const tag = reader.bytes(cipher.tagBytes);
    const plain = await decryptPrivatePart({ sealed, tag, cipher, kdfOptions: kdf.options }, options);
    try {
      return readPrivatePart(plain, publicKey);
    } finally {
      plain.fill(0);
    }
  } catch (error) {
    if (!(error instanceof SshWireError)) throw error;
    throw new EncryptionError(`the SSH private key ${path} is damaged: ${error.message}`, { cause: error });
  }
}

function parsePublicPart(wire: Buffer, path: string): SshPublicKey {
  const type = readSshWire(wire).text();
  if (type !== 'ssh-ed25519' && type !== 'ssh-rsa') {
    throw new EncryptionError(`the SSH private key ${path} is of the kind ${type}, which age cannot use`, {
      hint: 'Only ssh-ed25519 and ssh-rsa keys open age files.',
    });
  }
  return parseWire(wire, { type, comment: undefined });
}

function unknownProtection(path: string, cipher: string, kdf: string): EncryptionError {
  return new EncryptionError(
    `the SSH private key ${path} is protected in a way that is not supported (${cipher}, ${kdf})`,
    {
      hint: `Make a copy of it and protect that in the usual way: ssh-keygen -p -Z aes256-ctr -f COPY`,
    },
  );
}

interface SealedPart {
  sealed: Buffer;
  tag: Buffer;
  cipher: CipherSettings;
  kdfOptions: Buffer;
}

async function decryptPrivatePart(
  { sealed, tag, cipher, kdfOptions }: SealedPart,
  { path, passphrase: source, signal }: KeyFileOptions,
): Promise<Buffer> {
  const reader = readSshWire(kdfOptions);
  const salt = reader.string();
  const rounds = reader.uint32();
  if (rounds < 1 || rounds > maxRounds) throw new SshWireError(`its passphrase has ${rounds} rounds`);
  const passphrase = await askPassphrase(source, `the SSH private key ${path}`);
  const length = cipher.keyBytes + cipher.ivBytes;
  const material = await bcryptPbkdf(passphrase, salt, { rounds, length, ...(signal && { signal }) });
  try {
    const [key, iv] = [material.subarray(0, cipher.keyBytes), material.subarray(cipher.keyBytes)];
    const plain = decipher({ key, iv, sealed, tag, cipher });
    if (plain !== undefined && hasEqualChecks(plain)) return plain;
  } finally {
    material.fill(0);
  }
  throw new WrongKeyError(`the passphrase does not open the SSH private key ${path}`, {
    hint: 'Give the passphrase of this key file.',
  });
}

function decipher(part: {
  key: Buffer;
  iv: Buffer;
  sealed: Buffer;
  tag: Buffer;
  cipher: CipherSettings;
}): Buffer | undefined {
  const { key, iv, sealed, tag, cipher } = part;
  try {
    if (cipher.tagBytes > 0) {
      const gcm = createDecipheriv(cipher.name as CipherGCMTypes, key, iv, {
        authTagLength: cipher.tagBytes,
      });
      gcm.setAuthTag(tag);
      return Buffer.concat([gcm.update(sealed), gcm.final()]);
    }
    const stage = createDecipheriv(cipher.name, key, iv).setAutoPadding(false);
    return Buffer.concat([stage.update(sealed), stage.final()]);
  } catch {
    return undefined;
  }
}

/** The same random number twice: how OpenSSH tells a wrong passphrase. */
function hasEqualChecks(plain: Buffer): boolean {
  return plain.length >= 8 && plain.readUInt32BE(0) === plain.readUInt32BE(4);
}

function readPrivatePart(plain: Buffer, publicKey: SshPublicKey): Identity {
  if (!hasEqualChecks(plain)) throw new SshWireError('its private part is not whole');
  const reader = readSshWire(plain.subarray(8));
  if (reader.text() !== publicKey.type) throw new SshWireError('its two parts are of different kinds');
  if (publicKey.type === 'ssh-rsa') return sshRsaIdentity(publicKey, readRsa(reader));
  const point = reader.string();
  const secret = reader.string();
  if (
    secret.length !== 64 ||
    !secret.subarray(32).equals(point) ||
    !publicKey.wire.subarray(-32).equals(point)
  ) {
    throw new SshWireError('its two parts do not belong together');
  }
  return sshEd25519Identity(publicKey, secret.subarray(0, 32));
}

function readRsa(reader: SshReader): KeyObject {
  const [n, e, d, qi, p, q] = [0, 1, 2, 3, 4, 5].map(() => reader.number());
  if (!n || !e || !d || !qi || !p || !q) throw new SshWireError('its numbers are no RSA key');
  const jwk = { kty: 'RSA', n, e, d, p, q, qi, dp: remainder(d, p), dq: remainder(d, q) };
  const texts = Object.entries(jwk).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : value.toString('base64url'),
  ]);
  try {
    return createPrivateKey({ key: Object.fromEntries(texts) as Record<string, string>, format: 'jwk' });
  } catch {
    throw new SshWireError('its numbers are no RSA key');
  }
}

/** d mod (prime - 1), which OpenSSH leaves out. */
function remainder(d: Buffer, prime: Buffer): Buffer {
  const value = BigInt(`0x${d.toString('hex')}`) % (BigInt(`0x${prime.toString('hex')}`) - 1n);
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
}
