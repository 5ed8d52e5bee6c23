// Encryption end to end: who can open what a backup makes, with Debian's age and with the program itself.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ageKey, createEncryptedHost, fileInTar, openWithAge, sshKey } from '../support/encrypted-host.ts';
import { hasPrograms } from '../support/needs.ts';
import { launcher, runBackup } from '../support/run-program.ts';
import { createSandbox, lastRecord, namesIn, plainHost } from '../support/sandbox.ts';
import { runCli } from '../unit/cli/cli-host.ts';

const hasAge = hasPrograms('age', 'age-keygen', 'ssh-keygen');
const notes = plainHost['/root/notes.txt'] as string;
const path = { PATH: process.env.PATH ?? '' };

describe('encryption is on and nobody can be encrypted for', () => {
  const cases: [string, Record<string, string>, Record<string, string>][] = [
    ['no recipient at all', {}, {}],
    ['an empty recipient file', {}, { '/etc/proxsave/age/recipient.txt': '# nobody\n\n' }],
    ['a recipient with a typing error', { AGE_RECIPIENT: 'age1wwu24t062u59zzhd5' }, {}],
    [
      'a private key in place of a public one',
      { AGE_RECIPIENT: 'AGE-SECRET-KEY-19PEQWY4LH25WLJ9XCSPJQC6ERVJDJNQZ4AFYPMKH2LUCNHJZ2AZSA8984S' },
      {},
    ],
    ['a file with one wrong line', {}, { '/etc/proxsave/age/recipient.txt': 'ssh-dss AAAA\n' }],
  ];
  test.each(cases)('%s: 15, and no archive, whole or begun', async (_, env, files) => {
    const sandbox = createSandbox({
      files: { ...plainHost, ...files },
      env: { ENCRYPT_ARCHIVE: 'true', ...env },
    });
    for (const args of [[], ['--dry-run']]) {
      const { code, stdout, stderr } = await runBackup(sandbox, { args });
      expect([args, code]).toEqual([args, 15]);
      expect(namesIn(sandbox.backups)).toEqual([]);
      expect(stdout + stderr).not.toContain('19PEQWY4LH');
    }
    expect(lastRecord(sandbox)).toMatchObject({ exit_code: 15, archive_path: '' });
  });
});

describe.skipIf(!hasAge)(
  'Debian\u2019s age (where age and ssh-keygen are installed) opens an archive',
  () => {
    test.each(['x25519', 'ssh-ed25519', 'ssh-rsa'] as const)(
      'made for a key of the kind %s',
      async (kind) => {
        const host = createEncryptedHost();
        const key =
          kind === 'x25519'
            ? ageKey(host.keys, 'other')
            : sshKey(host.keys, kind === 'ssh-rsa' ? 'rsa' : 'ed25519');
        const { code, stderr } = await runBackup(host, { env: { AGE_RECIPIENT: key.recipient } });
        expect(code, stderr).toBe(0);
        const { archive_path: archive, verified } = lastRecord(host);
        expect(verified).toBe(true);
        expect(statSync(archive).mode & 0o777).toBe(0o600);
        expect(fileInTar(openWithAge(archive, key.path, host.keys), 'root/notes.txt')).toBe(notes);
        const ours = await runCli(['verify', archive, '--identity', key.path], { env: path });
        expect([ours.code, ours.stdout]).toEqual([0, expect.stringContaining('every file compared')]);
        const wrong = await runCli(['verify', archive, '--identity', host.key.path], { env: path });
        expect(wrong.code).toBe(15);
        expect(wrong.stderr).toContain('its manifest names');
      },
    );

    test('made for several: each of them alone', async () => {
      const host = createEncryptedHost();
      const other = sshKey(host.keys, 'ed25519');
      await runBackup(host, { env: { AGE_RECIPIENT: `${host.key.recipient};${other.recipient}` } });
      const { archive_path: archive } = lastRecord(host);
      for (const key of [host.key, other]) {
        expect(fileInTar(openWithAge(archive, key.path, host.keys), 'root/notes.txt')).toBe(notes);
      }
    });

    const codecs = ['none', 'gz', 'pigz', 'bz2', 'xz', 'lzma', 'zst'].flatMap((codec) =>
      (['bundle', 'raw'] as const).map((form) => ({ codec, form })),
    );
    test.each(codecs)('compressed with $codec, as a $form', async ({ codec, form }) => {
      const host = createEncryptedHost();
      const env = { COMPRESSION_TYPE: codec, BUNDLE_ASSOCIATED_FILES: String(form === 'bundle') };
      const { code, stderr } = await runBackup(host, { env });
      expect(code, stderr).toBe(0);
      const { archive_path: archive } = lastRecord(host);
      expect(archive).toMatch(form === 'bundle' ? /\.age\.bundle\.tar$/u : /\.age$/u);
      expect(fileInTar(openWithAge(archive, host.key.path, host.keys), 'root/notes.txt')).toBe(notes);
      const ours = await runCli(['cat', `${archive}:/root/notes.txt`, '--identity', host.key.path], {
        env: path,
      });
      expect([ours.code, ours.stdout]).toEqual([0, notes]);
    });
  },
);

describe.skipIf(!hasAge)('without anybody to ask (where age is installed)', () => {
  test('a passphrase comes from a file, a descriptor or the environment, and the salt from the archive', async () => {
    const host = createEncryptedHost();
    const passphrase = 'Correct-Horse-42';
    const file = join(host.keys, 'pass');
    writeFileSync(file, `${passphrase}\n`);
    const at = ['--root', host.root];
    const made = await runCli(['key', 'new', '--passphrase-file', file, ...at], { env: path });
    expect(made.code, made.stderr).toBe(0);
    await runBackup(host, { env: { AGE_RECIPIENT: '' } });
    const { archive_path: archive } = lastRecord(host);
    // Neither the host nor its salt are there any more.
    const cat = (args: string, env = {}) =>
      spawnSync('sh', ['-c', `exec "${launcher}" cat "$1:/root/notes.txt" ${args}`, 'sh', archive], {
        env: { ...path, FILE: file, ...env },
        encoding: 'utf8',
      });
    for (const result of [
      cat('--passphrase-file "$FILE"'),
      cat('--passphrase-fd 3 3<"$FILE"'),
      cat('', { PROXSAVE_PASSPHRASE: passphrase }),
      cat('', { PROXSAVE_PASSPHRASE: `${passphrase} ` }),
    ]) {
      expect([result.status, result.stdout]).toEqual([0, notes]);
    }
    const wrong = cat('', { PROXSAVE_PASSPHRASE: 'Another-Horse-42' });
    expect([wrong.status, wrong.stdout]).toEqual([15, '']);
    const none = cat('</dev/null');
    expect([none.status, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toContain('--passphrase-file');
  });

  test('an identity in the environment is taken for what it is, and no public key for a passphrase', async () => {
    const host = createEncryptedHost();
    await runBackup(host);
    const { archive_path: archive } = lastRecord(host);
    const identity = /^AGE-SECRET-KEY-.*$/mu.exec(readFileSync(host.key.path, 'utf8'))?.[0] ?? '';
    const cat = (secret: string) =>
      runCli(['cat', `${archive}:/root/notes.txt`], { env: { ...path, PROXSAVE_PASSPHRASE: secret } });
    expect(await cat(identity)).toMatchObject({ code: 0, stdout: notes });
    const refused = await cat(host.key.recipient);
    expect(refused.code).toBe(15);
    expect(refused.stderr).toContain('is a public key');
  });

  test('several identities are all tried, a protected one with the passphrase', async () => {
    const host = createEncryptedHost();
    const protectedKey = sshKey(host.keys, 'ed25519', 'rather secret');
    await runBackup(host, { env: { AGE_RECIPIENT: protectedKey.recipient } });
    const { archive_path: archive } = lastRecord(host);
    const identities = `${host.key.path},${protectedKey.path}`;
    const env = { ...path, PROXSAVE_PASSPHRASE: 'rather secret' };
    const result = await runCli(['cat', `${archive}:/root/notes.txt`, '--identity', identities], { env });
    expect(result).toMatchObject({ code: 0, stdout: notes });
  });
});
