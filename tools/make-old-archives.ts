// Writes one archive of the existing edition in each form that there is, to try things on: node tools/make-old-archives.ts DIR
// The passphrase of the encrypted ones is Correct-Horse-42.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeOldArchive, oldCodecs, type OldArchive } from '../test/support/old-archives/make-old-archive.ts';
import { oldKeys } from '../test/support/old-archives/old-keys.ts';

const forms: Record<string, OldArchive> = {
  ...Object.fromEntries(oldCodecs.map((codec) => [`bundle-${codec}`, { codec }])),
  ...Object.fromEntries(oldCodecs.map((codec) => [`raw-${codec}`, { codec, form: 'raw' }])),
  'key-value': { form: 'raw', metadata: 'key-value' },
  'shell-edition': { form: 'raw', metadata: 'key-value', codec: 'gz', isShellName: true },
  'no-sidecars': { form: 'raw', metadata: 'none', hasChecksum: false },
  decrypted: { form: 'decrypted', salt: oldKeys.v2.salt },
  'metadata-checksum': { hasMetadataChecksum: true },
  'age-v2': { recipient: oldKeys.v2.recipient, salt: oldKeys.v2.salt },
  'age-v1': { recipient: oldKeys.v1.recipient },
  'age-legacy': { recipient: oldKeys.legacy.recipient, form: 'raw' },
};

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node tools/make-old-archives.ts DIR');
for (const [name, form] of Object.entries(forms)) {
  mkdirSync(join(directory, name), { recursive: true });
  process.stdout.write(`${makeOldArchive(join(directory, name), form)}\n`);
}
