// Errors of keys, which callers answer by asking for another one.

import type { Stanza } from 'age-encryption';
import { KeyError } from '../errors.ts';
import { describeRecipientText } from './recipient.ts';

/** None of the given keys opens the file (the message lists what it was encrypted for), or a passphrase opens its key file not. */
export class WrongKeyError extends KeyError {}

/** A key file is protected, and no passphrase was given. */
export class PassphraseNeededError extends KeyError {}

const stanzaNames: Readonly<Record<string, string>> = {
  X25519: 'an age key or a passphrase-derived one (X25519)',
  mlkem768x25519: 'a post-quantum age key (mlkem768x25519)',
  scrypt: 'a passphrase (scrypt)',
};

/** `madeFor`: the recipients that the manifest names. */
export function wrongKey(stanzas: readonly Stanza[], madeFor: readonly string[] = []): WrongKeyError {
  const found = countEqual(stanzas.map(nameStanza)).join(', ');
  // Ours are also made for a key that is forgotten when the run ends.
  const gone = stanzas.length === madeFor.length + 1 ? ' (the other one was its run, whose key is gone)' : '';
  const named =
    madeFor.length === 0
      ? ''
      : `; its manifest names ${madeFor.map(describeRecipientText).join(', ')}${gone}`;
  return new WrongKeyError(
    `none of the given keys opens it: it was encrypted for ${found === '' ? 'nobody' : found}${named}`,
    { hint: 'Give the identity file, SSH private key or passphrase that belongs to one of these.' },
  );
}

function nameStanza({ args: [type = '', tag = ''] }: Stanza): string {
  if (type === 'ssh-ed25519' || type === 'ssh-rsa') return `an ${type} key with the tag ${printable(tag)}`;
  return Object.hasOwn(stanzaNames, type)
    ? (stanzaNames[type] ?? '')
    : `a key of the kind ${printable(type)}`;
}

/** Stanzas have no control characters, but may be as long as somebody liked. */
function printable(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** `a, a, b` -> `a (2 times), b`. */
function countEqual(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count} times)`));
}
