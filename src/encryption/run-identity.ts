// A key pair of one run, held only in memory: an archive is also encrypted for it, so that the finished file can be opened
// and checked. Afterwards nobody can open the archive by it.

import { generateKeyPairSync } from 'node:crypto';
import { formatX25519Recipient, type Identity } from './identity.ts';
import { parseRecipient, type Recipient } from './recipient.ts';
import { x25519PublicBytes } from './x25519.ts';

export interface RunIdentity {
  /** To be added to the recipients of the archive; not for the manifest. */
  recipient: Recipient;
  /** @throws Error after `forget` */
  identity(): Identity;
  /** Drops the private key. Streams that were opened before go on. */
  forget(): void;
}

/** Post-quantum when the recipients are, so that it does not weaken the archive. */
export async function createRunIdentity(recipients: readonly Recipient[] = []): Promise<RunIdentity> {
  const isHybrid = recipients.some(({ kind }) => kind === 'hybrid');
  let identity: Identity | undefined = isHybrid ? await generateHybrid() : generateX25519();
  return {
    recipient: parseRecipient(identity.recipient ?? ''),
    identity() {
      if (identity === undefined) throw new Error('the key of this run was already forgotten');
      return identity;
    },
    forget() {
      identity = undefined;
    },
  };
}

/** The private key never enters JavaScript's memory; OpenSSL clears it when the key object is collected. */
function generateX25519(): Identity {
  const { privateKey } = generateKeyPairSync('x25519');
  return {
    kind: 'x25519',
    recipient: formatX25519Recipient(x25519PublicBytes(privateKey)),
    key: privateKey.toCryptoKey({ name: 'X25519' }, false, ['deriveBits']),
  };
}

async function generateHybrid(): Promise<Identity> {
  const { generateHybridIdentity, identityToRecipient } = await import('age-encryption');
  const key = await generateHybridIdentity();
  return { kind: 'hybrid', recipient: await identityToRecipient(key), key };
}
