// The keys of this host as the commands `proxsave key ...` handle them: making a pair, and the recipient file. Private keys
// are given back to be shown, never stored.

import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { describeSystemError, EncryptionError, isSystemError } from '../errors.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import { formatStamp } from '../util/format.ts';
import { formatX25519Identity, x25519Identity } from './identity.ts';
import { newSalt } from './passphrase-key.ts';
import { readKeyText } from './key-lines.ts';
import { readSaltFile, saltFileOf } from './passphrase-salt.ts';
import { formatSaltComment, parseRecipientFile, type RecipientFile } from './recipient-file.ts';
import { checkRecipients, parseRecipient, type Recipient } from './recipient.ts';

export interface KeyPair {
  recipient: Recipient;
  /** `AGE-SECRET-KEY-...`: to be shown once. */
  identityText: string;
}

export interface Stored {
  recipients: readonly Recipient[];
  /** Where the previous file is kept; undefined when there was none. */
  backup: RealPath | undefined;
}

/** `hybrid`: a post-quantum pair, which age programs before 1.3 cannot use. */
export async function generateKeyPair(kind: 'x25519' | 'hybrid' = 'x25519'): Promise<KeyPair> {
  if (kind === 'hybrid') {
    const { generateHybridIdentity, identityToRecipient } = await import('age-encryption');
    const identityText = await generateHybridIdentity();
    return { recipient: parseRecipient(await identityToRecipient(identityText)), identityText };
  }
  const scalar = randomBytes(32);
  try {
    const { recipient = '' } = x25519Identity(scalar);
    return { recipient: parseRecipient(recipient), identityText: formatX25519Identity(scalar) };
  } finally {
    scalar.fill(0);
  }
}

/** What the recipient file says; nothing when there is none. @throws EncryptionError */
export function listRecipients(host: Host, path: RealPath): RecipientFile {
  const text = readKeyText(host, path, 'the recipient file');
  return text === undefined ? { recipients: [], salt: undefined } : parseRecipientFile(text, path);
}

/** Replaces the whole file; the previous one is kept beside it. The salt goes in as its first line. @throws EncryptionError */
export function writeRecipientFile(
  host: Host,
  path: RealPath,
  { recipients, salt }: { recipients: readonly Recipient[]; salt?: string | undefined },
): Stored {
  checkRecipients(recipients);
  const lines = [...(salt === undefined ? [] : [formatSaltComment(salt)]), ...recipients.map(formatLine)];
  return store(host, path, lines);
}

/** Adds a line and leaves the others as they are; a key that is there already changes nothing. @throws EncryptionError */
export function addRecipient(
  host: Host,
  path: RealPath,
  recipient: Recipient,
  salt?: string,
): Stored & { isNew: boolean } {
  const { lines, file } = readLines(host, path);
  const existing = file.recipients.map((entry) => entry.recipient);
  const isNew = existing.every(({ text }) => text !== recipient.text);
  const needsSalt = salt !== undefined && file.salt === undefined;
  if (!isNew && !needsSalt) return { recipients: existing, backup: undefined, isNew };
  if (salt !== undefined && file.salt !== undefined && file.salt !== salt) {
    throw new EncryptionError(`${path} already names another passphrase salt`, {
      hint: 'Derive the key with that salt: all passphrases of a host share one.',
    });
  }
  checkRecipients(isNew ? [...existing, recipient] : existing);
  const saltLines = needsSalt ? [formatSaltComment(salt)] : [];
  return { ...store(host, path, [...saltLines, ...lines, ...(isNew ? [formatLine(recipient)] : [])]), isNew };
}

/**
 * Removes the key that `which` names: its text, with or without comment, or the fingerprint of an SSH key. The file may be
 * left without a recipient; the caller says what that means. @throws EncryptionError when there is no such key
 */
export function removeRecipient(host: Host, path: RealPath, which: string): Stored & { removed: Recipient } {
  const { lines, file } = readLines(host, path);
  const wanted = which.trim();
  const matches = file.recipients.filter(({ recipient }) => isNamed(recipient, wanted));
  const [first] = matches;
  if (first === undefined) {
    throw new EncryptionError(`${path} has no recipient ${wanted.slice(0, 100)}`, {
      hint: 'proxsave key list shows them.',
    });
  }
  const gone = new Set(matches.map(({ line }) => line));
  const kept = lines.filter((_line, index) => !gone.has(index + 1));
  return { ...store(host, path, kept), removed: first.recipient };
}

function isNamed({ text, comment, fingerprint }: Recipient, wanted: string): boolean {
  return wanted === text || wanted === fingerprint || wanted === `${text} ${comment ?? ''}`;
}

/** The salt for passphrases of this host, made and stored when there is none yet. @throws EncryptionError */
export function ensurePassphraseSalt(host: Host, path: RealPath): string {
  const stored = listRecipients(host, path).salt ?? readSaltFile(host, path);
  if (stored !== undefined) return stored;
  const salt = newSalt();
  writePrivate(host, saltFileOf(path), `${salt}\n`);
  return salt;
}

function formatLine({ text, comment }: Recipient): string {
  return comment === undefined ? text : `${text} ${comment}`;
}

/** Lines of the file without the end of the last one, numbered as the parser numbers them. */
function readLines(host: Host, path: RealPath): { lines: string[]; file: RecipientFile } {
  const text = readKeyText(host, path, 'the recipient file') ?? '';
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return { lines, file: parseRecipientFile(text, path) };
}

function store(host: Host, path: RealPath, lines: readonly string[]): Stored {
  const text = lines.map((line) => `${line}\n`).join('');
  const file = parseRecipientFile(text, path);
  const backup = keepPrevious(host, path);
  writePrivate(host, path, text);
  return { recipients: file.recipients.map(({ recipient }) => recipient), backup };
}

/** A copy `<path>.bak-YYYYMMDD-HHMMSS.nnnnnnnnn` with the mode of the original. */
function keepPrevious(host: Host, path: RealPath): RealPath | undefined {
  if (host.fs.lstatIfExists(path) === undefined) return undefined;
  const backup = freeBackupName(host, path);
  writePrivate(host, backup, host.fs.readBytes(path), host.fs.stat(path).mode);
  return backup;
}

function freeBackupName(host: Host, path: RealPath): RealPath {
  const now = host.clock.now();
  const stem = `${path}.bak-${formatStamp(now)}`;
  for (let nanoseconds = now.getMilliseconds() * 1_000_000; ; nanoseconds += 1) {
    const name = asRealPath(`${stem}.${String(nanoseconds).padStart(9, '0')}`);
    if (host.fs.lstatIfExists(name) === undefined) return name;
  }
}

function writePrivate(host: Host, path: RealPath, text: string | Buffer, mode = 0o600): void {
  try {
    host.fs.makeDirectory(asRealPath(posix.dirname(path)), 0o700);
    host.fs.writeFileAtomic(path, text, { mode });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new EncryptionError(`cannot write ${path}: ${describeSystemError(error)}`, {
      hint: 'Run the command as root; check that the disk is neither full nor read-only.',
      cause: error,
    });
  }
}
