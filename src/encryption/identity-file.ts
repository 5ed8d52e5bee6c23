// Files with secrets that open archives: age identity files, the same encrypted with a passphrase, SSH private keys.

import { pipeline } from 'node:stream/promises';
import { EncryptionError } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';
import { createDecryptStage } from './decrypt-stage.ts';
import { parseNativeIdentity, type Identity } from './identity.ts';
import { maxKeyFileBytes, numberLines, readSecretBytes } from './key-lines.ts';
import type { KeyFileOptions } from './openssh-private-key.ts';
import { askPassphrase, type PassphraseSource } from './passphrase-source.ts';
import { passphraseForms } from './passphrase.ts';
import { parsePemKey } from './pem-private-key.ts';
import { scryptIdentity } from './scrypt-identity.ts';
import { WrongKeyError } from './wrong-key-error.ts';

export interface IdentityFileOptions {
  /** For a protected file: its passphrase, or what asks for it. */
  passphrase?: PassphraseSource | undefined;
  signal?: AbortSignal | undefined;
}

const armorBegin = '-----BEGIN AGE ENCRYPTED FILE-----';

/** Reads and parses a key file; also a pipe, as a shell's `<(...)` gives one. @throws as parseIdentityFile */
export async function readIdentityFile(
  host: Host,
  path: RealPath,
  options: IdentityFileOptions = {},
): Promise<Identity[]> {
  const { signal } = options;
  const bytes = await readSecretBytes(host, path, { what: 'the identity file', signal });
  try {
    return await parseIdentityFile(bytes, path, options);
  } finally {
    bytes.fill(0);
  }
}

/**
 * Every identity in a key file. The caller zeroes `bytes`; `path` is for messages.
 * @throws EncryptionError naming the file and line, PassphraseNeededError, WrongKeyError for a wrong passphrase
 */
export async function parseIdentityFile(
  bytes: Buffer,
  path: string,
  options: IdentityFileOptions = {},
): Promise<Identity[]> {
  if (bytes.length > maxKeyFileBytes) {
    throw new EncryptionError(`${path} is no key file: it has ${bytes.length} bytes`);
  }
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (text.startsWith('age-encryption.org/') || text.startsWith(armorBegin)) {
    return parseEncryptedFile(bytes, path, options);
  }
  const fileOptions: KeyFileOptions = { path, ...options };
  if (text.startsWith('-----BEGIN ')) return [await parsePemKey(text, fileOptions)];
  return parseIdentityLines(bytes.toString('utf8'), path);
}

async function parseIdentityLines(text: string, path: string): Promise<Identity[]> {
  const identities: Identity[] = [];
  for (const { line, number } of numberLines(text, path)) {
    if (line === '' || line.startsWith('#')) continue;
    try {
      checkIsIdentity(line);
      identities.push(await parseNativeIdentity(line));
    } catch (error) {
      if (!(error instanceof EncryptionError)) throw error;
      throw new EncryptionError(`${path}, line ${number}: ${error.message}`, {
        ...(error.hint !== undefined && { hint: error.hint }),
      });
    }
  }
  if (identities.length > 0) return identities;
  throw new EncryptionError(`${path} holds no identity`, {
    hint: 'An identity file has lines that begin with AGE-SECRET-KEY-, or is an SSH private key.',
  });
}

function checkIsIdentity(line: string): void {
  if (/^AGE-PLUGIN-/i.test(line)) {
    throw new EncryptionError('is an identity of an age plugin, which ProxSave cannot use', {
      hint: 'Decrypt the archive with the age program and that plugin.',
    });
  }
  if (/^(age1|ssh-)/i.test(line)) {
    throw new EncryptionError('is a public key (recipient), not an identity', {
      hint: 'Give the file with the private key that belongs to it.',
    });
  }
  if (/^PuTTY-User-Key-File/i.test(line)) {
    throw new EncryptionError('begins a private key of PuTTY', {
      hint: 'Convert it: puttygen KEY.ppk -O private-openssh -o KEY',
    });
  }
  if (!/^AGE-SECRET-KEY-/i.test(line)) {
    throw new EncryptionError('is not an identity: those begin with AGE-SECRET-KEY-', {
      hint: 'A passphrase is given in another way than an identity file.',
    });
  }
}

async function parseEncryptedFile(
  bytes: Buffer,
  path: string,
  options: IdentityFileOptions,
): Promise<Identity[]> {
  const passphrase = await askPassphrase(options.passphrase, `the identity file ${path}`);
  const identities = passphraseForms(passphrase).map(scryptIdentity);
  const pieces: Buffer[] = [];
  try {
    await pipeline([bytes], createDecryptStage(identities), async (plain: AsyncIterable<Buffer>) => {
      for await (const piece of plain) pieces.push(piece);
    });
  } catch (error) {
    if (error instanceof WrongKeyError) {
      throw new WrongKeyError(`the passphrase does not open the identity file ${path}`, { cause: error });
    }
    if (!(error instanceof EncryptionError)) throw error;
    throw new EncryptionError(`the identity file ${path}: ${error.message}`, { cause: error });
  }
  const plain = Buffer.concat(pieces);
  try {
    return await parseIdentityFile(plain, path, options);
  } finally {
    for (const piece of [plain, ...pieces]) piece.fill(0);
  }
}
