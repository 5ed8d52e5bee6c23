// Where the salt of passphrase-derived keys is kept on the host: as a comment in the recipient file, and in
// `passphrase.salt` beside it. Without the salt the passphrase is worth nothing, so what is there and cannot be read stops
// the backup.

import { posix } from 'node:path';
import { EncryptionError } from '../errors.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../host/host.ts';
import { readKeyText } from './key-lines.ts';
import { isSalt } from './passphrase-key.ts';

export function saltFileOf(recipientFile: RealPath): RealPath {
  return joinReal(asRealPath(posix.dirname(recipientFile)), 'passphrase.salt');
}

/** Undefined when there is no such file. @throws EncryptionError when it cannot be read or holds no salt */
export function readSaltFile(host: Host, recipientFile: RealPath): string | undefined {
  const path = saltFileOf(recipientFile);
  const text = readKeyText(host, path, 'the passphrase salt');
  if (text === undefined) return undefined;
  const salt = text.replace(/^\uFEFF/, '').trim();
  if (isSalt(salt)) return salt;
  throw new EncryptionError(
    `${path} ${salt === '' ? 'is empty' : 'holds no passphrase salt of a known form'}`,
    {
      hint: 'Restore it from a backup, or take the salt from the manifest of an archive (passphrase_salt). Remove the file only if no passphrase-derived key is used.',
    },
  );
}
