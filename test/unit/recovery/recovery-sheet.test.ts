// What the sheet says in each case. That its commands work is proved by test/e2e/recovery-kit.test.ts.

import { expect, test } from 'vitest';
import { renderQrCode } from '../../../src/recovery/qr-code.ts';
import { renderRecoverySheet, type SheetFacts } from '../../../src/recovery/recovery-sheet.ts';
import { oldKeys } from '../../support/old-archives/old-keys.ts';

const { recipient, identity, salt } = oldKeys.v2;
const facts: SheetFacts = {
  hostname: 'pve1',
  now: new Date(2026, 6, 24, 2, 0, 0),
  recipients: [recipient],
  places: ['primary: /var/lib/proxsave/backups'],
  newest: 'pve1-backup-20260724-020000.tar.xz.age.bundle.tar',
};

test('with the identity given, it stands on the sheet, and it is said to write it into a file', () => {
  const sheet = renderRecoverySheet({ ...facts, identity });
  expect(sheet).toContain(`    ${identity}\n`);
  expect(sheet).toContain('(write the identity above into a file: key.txt, one line)');
  expect(sheet).toContain('apt-get install tar age xz-utils\n');
});

test('without it, there is a line to write down where it is, and no word of an identity above', () => {
  const sheet = renderRecoverySheet(facts);
  expect(sheet).toContain('The identity is not on this sheet. It is kept:');
  expect(sheet).not.toContain('identity above');
  expect(sheet).toContain('--identity key.txt');
});

test('for a passphrase it has the salt, the hint and python3, and never asks for a file', () => {
  const sheet = renderRecoverySheet({ ...facts, passphraseSalt: salt, passphraseHint: 'the horse' });
  expect(sheet).toContain(`passphrase_salt ${salt}`);
  expect(sheet).toContain('the horse');
  expect(sheet).toContain('apt-get install tar age python3 xz-utils\n');
  expect(sheet).toContain('--to rescue --passphrase\n');
  expect(sheet).not.toContain('key.txt');
});

test('for post-quantum keys it says which age program opens them, for others not', () => {
  const note = '(post-quantum keys need age 1.3 or newer';
  expect(renderRecoverySheet({ ...facts, recipients: ['age1pq1xyz'] })).toContain(note);
  expect(renderRecoverySheet(facts)).not.toContain(note);
});

test('without encryption it says that no key is needed', () => {
  const sheet = renderRecoverySheet({ ...facts, recipients: [], newest: 'pve1-backup-20260724-020000.tar' });
  expect(sheet).toContain('None needed');
  expect(sheet).toContain('apt-get install tar\n');
  expect(sheet).toContain('  cat pve1-backup-20260724-020000.tar | tar -xp');
});

test('a name that a shell would take apart is quoted', () => {
  const sheet = renderRecoverySheet({ ...facts, recipients: [], newest: "it's here.tar.zst" });
  expect(sheet).toContain(String.raw`sh recover.sh 'it'\''s here.tar.zst' --to rescue`);
  expect(sheet).toContain(String.raw`sha256sum -c 'it'\''s here.tar.zst.sha256'`);
});

test('of a decrypted bundle the members have the name without the ending', () => {
  const newest = 'pve1-backup-20260724-020000.tar.zst.decrypted.bundle.tar';
  const sheet = renderRecoverySheet({ ...facts, recipients: [], newest });
  expect(sheet).toContain('sha256sum -c pve1-backup-20260724-020000.tar.zst.sha256');
  expect(sheet).toContain('zstd -dc | tar');
});

test('a QR code is a square of half blocks with a quiet zone around it', () => {
  const rows = renderQrCode(identity);
  const [first = ''] = rows;
  // Two rows of modules a line; light modules are drawn.
  expect(rows.every((row) => row.length === first.length)).toBe(true);
  expect(rows.length).toBe(Math.ceil(first.length / 2));
  expect(first).toMatch(/^█+$/u);
  expect(rows.every((row) => row.startsWith('██') && row.endsWith('██'))).toBe(true);
});
