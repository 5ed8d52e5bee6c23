// Recipients: public keys that archives are encrypted for. What may be given, how it is named, and how it is shown.

import { bech32 } from '@scure/base';
import type { Recipient as AgeRecipient } from 'age-encryption';
import { EncryptionError } from '../errors.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';
import { sshWrapper } from './ssh-recipient.ts';

export type RecipientKind = 'x25519' | 'hybrid' | 'ssh-ed25519' | 'ssh-rsa';

export interface Recipient {
  kind: RecipientKind;
  /** The public key as text, without a comment: for manifests, files and comparing. */
  text: string;
  /** What stands behind an SSH key, such as `root@pve1`. */
  comment: string | undefined;
  /** SSH keys only: `SHA256:...` as ssh-keygen shows it. */
  fingerprint: string | undefined;
  /** For the age library: text of a native key, or what wraps the file key itself. */
  wrapper: string | AgeRecipient;
}

/** Bytes that the bech32 text of a native recipient holds, by its prefix. */
const nativeKinds = {
  age: { kind: 'x25519', bytes: 32 },
  age1pq: { kind: 'hybrid', bytes: 1216 },
} as const;

/**
 * Parses `age1...`, `age1pq1...`, `ssh-ed25519 ...` or `ssh-rsa ...`.
 * @throws EncryptionError that says what is wrong, without quoting what may be a secret
 */
export function parseRecipient(text: string): Recipient {
  const trimmed = text.trim();
  if (/^age1/i.test(trimmed)) return parseNative(trimmed);
  if (/^ssh-/i.test(trimmed)) return parseSsh(trimmed);
  throw notARecipient(trimmed);
}

function parseNative(text: string): Recipient {
  const { prefix, bytes } = decodeNative(text);
  if (!isNativePrefix(prefix)) throw unsupportedNative(prefix);
  const { kind, bytes: expected } = nativeKinds[prefix];
  if (bytes.length !== expected) {
    throw new EncryptionError(`holds ${bytes.length} bytes where a key of its kind has ${expected}`, {
      hint: copyHint,
    });
  }
  return { kind, text, wrapper: text, comment: undefined, fingerprint: undefined };
}

function isNativePrefix(prefix: string): prefix is keyof typeof nativeKinds {
  return Object.hasOwn(nativeKinds, prefix);
}

const copyHint = 'Copy the whole line that begins with age1, without a line break.';

function decodeNative(text: string): { prefix: string; bytes: Uint8Array } {
  if (text !== text.toLowerCase()) {
    throw new EncryptionError('is not a recipient: age1... is written in small letters only', {
      hint: copyHint,
    });
  }
  if (/\s/.test(text)) {
    throw new EncryptionError('has something behind the key: an age1... recipient stands alone on its line', {
      hint: 'Put remarks on a line of their own that begins with #.',
    });
  }
  try {
    const { prefix, words } = bech32.decode(text as `${string}1${string}`, false);
    return { prefix, bytes: bech32.fromWords(words) };
  } catch (error) {
    throw new EncryptionError(
      'is not a recipient: its checksum is wrong, so a character is wrong or missing',
      {
        hint: copyHint,
        cause: error,
      },
    );
  }
}

function unsupportedNative(prefix: string): EncryptionError {
  const what = prefix.startsWith('age1tag')
    ? 'a key on a hardware token'
    : `a key of an age plugin (${prefix})`;
  return new EncryptionError(`is ${what}, which ProxSave could never open again`, {
    hint: 'Use an age1..., age1pq1..., ssh-ed25519 or ssh-rsa key.',
  });
}

function parseSsh(text: string): Recipient {
  const key = parseSshPublicKey(text);
  return {
    kind: key.type,
    text: key.text,
    comment: key.comment,
    fingerprint: key.fingerprint,
    wrapper: sshWrapper(key),
  };
}

function notARecipient(text: string): EncryptionError {
  if (/AGE-SECRET-KEY-/i.test(text)) {
    return new EncryptionError('is a private key (AGE-SECRET-KEY-...); a recipient is a public one', {
      hint: 'Put the age1... key that belongs to it here, and keep the private key off this host.',
    });
  }
  if (text.startsWith('-----BEGIN')) {
    return new EncryptionError('begins a private key file; a recipient is a public key on one line', {
      hint: 'Use the .pub file of the key.',
    });
  }
  const ecdsa = /^(ecdsa|sk)-/.test(text);
  return new EncryptionError(ecdsa ? 'is an SSH key of a kind that age cannot use' : 'is not a recipient', {
    hint: 'A recipient is an age1..., age1pq1..., ssh-ed25519 or ssh-rsa key.',
  });
}

const kindNames: Readonly<Record<RecipientKind, string>> = {
  x25519: 'age key',
  hybrid: 'post-quantum age key',
  'ssh-ed25519': 'SSH key (ed25519)',
  'ssh-rsa': 'SSH key (RSA)',
};

/** For people, short: `age key age1wwu2...aauu2f6`, `SSH key (ed25519) SHA256:... root@pve1`. */
export function describeRecipient(recipient: Recipient): string {
  const { kind, text, fingerprint, comment } = recipient;
  const name = fingerprint ?? (kind === 'hybrid' ? `${text.slice(0, 16)}...${text.slice(-8)}` : text);
  return [kindNames[kind], name, comment].filter((part) => part !== undefined).join(' ');
}

const maxShown = 100;

/** What a manifest names, described; of a text that is no recipient what can be shown. */
export function describeRecipientText(text: string): string {
  try {
    return describeRecipient(parseRecipient(text));
  } catch (error) {
    if (error instanceof EncryptionError) return text.replace(/\p{C}/gu, '').slice(0, maxShown);
    throw error;
  }
}

/** The same keys once each, in order. */
export function withoutDuplicates(recipients: readonly Recipient[]): Recipient[] {
  const byText = new Map<string, Recipient>();
  for (const recipient of recipients) if (!byText.has(recipient.text)) byText.set(recipient.text, recipient);
  return [...byText.values()];
}

/**
 * As the `age` program does: a file that one classical key opens is not safe against a quantum computer, whatever the
 * other keys are. @throws EncryptionError when there is no recipient, or when both kinds are there
 */
export function checkRecipients(recipients: readonly Recipient[]): void {
  if (recipients.length === 0) throw new EncryptionError('there is no recipient to encrypt for');
  const classical = recipients.filter(({ kind }) => kind !== 'hybrid');
  if (classical.length === 0 || classical.length === recipients.length) return;
  const names = classical.map(describeRecipient).join(', ');
  throw new EncryptionError(
    `post-quantum recipients cannot be used together with others, whose keys would undo their protection: ${names}`,
    { hint: 'Remove these recipients, or the age1pq1... ones.' },
  );
}
