// How age encrypts a file key for an SSH key (C2SP age.md, "The ssh-rsa and ssh-ed25519 recipient types").

import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import type { Recipient as AgeRecipient } from 'age-encryption';
import type { SshEd25519PublicKey, SshPublicKey, SshRsaPublicKey } from './ssh-public-key.ts';
import { hkdf, wrapFileKey, x25519, x25519PrivateKey, x25519PublicBytes } from './x25519.ts';

export const ed25519Label = 'age-encryption.org/v1/ssh-ed25519';
export const rsaLabel = 'age-encryption.org/v1/ssh-rsa';

interface StanzaParts {
  args: string[];
  body: Uint8Array;
}

export function sshWrapper(key: SshPublicKey): AgeRecipient {
  return {
    wrapFileKey: async (fileKey) => {
      const { Stanza } = await import('age-encryption');
      const { args, body } =
        key.type === 'ssh-ed25519' ? wrapForEd25519(key, fileKey) : wrapForRsa(key, fileKey);
      return [new Stanza(args, body)];
    },
  };
}

/** The tweak binds the shared secret to the SSH key, of which the X25519 key is only half the story. */
export function ed25519Tweak(key: SshEd25519PublicKey, secret: Buffer): Buffer {
  const tweak = hkdf(Buffer.alloc(0), key.wire, ed25519Label);
  return x25519(x25519PrivateKey(tweak), secret);
}

export function ed25519WrapKey(key: SshEd25519PublicKey, share: Buffer, secret: Buffer): Buffer {
  return hkdf(secret, Buffer.concat([share, key.montgomery]), ed25519Label);
}

export function oaep(label: string) {
  return {
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: 'sha256',
    oaepLabel: Buffer.from(label),
  } as const;
}

function wrapForEd25519(key: SshEd25519PublicKey, fileKey: Uint8Array): StanzaParts {
  const { privateKey } = generateKeyPairSync('x25519');
  const share = x25519PublicBytes(privateKey);
  const secret = ed25519Tweak(key, x25519(privateKey, key.montgomery));
  const wrapKey = ed25519WrapKey(key, share, secret);
  const shareText = share.toString('base64').replace(/=+$/, '');
  return { args: [key.type, key.tag, shareText], body: wrapFileKey(wrapKey, fileKey) };
}

function wrapForRsa(key: SshRsaPublicKey, fileKey: Uint8Array): StanzaParts {
  return { args: [key.type, key.tag], body: publicEncrypt({ key: key.key, ...oaep(rsaLabel) }, fileKey) };
}
