// Who the archives of this host are encrypted for: AGE_RECIPIENT and the lines of AGE_RECIPIENT_FILE.

import type { LoadedConfig } from '../config/load-config.ts';
import { EncryptionError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { readKeyText } from './key-lines.ts';
import { readSaltFile } from './passphrase-salt.ts';
import { atPlace, parseRecipientFile, throwProblems, type RecipientFile } from './recipient-file.ts';
import { checkRecipients, parseRecipient, withoutDuplicates, type Recipient } from './recipient.ts';

export interface LoadedRecipients {
  /** At least one. Their `text` goes into the manifest. */
  recipients: readonly Recipient[];
  /** For the manifest (`passphrase_salt`), whenever there is one. */
  salt: string | undefined;
}

/**
 * For a run with ENCRYPT_ARCHIVE=true, before anything is written.
 * @throws EncryptionError when there is no recipient, when one is wrong, or when a salt is there and cannot be read
 */
export function loadRecipients(
  host: Host,
  { values, details }: Pick<LoadedConfig, 'values' | 'details'>,
): LoadedRecipients {
  const path = values.AGE_RECIPIENT_FILE;
  const where = details.get('AGE_RECIPIENT')?.where ?? 'configuration';
  const inline = parseInline(values.AGE_RECIPIENT, where);
  const text = readKeyText(host, path, 'the recipient file');
  const file: RecipientFile =
    text === undefined ? { recipients: [], salt: undefined } : parseRecipientFile(text, path);
  const recipients = withoutDuplicates([...inline, ...file.recipients.map(({ recipient }) => recipient)]);
  if (recipients.length === 0) {
    throw new EncryptionError(
      `ENCRYPT_ARCHIVE=true, but nobody is named to encrypt for: AGE_RECIPIENT is empty and ${path} ${text === undefined ? 'does not exist' : 'names no recipient'}`,
      { hint: 'proxsave key new' },
    );
  }
  checkRecipients(recipients);
  return { recipients, salt: file.salt ?? readSaltFile(host, path) };
}

function parseInline(texts: readonly string[], where: string): Recipient[] {
  const recipients: Recipient[] = [];
  const problems: EncryptionError[] = [];
  for (const [index, text] of texts.entries()) {
    try {
      recipients.push(parseRecipient(text));
    } catch (error) {
      if (!(error instanceof EncryptionError)) throw error;
      const which = texts.length === 1 ? 'AGE_RECIPIENT' : `AGE_RECIPIENT, entry ${index + 1}`;
      problems.push(atPlace(`${which} (${where})`, error));
    }
  }
  throwProblems(problems);
  return recipients;
}
