// One secret that somebody typed, or that came through an environment variable or a file descriptor: a key or a passphrase.

import { EncryptionError } from '../errors.ts';
import { parseIdentityFile, type IdentityFileOptions } from './identity-file.ts';
import type { Identity } from './identity.ts';
import { passphraseIdentities } from './passphrase-key.ts';
import { looksLikeKey } from './passphrase.ts';

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
  if (looksLikeKey(secret)) return parseIdentityFile(secret, name, options);
  return passphraseIdentities(secret, options.salts);
}
