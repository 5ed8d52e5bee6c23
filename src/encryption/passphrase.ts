// Passphrases as bytes: how they are read, and what is asked of new ones.

import { isUtf8 } from 'node:buffer';
import { EncryptionError } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';
import { decodeBytePath, encodeBytePath } from '../util/byte-path.ts';
import { readSecretBytes } from './key-lines.ts';

/** What Go's strings.TrimSpace removes. */
const goSpace = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const outerSpace = new RegExp(`^${goSpace}+|${goSpace}+$`, 'gu');
const minBytes = 12;
const minClasses = 3;

/** For help texts and prompts: everything that checkNewPassphrase demands. */
export const passphraseRules =
  'at least 12 bytes, with three of: small letters, capitals, digits, punctuation or symbols; on one line, without white space at its ends';

/** The passphrase in what was read from a file or a file descriptor: without one newline at the end, nothing else. */
export function stripFinalNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

/** A passphrase file, or a pipe. The caller zeroes what it gets. @throws EncryptionError when it cannot be read or is empty */
export async function readPassphraseFile(host: Host, path: RealPath): Promise<Buffer> {
  const { signal } = host;
  const bytes = await readSecretBytes(host, path, { what: 'the passphrase file', signal });
  const passphrase = stripFinalNewline(bytes);
  if (passphrase.length > 0) return passphrase;
  throw new EncryptionError(`the passphrase file ${path} is empty`);
}

/**
 * The forms in which a passphrase may have been used: as it is, and as the existing edition takes it, without white space
 * at its ends. Usually both are one.
 */
export function passphraseForms(passphrase: Buffer): Buffer[] {
  // Decoded so that every byte comes back, whether or not it is UTF-8.
  const trimmed = encodeBytePath(decodeBytePath(passphrase).replace(outerSpace, ''));
  return trimmed.equals(passphrase) ? [passphrase] : [passphrase, trimmed];
}

/** What is taken for a key, private or public, where either a key or a passphrase may be given. */
export function looksLikeKey(secret: Buffer): boolean {
  const start = secret.subarray(0, 64).toString('latin1').trimStart();
  return /^(AGE-SECRET-KEY-|AGE-PLUGIN-|age1[a-z0-9]{20}|ssh-(ed25519|rsa) AAAA|-----BEGIN |PuTTY-User)/i.test(
    start,
  );
}

/**
 * What speaks against a passphrase for a new key; empty when nothing does. The rules of the existing edition, and that
 * both editions must take the same bytes from it, wherever it is given.
 */
export function checkNewPassphrase(passphrase: Buffer): string[] {
  const text = decodeBytePath(passphrase);
  const problems: string[] = [];
  if (passphrase.length < minBytes) {
    problems.push(`it has ${passphrase.length} bytes; at least ${minBytes} are needed`);
  }
  const classes = [/\p{Lowercase}/u, /\p{Uppercase}/u, /\p{Nd}/u, /[\p{P}\p{S}]/u];
  const found = classes.filter((pattern) => pattern.test(text)).length;
  if (found < minClasses) {
    problems.push(
      `it has ${found} of these kinds of character, and needs ${minClasses}: small letters, capitals, digits, punctuation or symbols`,
    );
  }
  if (passphraseForms(passphrase).length > 1) problems.push('it begins or ends with white space');
  if (/\p{Cc}/u.test(text)) problems.push('it holds a control character, such as a line break or a tab');
  // Nobody could give these again: in the environment, at a terminal, or where a key may stand as well.
  if (!isUtf8(passphrase)) problems.push('it is not text in UTF-8');
  if (text.startsWith('\uFEFF'))
    problems.push('it begins with a byte order mark, which an editor of Windows put there');
  if (looksLikeKey(passphrase)) problems.push('it begins like a key');
  return problems;
}
