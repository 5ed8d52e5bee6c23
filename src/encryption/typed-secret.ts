// One secret that somebody typed, or that came through an environment variable or a file descriptor: a key or a passphrase.

import { EncryptionError } from '../errors.ts';
import { parseIdentityFile, type IdentityFileOptions } from './identity-file.ts';
import type { Identity } from './identity.ts';
import { passphraseIdentities } from './passphrase-key.ts';

export interface SecretOptions extends IdentityFileOptions {
  /** Salts a passphrase may have been used with: of the manifest, of this host. */
  salts?: readonly (string | undefined)[];
  /** What to call the secret in messages. */
  name?: string;
}

/**
 * Recognises keys by how they begin; everything else is a passphrase. A public key is refused instead of being taken for
 * a passphrase that opens nothing. @throws EncryptionError, PassphraseNeededError
 */
export async function secretIdentities(secret: Buffer, options: SecretOptions = {}): Promise<Identity[]> {
  const { name = 'the secret' } = options;
  if (secret.length === 0) throw new EncryptionError(`${name} is empty`);
  const start = secret.subarray(0, 64).toString('latin1').trimStart();
  const isKey =
    /^(AGE-SECRET-KEY-|AGE-PLUGIN-|age1[a-z0-9]{20}|ssh-(ed25519|rsa) AAAA|-----BEGIN |PuTTY-User)/i;
  if (isKey.test(start)) return parseIdentityFile(secret, name, options);
  return passphraseIdentities(secret, options.salts);
}
