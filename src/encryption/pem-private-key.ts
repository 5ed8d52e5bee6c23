// Private keys in PEM files: OpenSSH's own form, and PKCS#1 and PKCS#8 of OpenSSL, protected or not.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { EncryptionError } from '../errors.ts';
import type { Identity } from './identity.ts';
import { parseOpensshKey, type KeyFileOptions } from './openssh-private-key.ts';
import { askPassphrase } from './passphrase-source.ts';
import { sshEd25519Identity, sshRsaIdentity } from './ssh-identity.ts';
import { parseWire } from './ssh-public-key.ts';
import { sshNumber, writeSshStrings } from './ssh-wire.ts';
import { WrongKeyError } from './wrong-key-error.ts';

const opensshLabel = 'OPENSSH PRIVATE KEY';

/** `text` begins with `-----BEGIN`. @throws EncryptionError, PassphraseNeededError, WrongKeyError (a wrong passphrase) */
export async function parsePemKey(text: string, options: KeyFileOptions): Promise<Identity> {
  const { label, body } = splitPem(text, options.path);
  if (label === opensshLabel) {
    const data = Buffer.from(body.replace(/\s+/g, ''), 'base64');
    try {
      return await parseOpensshKey(data, options);
    } finally {
      data.fill(0);
    }
  }
  if (!label.endsWith('PRIVATE KEY')) {
    throw new EncryptionError(`${options.path} holds no private key but a ${label.toLowerCase()}`, {
      hint: 'Give an age identity file or an SSH private key.',
    });
  }
  return identityOf(await openPem(text, label, options), options.path);
}

function splitPem(text: string, path: string): { label: string; body: string } {
  const match = /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----/.exec(text);
  if (match === null) {
    throw new EncryptionError(`the private key ${path} is cut short: its END line is missing`, {
      hint: 'Copy the whole file, with its BEGIN and END lines.',
    });
  }
  return { label: match[1] ?? '', body: match[2] ?? '' };
}

async function openPem(text: string, label: string, options: KeyFileOptions): Promise<KeyObject> {
  const isProtected = label.startsWith('ENCRYPTED') || /^Proc-Type:.*ENCRYPTED/m.test(text);
  const purpose = `the private key ${options.path}`;
  const passphrase = isProtected ? await askPassphrase(options.passphrase, purpose) : undefined;
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(passphrase && { passphrase }) });
  } catch (error) {
    if (isProtected) {
      throw new WrongKeyError(`the passphrase does not open ${purpose}`, {
        hint: 'Give the passphrase of this key file.',
        cause: error,
      });
    }
    throw new EncryptionError(`${purpose} is damaged or of an unknown kind (${label})`, { cause: error });
  }
}

function identityOf(key: KeyObject, path: string): Identity {
  const type = key.asymmetricKeyType;
  if (type !== 'rsa' && type !== 'ed25519') {
    throw new EncryptionError(
      `the private key ${path} is of the kind ${type ?? 'unknown'}, which age cannot use`,
      {
        hint: 'Only ssh-ed25519 and ssh-rsa keys open age files.',
      },
    );
  }
  const { n, e, x } = createPublicKey(key).export({ format: 'jwk' });
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  const publicKey =
    type === 'rsa'
      ? parseWire(writeSshStrings('ssh-rsa', sshNumber(bytes(e)), sshNumber(bytes(n))), {
          type: 'ssh-rsa',
          comment: undefined,
        })
      : parseWire(writeSshStrings('ssh-ed25519', bytes(x)), { type: 'ssh-ed25519', comment: undefined });
  if (publicKey.type === 'ssh-rsa') return sshRsaIdentity(publicKey, key);
  const seed = bytes(key.export({ format: 'jwk' }).d);
  try {
    return sshEd25519Identity(publicKey, seed);
  } finally {
    seed.fill(0);
  }
}
