// What encrypting the archive of one run takes: for whom, the stage, and a key of the run alone with which the finished
// file is read back. The modules are loaded only when encryption is on.

import type { Duplex } from 'node:stream';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Host } from '../host/host.ts';

export interface ArchiveEncryption {
  /** Public keys, for the manifest. */
  recipients: readonly string[];
  /** Present when a key was made from a passphrase; not secret. */
  passphraseSalt?: string;
  createEncryptStage: () => Promise<Duplex>;
  /** For reading back what this run wrote. */
  createDecryptStage: () => Duplex;
  /** Drops the key of this run: from then on only the recipients can open the archive. */
  forget: () => void;
}

/**
 * Undefined: encryption is off. Nothing is written.
 * @throws EncryptionError when it is on and there is nobody to encrypt for, or a key file cannot be used
 */
export async function prepareEncryption(
  host: Host,
  config: LoadedConfig,
): Promise<ArchiveEncryption | undefined> {
  if (!config.values.ENCRYPT_ARCHIVE) return undefined;
  const { loadRecipients } = await import('../encryption/load-recipients.ts');
  const { recipients, salt } = loadRecipients(host, config);
  const { createRunIdentity } = await import('../encryption/run-identity.ts');
  const { createEncryptStage } = await import('../encryption/encrypt-stage.ts');
  const { createDecryptStage } = await import('../encryption/decrypt-stage.ts');
  const runIdentity = await createRunIdentity(recipients);
  return {
    recipients: recipients.map(({ text }) => text),
    ...(salt === undefined ? {} : { passphraseSalt: salt }),
    createEncryptStage: () => createEncryptStage([...recipients, runIdentity.recipient]),
    createDecryptStage: () => createDecryptStage([runIdentity.identity()]),
    forget: () => {
      runIdentity.forget();
    },
  };
}
