// Who can open the archives of this host: the keys that its configuration names, each with its place.

import type { LoadedConfig } from '../../config/load-config.ts';
import { listRecipients } from '../../encryption/key-store.ts';
import { readSaltFile, saltFileOf } from '../../encryption/passphrase-salt.ts';
import { atPlace, throwProblems } from '../../encryption/recipient-file.ts';
import { checkRecipients, parseRecipient, type Recipient } from '../../encryption/recipient.ts';
import { EncryptionError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';

export interface HostKey {
  recipient: Recipient;
  /** `file`: a line of AGE_RECIPIENT_FILE; `configuration`: an entry of AGE_RECIPIENT, set at `where`. */
  source: { kind: 'file'; path: RealPath; line: number } | { kind: 'configuration'; where: string };
}

export interface HostKeys {
  /** AGE_RECIPIENT_FILE, whether or not it is there. */
  file: RealPath;
  /** ENCRYPT_ARCHIVE. */
  isEncrypting: boolean;
  /** Those of AGE_RECIPIENT first, as a backup takes them. A key may stand at several places. */
  keys: readonly HostKey[];
  /** Of passphrase-derived keys, and the file that it stands in. Not secret. */
  salt: { text: string; path: RealPath; isInRecipientFile: boolean } | undefined;
}

/** @throws EncryptionError naming every wrong key with its place */
export function readHostKeys(host: Host, config: Pick<LoadedConfig, 'values' | 'details'>): HostKeys {
  const { AGE_RECIPIENT_FILE: path, ENCRYPT_ARCHIVE } = config.values;
  const inline = inlineKeys(config);
  const file = listRecipients(host, path);
  const beside = file.salt === undefined ? readSaltFile(host, path) : undefined;
  return {
    file: path,
    isEncrypting: ENCRYPT_ARCHIVE,
    keys: [
      ...inline,
      ...file.recipients.map(({ recipient, line }): HostKey => ({
        recipient,
        source: { kind: 'file', path, line },
      })),
    ],
    salt:
      file.salt !== undefined
        ? { text: file.salt, path, isInRecipientFile: true }
        : beside === undefined
          ? undefined
          : { text: beside, path: saltFileOf(path), isInRecipientFile: false },
  };
}

/** The entries of AGE_RECIPIENT. @throws EncryptionError */
export function inlineKeys({ values, details }: Pick<LoadedConfig, 'values' | 'details'>): HostKey[] {
  const where = details.get('AGE_RECIPIENT')?.where ?? 'configuration';
  const problems: EncryptionError[] = [];
  const keys = values.AGE_RECIPIENT.flatMap((text, index): HostKey[] => {
    try {
      return [{ recipient: parseRecipient(text), source: { kind: 'configuration', where } }];
    } catch (error) {
      if (!(error instanceof EncryptionError)) throw error;
      problems.push(atPlace(`AGE_RECIPIENT, entry ${index + 1} (${where})`, error));
      return [];
    }
  });
  throwProblems(problems);
  return keys;
}

/** Can archives be encrypted for all of these together? @throws EncryptionError */
export function checkTogether(
  keys: readonly HostKey[],
  added: readonly Recipient[],
  mode: 'add' | 'replace',
): void {
  const stay = keys.filter(({ source }) => mode === 'add' || source.kind === 'configuration');
  checkRecipients([...stay.map(({ recipient }) => recipient), ...added]);
}
