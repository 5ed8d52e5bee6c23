// `proxsave key ...` without a terminal: what becomes of the recipient file, what is shown, and what is refused.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ageKey, sshKey } from '../support/encrypted-host.ts';
import { hasPrograms } from '../support/needs.ts';
import { launcher } from '../support/run-program.ts';
import { oldKeys, oldPassphrase } from '../support/old-archives/old-keys.ts';
import { createCliHost, type CliHost } from '../unit/cli/cli-host.ts';

const { recipient, identity, salt } = oldKeys.v2;
const other = oldKeys.v1;
const hasAge = hasPrograms('age', 'age-keygen', 'ssh-keygen');

interface Host extends CliHost {
  file: string;
  keys: string;
  config: string;
  key(...args: string[]): ReturnType<CliHost['run']>;
  write(name: string, text: string): string;
}

function createHost(recipients?: string): Host {
  const host = createCliHost();
  onTestFinished(() => {
    host.remove();
  });
  const keys = join(host.base, 'keys');
  mkdirSync(keys);
  const directory = join(host.root, 'etc/proxsave');
  const file = join(directory, 'age/recipient.txt');
  if (recipients !== undefined) {
    mkdirSync(join(directory, 'age'), { recursive: true });
    writeFileSync(file, recipients);
  }
  return {
    ...host,
    file,
    keys,
    config: join(directory, 'backup.env'),
    key: (...args) => host.run(['key', ...args]),
    write: (name, text) => {
      const path = join(keys, name);
      writeFileSync(path, text);
      return path;
    },
  };
}

const backupsOf = ({ file }: Host) =>
  readdirSync(join(file, '..')).filter((name) => name.startsWith('recipient.txt.bak-'));

describe('key new', () => {
  test('--generate prints an identity file, stores only the public half, and says what comes next', async () => {
    const host = createHost();
    const { code, stdout, stderr } = await host.key('new', '--generate');
    expect(code, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[2]).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}$/u);
    const publicKey = lines[1]?.replace('# public key: ', '') ?? '';
    expect(readFileSync(host.file, 'utf8')).toBe(`${publicKey}\n`);
    expect(statSync(host.file).mode & 0o777).toBe(0o600);
    expect(statSync(join(host.file, '..')).mode & 0o777).toBe(0o700);
    expect(stderr).not.toContain('AGE-SECRET-KEY-1');
    for (const text of [
      `ENCRYPT_ARCHIVE=true in ${host.config}`,
      'key test',
      'key recovery-sheet',
      'another machine',
    ]) {
      expect(stderr).toContain(text);
    }
    if (!hasAge) return;
    const path = host.write('key.txt', stdout);
    expect(execFileSync('age-keygen', ['-y', path], { encoding: 'utf8' }).trim()).toBe(publicKey);
  });

  test('stores nothing when the identity could not be shown', () => {
    const host = createHost();
    const run = (command: string) => {
      execFileSync('sh', ['-c', command, 'sh', launcher, host.root], {
        env: { PATH: process.env.PATH },
        stdio: 'pipe',
      });
    };
    expect(() => run('"$1" key new --generate --root "$2" > /dev/full')).toThrow(/cannot be written/u);
    expect(existsSync(host.file)).toBe(false);
  });

  test('-o writes a private file instead, never over another, and says the risk once', async () => {
    const host = createHost();
    const output = join(host.keys, 'new.txt');
    const { code, stdout, stderr } = await host.key('new', '--generate', '-o', output);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr.match(/whoever reads it/gu)).toHaveLength(1);
    expect(stderr).not.toContain('Backups save that place');
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const before = readFileSync(output, 'utf8');
    expect((await host.key('new', '--generate', '--replace', '-o', output)).code).toBe(2);
    expect(readFileSync(output, 'utf8')).toBe(before);
    expect(backupsOf(host)).toEqual([]);
    const inside = await host.key('new', '--generate', '--add', '-o', join(host.root, 'etc/key.txt'));
    expect(inside.stderr).toContain('Backups save that place too');
  });

  test('a passphrase gives the key of both editions, with the salt of the host', async () => {
    const host = createHost();
    mkdirSync(join(host.file, '..'), { recursive: true });
    writeFileSync(join(host.file, '../passphrase.salt'), `${salt}\n`);
    const pass = host.write('pass', `${oldPassphrase}\n`);
    const { code, stderr } = await host.key('new', '--passphrase-file', pass);
    expect(code, stderr).toBe(0);
    expect(readFileSync(host.file, 'utf8')).toBe(`# passphrase-salt: ${salt}\n${recipient}\n`);
  });

  test('a passphrase that breaks the rules is refused with all of them, and nothing is written', async () => {
    const host = createHost();
    const { code, stderr } = await host.key('new', '--passphrase-file', host.write('pass', 'short\n'));
    expect(code).toBe(15);
    expect(stderr).toContain('at least 12 bytes, with three of');
    expect(stderr).not.toContain('short\n');
    expect(existsSync(join(host.file, '..'))).toBe(false);
  });

  test.skipIf(!hasAge)(
    'takes only the public half of an identity, age or SSH (where those are installed)',
    async () => {
      const host = createHost();
      const [age, ssh] = [ageKey(host.keys), sshKey(host.keys, 'ed25519')];
      for (const { path } of [age, ssh]) {
        const { code, stderr } = await host.key('new', '--add', '--from-identity', path);
        expect(code, stderr).toBe(0);
      }
      const text = readFileSync(host.file, 'utf8');
      expect(text).toBe(`${age.recipient}\n${ssh.recipient.replace(' ed25519@test', '')}\n`);
    },
  );

  test('asks for a decision where there are keys already', async () => {
    const host = createHost(`${recipient}\n`);
    const undecided = await host.key('new', '--recipient', other.recipient);
    expect(undecided).toMatchObject({ code: 2, stdout: '' });
    expect(undecided.stderr).toMatch(/--add keeps them, --replace/u);
    await host.key('new', '--recipient', other.recipient, '--add');
    expect(readFileSync(host.file, 'utf8')).toBe(`${recipient}\n${other.recipient}\n`);
    await host.key('new', '--recipient', oldKeys.legacy.recipient, '--replace');
    expect(readFileSync(host.file, 'utf8')).toBe(`${oldKeys.legacy.recipient}\n`);
    const kept = backupsOf(host).map((name) => readFileSync(join(host.file, '..', name), 'utf8'));
    expect(kept.sort()).toEqual([`${recipient}\n`, `${recipient}\n${other.recipient}\n`]);
  });

  test('replaces a file that cannot be read, and keeps it', async () => {
    const host = createHost('what is this\n');
    expect((await host.key('new', '--recipient', recipient)).code).toBe(15);
    const pass = host.write('pass', oldPassphrase);
    const { code, stderr } = await host.key('new', '--passphrase-file', pass, '--replace');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('line 1');
    expect(backupsOf(host)).toHaveLength(1);
  });

  const wrong: [string, string[], string][] = [
    ['nothing, without a terminal', [], '--generate, --passphrase-file'],
    ['--passphrase without a terminal', ['--passphrase'], '--passphrase-file'],
    ['-o without --generate', ['--recipient', recipient, '-o', '/tmp/x'], 'add --generate'],
    ['--add and --replace', ['--generate', '--add', '--replace'], 'one of them'],
    ['a dry run', ['--generate', '--dry-run'], '--dry-run'],
  ];
  test.each(wrong)('%s is a usage error', async (_, args, hint) => {
    const host = createHost();
    const { code, stderr } = await host.key('new', ...args);
    expect([code, existsSync(host.file)]).toEqual([2, false]);
    expect(stderr).toContain(hint);
  });

  test('a private key given as a public one is refused without being repeated', async () => {
    const host = createHost();
    for (const args of [
      ['new', '--recipient', identity],
      ['add', identity],
      ['remove', identity],
    ]) {
      const { code, stdout, stderr } = await host.key(...args);
      expect(code).not.toBe(0);
      expect(stdout + stderr).not.toContain(identity.slice(15));
    }
  });

  test('post-quantum keys and others are not mixed', async () => {
    const host = createHost();
    expect((await host.key('new', '--generate', '--post-quantum')).stdout).toContain('AGE-SECRET-KEY-PQ-1');
    expect((await host.key('add', recipient)).code).toBe(15);
    expect((await host.key('new', '--generate', '--add')).code).toBe(15);
  });
});

describe('key list', () => {
  test('names file and line, AGE_RECIPIENT, the salt, and whom the newest archive was made for', async () => {
    const host = createHost(`# passphrase-salt: ${salt}\n\n${recipient}\n`);
    await host.backUp([], { env: { ENCRYPT_ARCHIVE: 'true' } });
    const env = { AGE_RECIPIENT: other.recipient, ENCRYPT_ARCHIVE: 'true' };
    const { code, stdout } = await host.run(['key', 'list'], { env });
    expect(code).toBe(0);
    for (const text of [
      'ENCRYPT_ARCHIVE=true',
      `age key ${recipient}\n    ${host.file}, line 3`,
      'AGE_RECIPIENT (environment',
      `passphrase salt: ${salt}`,
      `not made for age key ${other.recipient}`,
    ]) {
      expect(stdout).toContain(text);
    }
  });

  test('warns where encryption is on and there is no key', async () => {
    const host = createHost();
    expect((await host.run(['key', 'list'], { env: { ENCRYPT_ARCHIVE: 'true' } })).code).toBe(1);
    expect((await host.key('list')).code).toBe(0);
  });

  test('names the wrong line of a broken file', async () => {
    const { code, stderr } = await createHost(`${recipient}\nage1nonsense\n`).key('list');
    expect(code).toBe(15);
    expect(stderr).toContain('recipient.txt, line 2');
  });
});

describe('key add and key remove', () => {
  test.skipIf(!hasAge)(
    'a .pub file comes and goes by its comment (where ssh-keygen is installed)',
    async () => {
      const host = createHost(`# mine\n${recipient}\n`);
      const ssh = sshKey(host.keys, 'rsa');
      expect((await host.key('add', '--file', `${ssh.path}.pub`)).code).toBe(0);
      expect(readFileSync(host.file, 'utf8')).toBe(`# mine\n${recipient}\n${ssh.recipient}\n`);
      const again = await host.key('add', ...ssh.recipient.split(' '));
      expect(again.stderr).toContain('there already');
      expect(backupsOf(host)).toHaveLength(1);
      const removed = await host.key('remove', 'rsa@test');
      expect(removed.code).toBe(0);
      expect(removed.stderr).toContain('still opens every archive that was made for it');
      expect(readFileSync(host.file, 'utf8')).toBe(`# mine\n${recipient}\n`);
    },
  );

  test('the last key stays while ENCRYPT_ARCHIVE=true, unless that is said in full', async () => {
    const host = createHost(`${recipient}\n`);
    const env = { ENCRYPT_ARCHIVE: 'true' };
    const refused = await host.run(['key', 'remove', recipient], { env });
    expect([refused.code, readFileSync(host.file, 'utf8')]).toEqual([2, `${recipient}\n`]);
    const forced = await host.run(['key', 'remove', recipient, '--leave-backups-without-a-key'], { env });
    expect([forced.code, readFileSync(host.file, 'utf8')]).toEqual([0, '']);
    expect((await host.run(['backup'], { env })).code).toBe(15);
  });

  test('a beginning must be long enough and mean one key', async () => {
    const host = createHost(`${recipient}\n${other.recipient}\n`);
    expect((await host.key('remove', 'age1')).code).toBe(2);
    expect((await host.key('remove', 'age1zzzzzzz')).code).toBe(2);
    expect((await host.key('remove', recipient.slice(0, 12))).code).toBe(0);
    expect(readFileSync(host.file, 'utf8')).toBe(`${other.recipient}\n`);
  });

  test('a key of AGE_RECIPIENT is taken away where it stands', async () => {
    const host = createHost(`${other.recipient}\n`);
    const { code, stderr } = await host.run(['key', 'remove', recipient], {
      env: { AGE_RECIPIENT: recipient },
    });
    expect(code).toBe(2);
    expect(stderr).toContain('stands in AGE_RECIPIENT');
  });
});

describe('key test', () => {
  const on = { env: { ENCRYPT_ARCHIVE: 'true' } };

  test('opens the sample and the newest archive, as far as it says', async () => {
    const host = createHost(`# passphrase-salt: ${salt}\n${recipient}\n`);
    await host.backUp([], on);
    const pass = host.write('pass', oldPassphrase);
    const short = await host.run(['key', 'test', '--passphrase-file', pass], on);
    expect(short.code, short.stderr).toBe(0);
    expect(short.stdout).toContain('its first data was decrypted');
    const deep = await host.run(['key', 'test', '--deep', '--identity', host.write('key', identity)], on);
    expect(deep.code, deep.stderr).toBe(0);
    expect(deep.stdout).toContain('every file was read and compared');
  });

  test('a key of which the archives know nothing is 15', async () => {
    const host = createHost(`${recipient}\n`);
    await host.backUp([], on);
    const { code, stdout } = await host.run(
      ['key', 'test', '--identity', host.write('key', other.identity)],
      on,
    );
    expect(code).toBe(15);
    expect(stdout.match(/does not open/gu)).toHaveLength(2);
    expect(stdout).toContain(recipient);
  });

  test('a key that was replaced since opens the archive, but not what comes next', async () => {
    const host = createHost(`${recipient}\n`);
    await host.backUp([], on);
    await host.key('new', '--replace', '--recipient', other.recipient);
    const { code, stdout } = await host.run(['key', 'test', '--identity', host.write('key', identity)], on);
    expect(code).toBe(15);
    expect(stdout).toMatch(/does not open what this host encrypts now[^]*opens .*bundle\.tar/u);
  });

  test('--deep finds a damage behind the start, which is 8', async () => {
    const host = createHost(`${recipient}\n`);
    await host.backUp([], on);
    const archive = join(host.backups, host.archives().find((name) => name.endsWith('.bundle.tar')) ?? '');
    const bytes = readFileSync(archive);
    bytes[bytes.length - 1100] = (bytes[bytes.length - 1100] ?? 0) ^ 1;
    chmodSync(archive, 0o600);
    writeFileSync(archive, bytes);
    const key = host.write('key', identity);
    expect((await host.run(['key', 'test', archive, '--deep', '--identity', key], on)).code).toBe(8);
  });

  test('nothing to test is said', async () => {
    const { code, stderr } = await createHost().key('test');
    expect(code).toBe(15);
    expect(stderr).toContain('key new');
  });
});

describe('key recovery-sheet', () => {
  test('has the keys, the place and the commands; the private key only when it is given', async () => {
    const host = createHost(`${recipient}\n`);
    await host.backUp([], { env: { ENCRYPT_ARCHIVE: 'true' } });
    const plain = await host.key('recovery-sheet');
    expect(plain.code).toBe(0);
    for (const text of ['pve1', recipient, host.backups, 'recover.sh', 'age -d'])
      expect(plain.stdout).toContain(text);
    const key = host.write('key.txt', `# mine\n${identity}\n`);
    const sheet = join(host.keys, 'sheet');
    const full = await host.key('recovery-sheet', '--identity', key, '--qr', '-o', sheet);
    expect([full.code, full.stdout]).toEqual([0, `${sheet}\n`]);
    expect(statSync(sheet).mode & 0o777).toBe(0o600);
    expect(readFileSync(sheet, 'utf8')).toContain(identity);
    expect(readFileSync(sheet, 'utf8')).toMatch(/█{20}/u);
    expect((await host.key('recovery-sheet', '-o', sheet)).code).toBe(2);
  });

  test('has the salt and the hint of a passphrase', async () => {
    const host = createHost(`# passphrase-salt: ${salt}\n${recipient}\n`);
    const env = { ENCRYPT_ARCHIVE: 'true' };
    const { stdout } = await host.run(['key', 'recovery-sheet', '--passphrase-hint', 'the song'], { env });
    expect(stdout).toContain(`passphrase_salt ${salt}`);
    expect(stdout).toContain('the song');
  });

  test('warns of an identity that opens nothing of this host', async () => {
    const host = createHost(`${recipient}\n`);
    const key = host.write('key.txt', other.identity);
    const { code, stderr } = await host.key('recovery-sheet', '--identity', key);
    expect(code).toBe(1);
    expect(stderr).toContain('not encrypted for the identity on the sheet');
  });

  test.each([
    ['--qr alone', ['--qr'], 2],
    ['identity and hint', ['--identity', '/x', '--passphrase-hint', 'y'], 2],
    ['an identity that is not there', ['--identity', '/nope'], 15],
  ] as const)('%s is refused', async (_, args, code) => {
    expect((await createHost(`${recipient}\n`).key('recovery-sheet', ...args)).code).toBe(code);
  });
});

describe('--json', () => {
  const schemaVersion = z.literal(1);
  const key = {
    kind: z.string(),
    recipient: z.string(),
    fingerprint: z.string().optional(),
    comment: z.string().optional(),
  };
  const schemas = {
    identity: z.strictObject({
      type: z.literal('identity'),
      schemaVersion,
      recipient: z.string(),
      identity: z.string(),
    }),
    made: z.strictObject({
      type: z.literal('summary'),
      schemaVersion,
      file: z.string(),
      action: z.enum(['created', 'added', 'replaced', 'unchanged']),
      backup: z.string().optional(),
      identityFile: z.string().optional(),
      passphraseSalt: z.string().optional(),
      encryptArchive: z.boolean(),
      keys: z.array(z.strictObject(key)),
    }),
    list: z.strictObject({
      schemaVersion,
      file: z.string(),
      encryptArchive: z.boolean(),
      keys: z.array(
        z.strictObject({
          ...key,
          source: z.enum(['file', 'configuration']),
          path: z.string().optional(),
          line: z.int().optional(),
          where: z.string().optional(),
          isInNewest: z.boolean().optional(),
        }),
      ),
      passphraseSalt: z.string().optional(),
      saltPath: z.string().optional(),
      newest: z
        .strictObject({
          name: z.string(),
          path: z.string(),
          isEncrypted: z.boolean(),
          recipients: z.array(z.string()).optional(),
        })
        .optional(),
    }),
    added: z.strictObject({
      schemaVersion,
      file: z.string(),
      action: z.string(),
      backup: z.string().optional(),
      keys: z.array(z.strictObject(key)),
    }),
    removed: z.strictObject({
      schemaVersion,
      file: z.string(),
      backup: z.string().optional(),
      removed: z.strictObject(key),
      keys: z.array(z.strictObject(key)),
    }),
    tested: z.strictObject({
      type: z.literal('summary'),
      schemaVersion,
      encryptArchive: z.boolean(),
      opensSample: z.boolean().optional(),
      matching: z.array(z.string()),
      archive: z.string().optional(),
      depth: z.enum(['start', 'whole']).optional(),
      state: z.enum(['opened', 'wrong-key', 'damaged']).optional(),
      problem: z.string().optional(),
      report: z.looseObject({}).optional(),
    }),
    sheet: z.strictObject({
      schemaVersion,
      hostname: z.string(),
      sheet: z.string(),
      warnings: z.array(z.string()),
    }),
  };

  test('of every command has the documented shape, and no secret that was not asked for', async () => {
    const host = createHost();
    const env = { ENCRYPT_ARCHIVE: 'true' };
    const run = async (...args: string[]) => (await host.run(['key', ...args, '--json'], { env })).json();
    const [shown, made] = await run('new', '--generate');
    const { identity: text } = schemas.identity.parse(shown);
    schemas.made.parse(made);
    expect(JSON.stringify(made)).not.toContain(text);
    await host.backUp([], { env });
    const file = host.write('key', text);
    schemas.list.parse((await run('list'))[0]);
    schemas.added.parse((await run('add', recipient))[0]);
    schemas.removed.parse((await run('remove', recipient))[0]);
    const tested = await run('test', '--deep', '--identity', file);
    expect(schemas.tested.parse(tested.at(-1))).toMatchObject({ opensSample: true, state: 'opened' });
    expect(JSON.stringify(tested)).not.toContain(text);
    schemas.sheet.parse((await run('recovery-sheet'))[0]);
  });

  test('is described in docs/json.md, every key of it', () => {
    const text = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');
    const keys = Object.values(schemas).flatMap((schema) => Object.keys(schema.shape));
    expect(keys.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
