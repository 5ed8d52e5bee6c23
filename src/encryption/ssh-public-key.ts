// SSH public keys as in id_ed25519.pub and authorized_keys: `TYPE BASE64 COMMENT`.

import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { EncryptionError } from '../errors.ts';
import { readSshWire, SshWireError, type SshReader } from './ssh-wire.ts';
import { edwardsToMontgomery } from './edwards-to-montgomery.ts';

interface SshKeyBase {
  /** `TYPE BASE64`. */
  text: string;
  comment: string | undefined;
  /** The key in SSH's encoding; age hashes it for the tag of a stanza. */
  wire: Buffer;
  fingerprint: string;
  /** The first four bytes of the hash as age writes them into a stanza: base64 without padding. */
  tag: string;
}

export interface SshEd25519PublicKey extends SshKeyBase {
  type: 'ssh-ed25519';
  /** The key as a point for X25519. */
  montgomery: Buffer;
}

export interface SshRsaPublicKey extends SshKeyBase {
  type: 'ssh-rsa';
  key: KeyObject;
}

export type SshPublicKey = SshEd25519PublicKey | SshRsaPublicKey;

/** What age demands. */
const minRsaBits = 2048;
const keyHint = 'Copy the whole line of the .pub file, without a line break.';

/** @throws EncryptionError that says what is wrong with the line */
export function parseSshPublicKey(line: string): SshPublicKey {
  const [typeText = '', base64 = '', ...words] = line.trim().split(/\s+/);
  const type = typeText.toLowerCase();
  if (type !== 'ssh-ed25519' && type !== 'ssh-rsa') {
    throw new EncryptionError(`is an SSH key of the kind ${type}, which age cannot use`, {
      hint: 'Use an ssh-ed25519 or ssh-rsa key, or an age1... one.',
    });
  }
  const wire = Buffer.from(base64, 'base64');
  if (base64 === '' || wire.toString('base64') !== base64) {
    throw new EncryptionError(`is not a whole ${type} key: its base64 text is wrong or cut`, {
      hint: keyHint,
    });
  }
  return parseWire(wire, { type, comment: printableComment(words) });
}

/** Comments are shown in terminals, and come from whoever made the key. */
function printableComment(words: readonly string[]): string | undefined {
  const comment = words.join(' ').replace(/\p{C}/gu, '');
  return comment === '' ? undefined : comment;
}

/** From SSH's encoding, of which a copy is kept. @throws EncryptionError */
export function parseWire(
  encoded: Buffer,
  { type, comment }: { type: 'ssh-ed25519' | 'ssh-rsa'; comment: string | undefined },
): SshPublicKey {
  const wire = Buffer.from(encoded);
  const hash = createHash('sha256').update(wire).digest();
  const base: SshKeyBase = {
    text: `${type} ${wire.toString('base64')}`,
    comment,
    wire,
    fingerprint: `SHA256:${withoutPadding(hash)}`,
    tag: withoutPadding(hash.subarray(0, 4)),
  };
  try {
    const reader = readSshWire(wire);
    if (reader.text() !== type) throw new SshWireError('it names another kind of key inside');
    const parts = type === 'ssh-ed25519' ? readEd25519(reader) : readRsa(reader);
    if (!reader.isAtEnd()) throw new SshWireError('it has more data than its kind has');
    return { ...base, ...parts };
  } catch (error) {
    if (!(error instanceof SshWireError)) throw error;
    throw new EncryptionError(`is not a usable ${type} key: ${error.message}`, {
      hint: keyHint,
      cause: error,
    });
  }
}

function readEd25519(reader: SshReader): Pick<SshEd25519PublicKey, 'type' | 'montgomery'> {
  const point = reader.string();
  const montgomery = point.length === 32 ? edwardsToMontgomery(point) : undefined;
  if (montgomery === undefined) throw new SshWireError('it is no point of the curve');
  return { type: 'ssh-ed25519', montgomery };
}

function readRsa(reader: SshReader): Pick<SshRsaPublicKey, 'type' | 'key'> {
  const exponent = reader.number();
  const modulus = reader.number();
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < minRsaBits) throw new SshWireError(`it has ${bits} bits, and age needs at least ${minRsaBits}`);
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
  try {
    return { type: 'ssh-rsa', key: createPublicKey({ key: jwk, format: 'jwk' }) };
  } catch {
    throw new SshWireError('its numbers are no RSA key');
  }
}

function withoutPadding(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
