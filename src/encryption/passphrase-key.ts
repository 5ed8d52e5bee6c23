// Keys made from a passphrase, in the form of the existing edition: scrypt gives an X25519 key, so archives are plain age
// files, and the passphrase is not needed to make a backup. The salt is public and lies in the recipient file, beside it,
// and in every manifest.

import { randomBytes } from 'node:crypto';
import { EncryptionError } from '../errors.ts';
import { formatX25519Identity, x25519Identity, type Identity } from './identity.ts';
import { checkNewPassphrase, passphraseForms, passphraseRules } from './passphrase.ts';
import { scryptIdentity, scryptKey } from './scrypt-identity.ts';

const currentPrefix = 'proxsave/age-passphrase/v2:';
/** Salts of older versions: the same for everybody, only for reading. */
const fixedSalts = ['proxsave/age-passphrase/v1', 'proxmox-backup-go/age-passphrase/v1'] as const;
const scryptCost = 2 ** 15;

/** A salt for new keys. */
export function newSalt(): string {
  return `${currentPrefix}${randomBytes(16).toString('hex')}`;
}

/** Whether a text is a salt of a known form. */
export function isSalt(text: string): boolean {
  const isCurrent = text.startsWith(currentPrefix) && /^[0-9a-f]{32}$/.test(text.slice(currentPrefix.length));
  return isCurrent || fixedSalts.some((salt) => salt === text);
}

/** The raw key, clamped. The salt is the text itself, not what its digits stand for. */
async function deriveScalar(passphrase: Buffer, salt: string): Promise<Buffer> {
  const scalar = await scryptKey(passphrase, Buffer.from(salt, 'utf8'), scryptCost);
  scalar[0] = (scalar[0] ?? 0) & 0xf8;
  scalar[31] = ((scalar[31] ?? 0) & 0x7f) | 0x40;
  return scalar;
}

/** The identity of these exact bytes; `passphraseIdentities` for what somebody typed. */
export async function deriveIdentity(passphrase: Buffer, salt: string): Promise<Identity> {
  const scalar = await deriveScalar(passphrase, salt);
  try {
    return x25519Identity(scalar);
  } finally {
    scalar.fill(0);
  }
}

/** The same as text, `AGE-SECRET-KEY-1...`, with which any age program opens the archives. */
export async function deriveIdentityText(passphrase: Buffer, salt: string): Promise<string> {
  const scalar = await deriveScalar(passphrase, salt);
  try {
    return formatX25519Identity(scalar);
  } finally {
    scalar.fill(0);
  }
}

/**
 * The public key of a new passphrase, `age1...`. @throws EncryptionError for one that breaks the rules
 */
export async function deriveRecipientText(passphrase: Buffer, salt: string): Promise<string> {
  const problems = checkNewPassphrase(passphrase);
  if (problems.length > 0) {
    throw new EncryptionError(`the passphrase cannot be used: ${problems.join('; ')}`, {
      hint: `Choose one with ${passphraseRules}.`,
    });
  }
  const { recipient } = await deriveIdentity(passphrase, salt);
  if (recipient === undefined) throw new Error('an X25519 identity has a recipient');
  return recipient;
}

/**
 * All that a passphrase may stand for: keys derived with these salts (of the manifest, of this host) and the fixed ones of
 * older versions, in this order, and a file that age itself encrypted with it.
 */
export async function passphraseIdentities(
  passphrase: Buffer,
  salts: readonly (string | undefined)[] = [],
): Promise<Identity[]> {
  const known = salts.filter((salt) => salt !== undefined && salt !== '') as string[];
  const identities: Identity[] = [];
  for (const salt of new Set([...known, ...fixedSalts])) {
    for (const form of passphraseForms(passphrase)) identities.push(await deriveIdentity(form, salt));
  }
  return [...identities, ...passphraseForms(passphrase).map(scryptIdentity)];
}
