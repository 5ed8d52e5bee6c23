// Taking a key away: which one is meant, and that a host which encrypts is not left without any.

import type { LoadedConfig } from '../../config/load-config.ts';
import { removeRecipient } from '../../encryption/key-store.ts';
import { describeRecipient, type Recipient } from '../../encryption/recipient.ts';
import { UsageError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { readHostKeys, type HostKey } from './host-keys.ts';

export interface RemovedKey {
  removed: Recipient;
  /** The file as it was before. */
  backup: RealPath | undefined;
  file: RealPath;
  /** Keys that archives are encrypted for from now on. */
  left: readonly Recipient[];
  isEncrypting: boolean;
}

export interface RemoveRequest {
  which: string;
  mayLeaveNone: boolean;
}

/** @throws UsageError when no or more than one key is meant, or none would be left; EncryptionError */
export function removeKey(host: Host, config: LoadedConfig, request: RemoveRequest): RemovedKey {
  const { keys, file, isEncrypting } = readHostKeys(host, config);
  const { recipient } = pickKey(keys, request.which.trim());
  const others = keys.filter((key) => key.recipient.text !== recipient.text);
  const inline = keys.find(({ recipient: { text }, source }) =>
    source.kind === 'configuration' ? text === recipient.text : false,
  );
  if (inline?.source.kind === 'configuration') {
    throw new UsageError(`${describeRecipient(recipient)} stands in AGE_RECIPIENT (${inline.source.where})`, {
      hint: 'take it out there; this command changes only AGE_RECIPIENT_FILE',
    });
  }
  if (others.length === 0 && isEncrypting && !request.mayLeaveNone) {
    throw new UsageError(
      `${describeRecipient(recipient)} is the only key: with ENCRYPT_ARCHIVE=true and none, backups fail`,
      {
        hint: 'give the host another one first: proxsave key new --replace\nor say --leave-backups-without-a-key',
      },
    );
  }
  const { backup, removed } = removeRecipient(host, file, recipient.text);
  return { removed, backup, file, isEncrypting, left: others.map((key) => key.recipient) };
}

/** Shorter beginnings say too little: all age keys begin with age1. */
const minPrefix = 8;

/** Pure. By text, fingerprint, comment, or the beginning of one of the first two. @throws UsageError */
export function pickKey(keys: readonly HostKey[], which: string): HostKey {
  if (/AGE-SECRET-KEY-/iu.test(which)) {
    throw new UsageError('what was given is a private key (AGE-SECRET-KEY-...)', {
      hint: 'name the public key that belongs to it: proxsave key list',
    });
  }
  const byText = new Map(keys.map((key) => [key.recipient.text, key]));
  const distinct = [...byText.values()];
  const namesOf = ({ recipient: { text, fingerprint, comment } }: HostKey) =>
    [text, fingerprint, comment, `${text} ${comment ?? ''}`].filter((name) => name !== undefined);
  const exact = distinct.filter((key) => namesOf(key).includes(which));
  const isLong = which.length >= minPrefix;
  const found =
    exact.length > 0
      ? exact
      : distinct.filter((key) => isLong && namesOf(key).some((name) => name.startsWith(which)));
  const [only, ...more] = found;
  const hint = `proxsave key list shows them; name one by its text, fingerprint, comment, or the first ${minPrefix} characters or more`;
  if (only === undefined)
    throw new UsageError(`no key of this host is named ${which.slice(0, 100)}`, { hint });
  if (more.length === 0) return only;
  const names = found.map(({ recipient }) => `\n  ${describeRecipient(recipient)}`);
  throw new UsageError(`${which.slice(0, 100)} may mean ${found.length} keys:${names.join('')}`, { hint });
}
