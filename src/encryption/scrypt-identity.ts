// Files that `age -p` encrypted with a passphrase (C2SP age.md, "The scrypt recipient type"). ProxSave does not make them;
// key files protected in this way are common.

import { scrypt } from 'node:crypto';
import type { Stanza } from 'age-encryption';
import { EncryptionError } from '../errors.ts';
import type { Identity } from './identity.ts';
import { unwrapFileKey } from './x25519.ts';

const saltLabel = 'age-encryption.org/v1/scrypt';
/** About a GiB of memory; the age program's own files have 18. */
const maxLogN = 20;
const saltBytes = 16;
const blockSize = 8;

/** `passphrase` is used until the identity is no longer needed; the caller zeroes it then. */
export function scryptIdentity(passphrase: Buffer): Identity {
  return {
    kind: 'passphrase',
    recipient: undefined,
    key: {
      async unwrapFileKey(stanzas) {
        const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
        if (stanza === undefined) return null;
        if (stanzas.length > 1) throw malformed('a passphrase stands beside other recipients');
        return (await openStanza(stanza, passphrase)) ?? null;
      },
    },
  };
}

async function openStanza({ args, body }: Stanza, passphrase: Buffer): Promise<Buffer | undefined> {
  const [, saltText = '', workText = ''] = args;
  const salt = Buffer.from(saltText, 'base64');
  const isCanonical = salt.toString('base64').replace(/=+$/, '') === saltText;
  if (args.length !== 3 || salt.length !== saltBytes || !isCanonical) throw malformed('its salt is wrong');
  if (!/^[1-9][0-9]?$/.test(workText)) throw malformed('its work factor is no number');
  const logN = Number(workText);
  if (logN > maxLogN) throw malformed(`its work factor ${logN} is above ${maxLogN}`);
  if (body.length !== 32) throw malformed('its file key has a wrong length');
  const key = await scryptKey(passphrase, Buffer.concat([Buffer.from(saltLabel), salt]), 2 ** logN);
  return unwrapFileKey(key, body);
}

/** scrypt with r=8, p=1 and 32 bytes of result, on another thread. */
export function scryptKey(passphrase: Buffer, salt: Buffer, cost: number): Promise<Buffer> {
  // What the algorithm needs, and some room for its bookkeeping.
  const maxmem = 128 * cost * blockSize + 32 * 1024 * 1024;
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, { N: cost, r: blockSize, p: 1, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function malformed(what: string): EncryptionError {
  return new EncryptionError(`the header of the encrypted file is malformed: ${what}`, {
    hint: 'Check another copy of it.',
  });
}
