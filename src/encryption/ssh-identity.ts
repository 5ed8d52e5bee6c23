// How a file key that age encrypted for an SSH key is opened with the private key.

import { createHash, privateDecrypt, type KeyObject } from 'node:crypto';
import type { Stanza } from 'age-encryption';
import { EncryptionError } from '../errors.ts';
import type { Identity } from './identity.ts';
import type { SshEd25519PublicKey, SshPublicKey, SshRsaPublicKey } from './ssh-public-key.ts';
import { ed25519Tweak, ed25519WrapKey, oaep, rsaLabel } from './ssh-recipient.ts';
import { unwrapFileKey, x25519, x25519PrivateKey } from './x25519.ts';

const shareBytes = 32;
const bodyBytes = 32;

/** `seed`: the 32 secret bytes of the Ed25519 key; the caller zeroes them. */
export function sshEd25519Identity(publicKey: SshEd25519PublicKey, seed: Uint8Array): Identity {
  const hash = createHash('sha512').update(seed).digest();
  const privateKey = x25519PrivateKey(hash.subarray(0, 32));
  hash.fill(0);
  return sshIdentity(publicKey, (stanza) => openEd25519(publicKey, privateKey, stanza));
}

export function sshRsaIdentity(publicKey: SshRsaPublicKey, privateKey: KeyObject): Identity {
  return sshIdentity(publicKey, (stanza) => openRsa(privateKey, stanza));
}

/** Stanzas of other keys are passed over; one with the tag of this key must open. */
function sshIdentity(publicKey: SshPublicKey, open: (stanza: Stanza) => Buffer | undefined): Identity {
  const isMine = ({ args }: Stanza) => args[0] === publicKey.type && args[1] === publicKey.tag;
  return {
    kind: publicKey.type,
    recipient: publicKey.text,
    key: {
      unwrapFileKey(stanzas) {
        const mine = stanzas.filter(isMine);
        for (const stanza of mine) {
          const fileKey = open(stanza);
          if (fileKey !== undefined) return fileKey;
        }
        // Tags have 32 bits, so two keys can share one; but a damaged stanza is by far more likely.
        if (mine.length > 0) throw notOpened(publicKey);
        return null;
      },
    },
  };
}

function openEd25519(
  publicKey: SshEd25519PublicKey,
  privateKey: KeyObject,
  { args, body }: Stanza,
): Buffer | undefined {
  const share = Buffer.from(args[2] ?? '', 'base64');
  const isWhole = args.length === 3 && share.toString('base64').replace(/=+$/, '') === args[2];
  if (!isWhole || share.length !== shareBytes || body.length !== bodyBytes) throw notOpened(publicKey);
  const secret = ed25519Tweak(publicKey, x25519(privateKey, share));
  return unwrapFileKey(ed25519WrapKey(publicKey, share, secret), body);
}

function openRsa(privateKey: KeyObject, { args, body }: Stanza): Buffer | undefined {
  if (args.length !== 2) return undefined;
  try {
    return privateDecrypt({ key: privateKey, ...oaep(rsaLabel) }, body);
  } catch {
    return undefined;
  }
}

function notOpened({ type, tag }: SshPublicKey): EncryptionError {
  return new EncryptionError(
    `the file is encrypted for this ${type} key (tag ${tag}), but its part of the header is damaged`,
    { hint: 'Check another copy of the file, or use another key it was encrypted for.' },
  );
}
