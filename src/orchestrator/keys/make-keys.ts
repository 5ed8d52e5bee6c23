// From what somebody wants to open archives with to public keys, and a private one only where a pair is made anew. Nothing is
// stored here but the salt, which is not secret.

import { readIdentityFile } from '../../encryption/identity-file.ts';
import {
  addRecipient,
  ensurePassphraseSalt,
  generateKeyPair,
  writeRecipientFile,
  type KeyPair,
} from '../../encryption/key-store.ts';
import { deriveRecipientText, newSalt } from '../../encryption/passphrase-key.ts';
import { readSaltFile } from '../../encryption/passphrase-salt.ts';
import type { PassphraseSource } from '../../encryption/passphrase-source.ts';
import { checkNewPassphrase, passphraseRules } from '../../encryption/passphrase.ts';
import { parseRecipient, withoutDuplicates, type Recipient } from '../../encryption/recipient.ts';
import { EncryptionError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';

export type KeyWish =
  | { kind: 'generate'; isPostQuantum: boolean }
  /** Its bytes are zeroed by the caller. */
  | { kind: 'passphrase'; passphrase: Buffer }
  | { kind: 'recipient'; text: string }
  /** Only the public keys that belong to it are taken. */
  | { kind: 'identity'; path: RealPath; passphrase?: PassphraseSource | undefined };

export interface MadeKeys {
  recipients: readonly Recipient[];
  /** Pairs that were made: their private keys exist nowhere else. */
  generated: readonly KeyPair[];
  /** With a passphrase: what else its key is made of. */
  salt: string | undefined;
}

export interface KeyPlace {
  file: RealPath;
  /** The recipient file cannot be parsed and will be replaced. */
  isFileBroken: boolean;
}

/** @throws EncryptionError for a key, passphrase or file that cannot be used; PassphraseNeededError, WrongKeyError */
export async function makeKeys(host: Host, wishes: readonly KeyWish[], place: KeyPlace): Promise<MadeKeys> {
  const recipients: Recipient[] = [];
  const generated: KeyPair[] = [];
  let salt: string | undefined;
  for (const wish of wishes) {
    if (wish.kind === 'generate') {
      const pair = await generateKeyPair(wish.isPostQuantum ? 'hybrid' : 'x25519');
      generated.push(pair);
      recipients.push(pair.recipient);
    } else if (wish.kind === 'passphrase') {
      checkPassphrase(wish.passphrase);
      salt ??= saltFor(host, place);
      recipients.push(parseRecipient(await deriveRecipientText(wish.passphrase, salt)));
    } else if (wish.kind === 'recipient') recipients.push(parseGiven(wish.text));
    else recipients.push(...(await recipientsOf(host, wish)));
  }
  return { recipients: withoutDuplicates(recipients), generated, salt };
}

/** Before anything is written. @throws EncryptionError */
function checkPassphrase(passphrase: Buffer): void {
  const problems = checkNewPassphrase(passphrase);
  if (problems.length === 0) return;
  throw new EncryptionError(`the passphrase cannot be used: ${problems.join('; ')}`, {
    hint: `Choose one with ${passphraseRules}.`,
  });
}

function saltFor(host: Host, { file, isFileBroken }: KeyPlace): string {
  return isFileBroken ? (readSaltFile(host, file) ?? newSalt()) : ensurePassphraseSalt(host, file);
}

/** A key that was typed. The message never repeats it: it may be a private one. @throws EncryptionError */
export function parseGiven(text: string): Recipient {
  try {
    return parseRecipient(text);
  } catch (error) {
    if (!(error instanceof EncryptionError)) throw error;
    throw new EncryptionError(`what was given ${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

async function recipientsOf(
  host: Host,
  { path, passphrase }: Extract<KeyWish, { kind: 'identity' }>,
): Promise<Recipient[]> {
  const identities = await readIdentityFile(host, path, { passphrase, signal: host.signal });
  return identities.flatMap(({ recipient }) => (recipient === undefined ? [] : [parseRecipient(recipient)]));
}

export interface StoredKeys {
  /** `unchanged`: all of them were there already. */
  action: 'created' | 'added' | 'replaced' | 'unchanged';
  /** Copy of the file as it was before. */
  backup: RealPath | undefined;
}

/** Makes the keys count from the next backup on. @throws EncryptionError */
export function storeKeys(
  host: Host,
  file: RealPath,
  { recipients, salt }: Pick<MadeKeys, 'recipients' | 'salt'>,
  mode: 'add' | 'replace',
): StoredKeys {
  const isThere = host.fs.lstatIfExists(file) !== undefined;
  if (mode === 'replace' || !isThere) {
    const { backup } = writeRecipientFile(host, file, { recipients, salt });
    return { action: isThere ? 'replaced' : 'created', backup };
  }
  let backup: RealPath | undefined;
  let isChanged = false;
  for (const recipient of recipients) {
    const stored = addRecipient(host, file, recipient, salt);
    isChanged ||= stored.isNew;
    backup ??= stored.backup;
  }
  return { action: isChanged ? 'added' : 'unchanged', backup };
}
