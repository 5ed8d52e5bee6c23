// Keys that are given in odd ways, and archives that cannot be opened: an exit code and a true sentence at once.

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { oldKeys, oldPassphrase } from '../support/old-archives/old-keys.ts';
import { recoverScript } from '../../src/recovery/recover-script.ts';
import { createCliHost, type CliHost } from '../unit/cli/cli-host.ts';

const { identity, recipient, salt } = oldKeys.v2;
const encrypting = { ENCRYPT_ARCHIVE: 'true', AGE_RECIPIENT: recipient };

interface Made {
  host: CliHost;
  archive: string;
  key: string;
}
let made: Made;

beforeAll(async () => {
  const host = createCliHost();
  await host.backUp(['--only', 'network'], { env: { ...encrypting, BUNDLE_ASSOCIATED_FILES: 'false' } });
  const name = host.archives().find((file) => file.endsWith('.age')) ?? '';
  const key = join(host.base, 'key.txt');
  writeFileSync(key, `${identity}\n`);
  made = { host, key, archive: join(host.backups, name) };
  return () => {
    host.remove();
  };
});

test.each(['fifo', '/dev/zero'])(
  'a recipient file that is %s ends the run with 15, without an archive',
  async (what) => {
    const host = createCliHost();
    onTestFinished(() => {
      host.remove();
    });
    const file = join(host.base, 'recipients');
    if (what === 'fifo') execFileSync('mkfifo', [file]);
    else symlinkSync(what, file);
    const { code, stderr } = await host.run(['backup'], {
      env: { ENCRYPT_ARCHIVE: 'true', AGE_RECIPIENT_FILE: file },
    });
    expect(code, stderr).toBe(15);
    expect(host.archives()).toEqual([]);
  },
);

describe('find', () => {
  test('without a key says so once, ends with 2, and claims nothing about the content', async () => {
    const { code, stderr } = await made.host.run(['find', 'interfaces']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is encrypted and no key was given')]);
    expect(stderr).not.toContain('is not in');
  });

  test('searches the plain archives all the same', async () => {
    const place = join(made.host.base, 'mixed');
    mkdirSync(place);
    const plain = await made.host.run(['backup', '--only', 'network'], { env: { BACKUP_PATH: place } });
    expect(plain.code, plain.stderr).toBeLessThan(2);
    for (const file of readdirSync(made.host.backups))
      copyFileSync(join(made.host.backups, file), join(place, file));
    const { code, stderr } = await made.host.run(['find', 'nowhere'], { env: { BACKUP_PATH: place } });
    expect(code).toBe(1);
    expect(stderr).toContain('1 archive was not searched: encrypted, and no key was given');
    expect(stderr).toContain('nowhere is not in the archive that could be searched');
  });

  test('with a key file that cannot be read ends with its error', async () => {
    const { code, stderr } = await made.host.run(['find', 'interfaces', '--identity', '/nonexistent']);
    expect([code, stderr]).toEqual([15, expect.stringContaining('/nonexistent: no such file')]);
  });
});

test('an armored archive is known by its first line, whatever it is called (where age is installed)', async (context) => {
  if (!hasPrograms('age')) context.skip();
  const file = join(made.host.base, 'armored.tar.zst');
  const plain = execFileSync('age', ['-d', '-i', made.key, made.archive]);
  writeFileSync(file, execFileSync('age', ['-a', '-r', recipient], { input: plain }));
  const { code, stdout } = await made.host.run(['ls', file, '--identity', made.key]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('interfaces')]);
});

const shells = (['dash', 'busybox'] as const).filter((shell) => hasPrograms(shell));

describe.skipIf(!hasPrograms('age', 'python3', 'zstd')).each(shells)('recover.sh in %s', (shell) => {
  function recover(args: readonly string[], env: Record<string, string> = {}): string {
    const place = mkdtempSync(join(tmpdir(), 'proxsave-hostile-'));
    onTestFinished(() => {
      rmSync(place, { recursive: true, force: true });
    });
    writeFileSync(join(place, 'recover.sh'), recoverScript);
    mkdirSync(join(place, 'elsewhere', 'rescue'), { recursive: true });
    writeFileSync(join(place, 'pass'), `${oldPassphrase}\n`);
    const options = { cwd: place, encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...env } } as const;
    const script = [...(shell === 'busybox' ? ['sh'] : []), 'recover.sh'];
    const said = execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', shell, ...script, ...args], options);
    return `${said}\nelsewhere: ${readdirSync(join(place, 'elsewhere', 'rescue')).join()}`;
  }

  test.each(['rescue', '-x', '-', "it's $(touch here)"])('unpacks into %s, with CDPATH set', (target) => {
    const said = recover([made.archive, '--to', target, '--identity', made.key], { CDPATH: 'elsewhere' });
    expect(said).toContain('files     good');
    expect(said).toMatch(/elsewhere: $/u);
  });

  test('says of an archive of some areas that it is meant so', () => {
    const said = recover([made.archive, '--identity', made.key]);
    expect(said).toContain('made to hold only a part of the host');
    expect(said).not.toContain('errors kept something out');
  });

  test('takes the salt from the recovery sheet where the metadata is lost', () => {
    const alone = join(made.host.base, `${shell}-backup-20260724-020000.tar.zst.age`);
    copyFileSync(made.archive, alone);
    const said = recover([alone, '--passphrase-file', 'pass', '--salt', salt]);
    expect(said).toContain('interfaces');
    expect(() => recover([alone, '--passphrase-file', 'pass'])).toThrow();
  });
});
