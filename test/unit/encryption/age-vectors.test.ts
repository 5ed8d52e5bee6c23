// The public test vectors of the age format, through our decrypt stage.

import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import * as vectors from 'cctv-age';
import { describe, expect, test } from 'vitest';
import { parseNativeIdentity, type Identity } from '../../../src/encryption/identity.ts';
import { scryptIdentity } from '../../../src/encryption/scrypt-identity.ts';
import { WrongKeyError } from '../../../src/encryption/wrong-key-error.ts';
import { EncryptionError } from '../../../src/errors.ts';
import { decrypt } from './encryption-support.ts';

interface Vector {
  fields: ReadonlyMap<string, readonly string[]>;
  file: Buffer;
}

function parseVector(bytes: Uint8Array): Vector {
  const data = Buffer.from(bytes);
  const end = data.indexOf('\n\n');
  const fields = new Map<string, string[]>();
  for (const line of data.subarray(0, end).toString('utf8').split('\n')) {
    const [key = '', value = ''] = line.split(/: (.*)/s);
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  const body = data.subarray(end + 2);
  return { fields, file: fields.get('compressed')?.[0] === 'zlib' ? inflateSync(body) : body };
}

async function identitiesOf({ fields }: Vector): Promise<Identity[]> {
  const native = await Promise.all((fields.get('identity') ?? []).map(parseNativeIdentity));
  const passphrases = (fields.get('passphrase') ?? []).map((text) => scryptIdentity(Buffer.from(text)));
  return [...native, ...passphrases];
}

/** What the message of each kind of failure says; `no match` is a class of its own. */
const messages: Readonly<Record<string, RegExp>> = {
  'HMAC failure': /its checksum \(MAC\) does not match/,
  'header failure': /malformed|known is only v1|not an age file|within its header|is empty|is damaged/,
  'payload failure': /encrypted data/,
  'armor failure': /\(armor\)|not an age file/,
};

const entries = Object.entries(vectors).filter(([name]) => name !== 'default' && name !== '__esModule');

describe('age test vectors', () => {
  test('all of them are there', () => {
    expect(entries.length).toBeGreaterThan(100);
  });

  test.each(entries)('%s ends as the vector says', async (_name, bytes) => {
    const vector = parseVector(bytes);
    const expected = vector.fields.get('expect')?.[0] ?? '';
    const { output, error } = await decrypt(vector.file, await identitiesOf(vector), { sizes: [10_000] });
    const payload = vector.fields.get('payload')?.[0];
    if (payload !== undefined) expect(createHash('sha256').update(output).digest('hex')).toBe(payload);
    else expect(output).toHaveLength(0);
    if (expected === 'success') {
      expect(error).toBeUndefined();
      return;
    }
    expect(error).toBeInstanceOf(EncryptionError);
    if (expected === 'no match') expect(error).toBeInstanceOf(WrongKeyError);
    else {
      expect(error).not.toBeInstanceOf(WrongKeyError);
      expect((error as Error).message).toMatch(messages[expected] ?? /^unknown expectation$/);
    }
  });
});
