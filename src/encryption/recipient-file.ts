// The recipient file: one public key a line, `#` comments, and the salt of a passphrase-derived key in one of those
// comments (the form of the existing edition).

import { EncryptionError } from '../errors.ts';
import { numberLines } from './key-lines.ts';
import { isSalt } from './passphrase-key.ts';
import { parseRecipient, type Recipient } from './recipient.ts';

export interface FileRecipient {
  recipient: Recipient;
  /** Line in the file, from 1. */
  line: number;
}

export interface RecipientFile {
  recipients: readonly FileRecipient[];
  salt: string | undefined;
}

const saltComment = /^#\s*passphrase-salt:\s*(.*)$/;

export function formatSaltComment(salt: string): string {
  return `# passphrase-salt: ${salt}`;
}

/** @throws EncryptionError naming every wrong line */
export function parseRecipientFile(text: string, path: string): RecipientFile {
  const recipients: FileRecipient[] = [];
  const problems: EncryptionError[] = [];
  let salt: string | undefined;
  for (const { line, number } of numberLines(text, path)) {
    try {
      salt ??= parseSaltComment(line);
      if (line !== '' && !line.startsWith('#')) {
        recipients.push({ recipient: parseRecipient(line), line: number });
      }
    } catch (error) {
      if (!(error instanceof EncryptionError)) throw error;
      problems.push(atPlace(`${path}, line ${number}`, error));
    }
  }
  throwProblems(problems);
  return { recipients, salt };
}

function parseSaltComment(line: string): string | undefined {
  const salt = saltComment.exec(line)?.[1];
  if (salt === undefined || isSalt(salt)) return salt;
  throw new EncryptionError('names a passphrase salt of an unknown form', {
    hint: 'Take the line from a backup of the file, or from the manifest of an archive (passphrase_salt).',
  });
}

/** The error with its place in front. */
export function atPlace(place: string, { message, hint }: EncryptionError): EncryptionError {
  return new EncryptionError(`${place}: ${message}`, { ...(hint !== undefined && { hint }) });
}

/** Throws one error for all of them, with the hint of the first. */
export function throwProblems(problems: readonly EncryptionError[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw first;
  throw new EncryptionError(problems.map(({ message }) => message).join('; '), {
    ...(first.hint !== undefined && { hint: first.hint }),
  });
}
