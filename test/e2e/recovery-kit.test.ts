// An archive, a lost host, and a plain Debian without ProxSave: the commands of the printed recovery sheet, word for word,
// bring the files back. And recover.sh never calls a damaged archive good.

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recoverScript } from '../../src/recovery/recover-script.ts';
import { renderRecoverySheet } from '../../src/recovery/recovery-sheet.ts';
import { makeFixtureHost, type FixtureName } from '../support/fixture-host.ts';
import { hasPrograms, isRoot } from '../support/needs.ts';
import { makeOldArchive, type OldArchive } from '../support/old-archives/make-old-archive.ts';
import { deduplicated, sharedContent } from '../support/old-archives/old-host.ts';
import { oldKeys, oldPassphrase } from '../support/old-archives/old-keys.ts';
import {
  debianMachine,
  hasRescueTools,
  noDebian,
  toolsMachine,
  type RescueMachine,
} from '../support/rescue-machine.ts';
import { runBackup } from '../support/run-program.ts';
import { treeFacts } from '../support/unpack.ts';
import { createCliHost } from '../unit/cli/cli-host.ts';

const codecs = ['none', 'gz', 'pigz', 'bz2', 'xz', 'lzma', 'zst'] as const;
const shells = (['dash', 'busybox'] as const).filter((shell) => hasPrograms(shell));
const { identity, recipient, salt } = oldKeys.v2;

function makeDirectory(name = 'proxsave-rescue-'): string {
  const directory = mkdtempSync(join(tmpdir(), name));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

interface Key {
  recipient: string;
  /** Of the sheet. */
  identity?: string;
  salt?: string;
  /** Content of key.txt, when it is not on the sheet. */
  file?: string;
}

function sshKey(): Key {
  const directory = makeDirectory();
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'key')]);
  const [publicKey, privateKey] = ['key.pub', 'key'].map((name) =>
    readFileSync(join(directory, name), 'utf8'),
  );
  return { recipient: publicKey?.trim() ?? '', file: privateKey ?? '' };
}

const keys: Record<string, () => Key | undefined> = {
  'without encryption': () => undefined,
  'for an identity on the sheet': () => ({ recipient, identity }),
  'for an SSH key': sshKey,
  'for a passphrase': () => ({ recipient, salt }),
};

interface Lost {
  /** What is left of the host: archives and recovery kit, as a backup left them. */
  place: string;
  /** Facts of the files it had. */
  facts: string[];
  archive: string;
  sheet: string;
  key: Key | undefined;
}

const saved = ['./etc', './root', './home'];

/** Backs up a host, and loses it. */
async function loseHost(options: {
  codec?: string;
  form?: 'bundle' | 'raw';
  key?: Key | undefined;
}): Promise<Lost> {
  const { codec = 'zst', form = 'bundle', key } = options;
  const host = createCliHost();
  onTestFinished(() => {
    host.remove();
  });
  for (const directory of ['root', 'home/alice']) mkdirSync(join(host.root, directory), { recursive: true });
  writeFileSync(join(host.root, 'home/alice', 'a name with spaces.txt'), 'x'.repeat(5000), { mode: 0o640 });
  const env: Record<string, string> = {
    COMPRESSION_TYPE: codec,
    COMPRESSION_MODE: 'fast',
    BUNDLE_ASSOCIATED_FILES: String(form === 'bundle'),
    ...(key === undefined ? {} : { ENCRYPT_ARCHIVE: 'true', AGE_RECIPIENT: key.recipient }),
  };
  if (key?.salt !== undefined) {
    const file = join(host.base, 'recipient.txt');
    writeFileSync(file, `# passphrase-salt: ${key.salt}\n${key.recipient}\n`);
    Object.assign(env, { AGE_RECIPIENT: '', AGE_RECIPIENT_FILE: file });
  }
  await host.backUp([], { env });
  const place = makeDirectory('proxsave rescue place-');
  for (const name of readdirSync(host.backups)) copyFileSync(join(host.backups, name), join(place, name));
  const archive =
    readdirSync(place).find((name) => /\.tar(\.\w+)*$/u.test(name) && !/sha256|metadata/u.test(name)) ?? '';
  const facts = treeFacts(host.root, saved);
  rmSync(host.root, { recursive: true });
  const sheet = renderRecoverySheet({
    hostname: 'pve1',
    now: new Date(),
    recipients: key === undefined ? [] : [key.recipient],
    ...(key?.identity === undefined ? {} : { identity: key.identity }),
    ...(key?.salt === undefined ? {} : { passphraseSalt: key.salt }),
    places: [`primary: ${host.backups}`],
    newest: archive,
  });
  return { place, facts, archive, sheet, key };
}

/** Lines of one section that are commands: indented, and no remark in parentheses. */
function commandsOf(sheet: string, title: string): string[] {
  const section = sheet.split(/\n(?=\S)/u).find((text) => text.startsWith(title)) ?? '';
  return section
    .split('\n')
    .slice(1)
    .filter((line) => /^ {2}[^ (]/u.test(line))
    .map((line) => line.trim());
}

/** The section on the sheet tells what to do with the key; the person does it. */
function bringKey({ sheet, key, place }: Lost): void {
  if (key?.salt !== undefined || key === undefined) return;
  const onSheet = /^ {4}(AGE-SECRET-KEY-\S+)$/mu.exec(sheet)?.[1];
  writeFileSync(join(place, 'key.txt'), `${onSheet ?? key.file ?? ''}\n`, { mode: 0o600 });
}

function followSheet(machine: RescueMachine, lost: Lost, title: string): string {
  bringKey(lost);
  const [install = '', ...commands] = commandsOf(lost.sheet, title);
  const lines = title.startsWith('RECOVERY') ? commands : [install, ...commands];
  if (title.startsWith('RECOVERY')) expect(install).toMatch(/^apt-get install tar/u);
  expect(lines.length).toBeGreaterThan(0);
  let output = '';
  for (const line of lines) {
    const { code, stdout, stderr } = machine.run(lost.place, line, `${oldPassphrase}\n`);
    expect([line, code], stdout + stderr).toEqual([line, 0]);
    output += stdout;
  }
  expect(treeFacts(join(lost.place, 'rescue'), saved)).toEqual(lost.facts);
  rmSync(join(lost.place, 'rescue'), { recursive: true });
  return output;
}

const withScript = 'RECOVERY ON ANY DEBIAN';
const byHand = 'THE SAME BY HAND';

describe.skipIf(!hasRescueTools || !isRoot)('with root and standard tools only', () => {
  describe.each(shells)('where sh is %s', (shell) => {
    test.each(codecs)(
      'an archive compressed with %s comes back as it was, from a bundle and raw',
      async (codec) => {
        for (const form of ['bundle', 'raw'] as const) {
          const lost = await loseHost({ codec, form });
          const machine = toolsMachine(makeDirectory(), shell);
          expect(followSheet(machine, lost, withScript)).toContain('compared with the index');
          // A person types these; their sh is Debian's.
          if (shell === 'dash') followSheet(machine, lost, byHand);
        }
      },
    );

    test.each(Object.entries(keys))('an archive %s comes back as it was', async (_what, makeKey) => {
      const lost = await loseHost({ key: makeKey(), codec: 'xz' });
      const machine = toolsMachine(makeDirectory(), shell);
      expect(followSheet(machine, lost, withScript)).toContain('checksum  good');
      if (shell === 'dash' && lost.key?.salt === undefined) followSheet(machine, lost, byHand);
    });
  });
});

describe.skipIf(noDebian !== undefined)(
  `on a Debian made by debootstrap (${noDebian ?? 'there is one'})`,
  () => {
    test.each(Object.entries(keys))(
      'an archive %s comes back as it was',
      { timeout: 600_000 },
      async (_what, makeKey) => {
        const machine = debianMachine();
        expect(machine.run(makeDirectory(), 'command -v node || command -v nodejs').code).not.toBe(0);
        // Without a network: what the sheet wants is in the tree already, and apt-get says so.
        const { sheet } = await loseHost({ key: makeKey() });
        const install = commandsOf(sheet, withScript)[0] ?? '';
        expect(machine.run(makeDirectory(), install)).toMatchObject({ code: 0 });
        for (const codec of codecs) {
          const lost = await loseHost({ key: makeKey(), codec });
          followSheet(machine, lost, withScript);
          if (lost.key?.salt === undefined) followSheet(machine, lost, byHand);
        }
      },
    );
  },
);

const canRun = hasRescueTools && hasPrograms('dash');

/** A place with recover.sh and one old archive in it; `file` is its name. */
function oldPlace(options: OldArchive = {}) {
  const place = makeDirectory('proxsave rescue place-');
  writeFileSync(join(place, 'recover.sh'), recoverScript);
  writeFileSync(join(place, 'key.txt'), `${identity}\n`);
  writeFileSync(join(place, 'pass.txt'), `${oldPassphrase}\n`);
  const path = makeOldArchive(place, options);
  const machine = toolsMachine(makeDirectory(), 'dash');
  const recover = (rest: string, input?: string) => machine.run(place, `sh recover.sh ${rest}`, input);
  return { place, path, file: path.slice(place.length + 1), recover, machine };
}

describe.skipIf(!canRun)('archives of the existing edition', () => {
  const forms: Record<string, OldArchive> = {
    'as a bundle': {},
    'as files': { form: 'raw' },
    'decrypted by it': { form: 'decrypted', salt },
    'with KEY=VALUE metadata': { form: 'raw', metadata: 'key-value' },
    'without any sidecar': { form: 'raw', metadata: 'none', hasChecksum: false },
    'of the shell edition': { form: 'raw', metadata: 'key-value', isShellName: true, codec: 'gz' },
    'with a checksum of the metadata': { hasMetadataChecksum: true },
  };
  test.each(Object.entries(forms))(
    '%s are unpacked, and deduplicated files are files again',
    (_what, form) => {
      const { place, file, recover } = oldPlace(form);
      const { code, stdout, stderr } = recover(`${file} --to out`);
      expect([code], stdout + stderr).toEqual([0]);
      expect(stdout).toContain('3 deduplicated files are files again');
      for (const { path, mode, ...owner } of deduplicated) {
        const status = statSync(join(place, 'out', path));
        expect(readFileSync(join(place, 'out', path), 'utf8')).toBe(sharedContent);
        expect([path, status.mode & 0o7777]).toEqual([path, mode]);
        if (isRoot && 'uid' in owner) expect([status.uid, status.gid]).toEqual([owner.uid, owner.gid]);
      }
      expect(stdout).toMatch(/VM 100 {2}web .*\n\s+scsi0: local-lvm:vm-100-disk-0/u);
    },
  );

  test.each(Object.entries(oldKeys))('of a passphrase with the salt %s open with it', (kind, made) => {
    const { file, recover } = oldPlace({ recipient: made.recipient, ...(kind === 'v2' ? { salt } : {}) });
    expect(recover(`${file} --passphrase-file pass.txt`)).toMatchObject({ code: 0 });
    expect(recover(`${file} --passphrase`, oldPassphrase)).toMatchObject({ code: 0 });
    expect(recover(`${file} --passphrase`, 'Another-Horse-43\n').code).toBe(1);
  });
});

describe.skipIf(!canRun)('recover.sh', () => {
  /** Neither good nor finished, an error, and nothing that looks whole. */
  function expectRefusal({ code, stdout, stderr }: ReturnType<RescueMachine['run']>, why: RegExp): void {
    expect(code, stdout).not.toBe(0);
    expect(stdout).not.toMatch(/unpacked|^to |Rebuilding/mu);
    expect(stderr).toMatch(why);
  }

  const damaged: [what: string, form: OldArchive][] = [
    ['a bundle', {}],
    ['a raw archive', { form: 'raw' }],
    ['an uncompressed archive', { form: 'raw', codec: 'none' }],
    ['an encrypted archive', { form: 'raw', recipient }],
    ['an encrypted bundle', { recipient }],
  ];
  test.each(damaged)('refuses %s with one byte flipped, also when told to go on', (_what, form) => {
    const { place, path, file, recover } = oldPlace(form);
    const bytes = readFileSync(path);
    const at =
      form.codec === 'none'
        ? bytes.indexOf('127.0.0.1')
        : bytes.length - (file.endsWith('bundle.tar') ? 1900 : 300);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const key = form.recipient === undefined ? '' : '--identity key.txt';
    expectRefusal(recover(`${file} --to out ${key}`), /DAMAGED/u);
    expect(existsSync(join(place, 'out'))).toBe(false);
    const forced = recover(`${file} --to out ${key} --no-checksum`);
    expect(forced.code).not.toBe(0);
    expect(forced.stderr).toContain('DAMAGED');
    expect(forced.stdout).not.toMatch(/good|^to /mu);
    const listed = recover(`${file} ${key} --no-checksum`);
    expect([listed.code === 0, listed.stdout.includes('good')]).toEqual([false, false]);
  });

  test.each(damaged)('refuses %s that is cut short anywhere, also without a checksum', (_what, form) => {
    const { path, file, recover } = oldPlace({ ...form, metadata: 'none', hasChecksum: false });
    const key = form.recipient === undefined ? '' : '--identity key.txt';
    const { size } = statSync(path);
    for (const left of [size - 1100, size >> 1, 700]) {
      truncateSync(path, left);
      expectRefusal(recover(`${file} --to out-${left} ${key}`), /DAMAGED|tar could not|no archive/u);
    }
  });

  test('finds a file that is not what the index says', async () => {
    const lost = await loseHost({ codec: 'none', form: 'raw' });
    const path = join(lost.place, lost.archive);
    const bytes = readFileSync(path);
    bytes.write('X', bytes.indexOf('x'.repeat(5000)) + 2000);
    writeFileSync(path, bytes);
    const machine = toolsMachine(makeDirectory(), 'dash');
    const { code, stderr } = machine.run(lost.place, `sh recover.sh ${lost.archive} --to out --no-checksum`);
    expect(code).toBe(1);
    expect(stderr).toContain('home/alice/a name with spaces.txt: FAILED');
  });

  test('with a wrong key says for whom the archive was made, and leaves nothing', async () => {
    const lost = await loseHost({ key: { recipient } });
    writeFileSync(join(lost.place, 'key.txt'), oldKeys.v1.identity);
    const machine = toolsMachine(makeDirectory(), 'dash');
    const result = machine.run(lost.place, `sh recover.sh ${lost.archive} --to out --identity key.txt`);
    expectRefusal(result, /wrong key/u);
    expect(result.stderr).toContain(recipient);
    expect(existsSync(join(lost.place, 'out'))).toBe(false);
  });

  test('without a key says which flags there are', () => {
    const { file, recover } = oldPlace({ recipient });
    expectRefusal(recover(`${file} --to out`), /--identity FILE/u);
  });

  test('names the package of a tool that is missing', () => {
    const { place, file } = oldPlace({ recipient });
    const machine = toolsMachine(makeDirectory(), 'dash', ['age']);
    const result = machine.run(place, `sh recover.sh ${file} --identity key.txt`);
    expectRefusal(result, /apt-get install age/u);
  });

  test('does not unpack into a directory that holds something, nor over the running system', () => {
    const { place, file, recover } = oldPlace();
    mkdirSync(join(place, 'full'));
    writeFileSync(join(place, 'full', 'mine'), 'mine');
    expectRefusal(recover(`${file} --to full`), /not empty/u);
    expect(readdirSync(join(place, 'full'))).toEqual(['mine']);
    expectRefusal(recover(`${file} --to /`), /not empty/u);
  });

  test('takes names with spaces and colons, and leaves nothing in the temporary directory', () => {
    const { place, file, path, machine } = oldPlace();
    mkdirSync(join(place, 'a b:c'));
    copyFileSync(path, join(place, 'a b:c', file));
    const before = readdirSync('/dev/shm');
    const line = `sh recover.sh 'a b:c/${file}' --to 'to here/and there'`;
    expect(machine.run(place, line)).toMatchObject({ code: 0 });
    expect(existsSync(join(place, 'to here/and there/etc/hosts'))).toBe(true);
    expect(
      readdirSync('/dev/shm').filter((name) => name.startsWith('recover.') && !before.includes(name)),
    ).toEqual([]);
  });

  test('does not let a list of deduplicated files lead out of the directory', () => {
    const list = JSON.stringify([
      { path: 'out/x', mode: 420 },
      { path: '../y', mode: 420 },
      { path: 'in', mode: 420 },
    ]);
    const place = oldPlace({
      entries: [
        { path: 'in', type: 'symlink', mode: 0o777, target: '/etc/hostname' },
        {
          path: 'var/lib/proxsave-info/dedup_manifest.json',
          type: 'file',
          mode: 0o600,
          content: Buffer.from(list),
        },
      ],
    });
    const { code, stderr } = place.recover(`${place.file} --to to`);
    expect(code).toBe(1);
    expect(stderr).toContain('still links');
    expect(readdirSync(join(place.place, 'to')).sort()).toEqual(['in', 'var']);
  });

  test('prints nothing of an archive that a terminal would obey', () => {
    const evil = 'web\u001b]0;title\u0007\u001b[31m';
    const { file, recover } = oldPlace({
      entries: [
        ...['etc', 'etc/pve', 'etc/pve/nodes', 'etc/pve/nodes/n', 'etc/pve/nodes/n/qemu-server'].map(
          (path) => ({ path, type: 'directory', mode: 0o755 }) as const,
        ),
        {
          path: 'etc/pve/nodes/n/qemu-server/100.conf',
          type: 'file',
          mode: 0o640,
          content: Buffer.from(`name: ${evil}\nscsi0: a:${evil}\n`),
        },
      ],
    });
    const { code, stdout, stderr } = recover(`${file} --to out`);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('VM 100  web');
    // eslint-disable-next-line no-control-regex
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/u);
  });

  test.skipIf(!hasPrograms('shellcheck'))('is clean to shellcheck (where that is installed)', () => {
    execFileSync('shellcheck', ['-s', 'sh', '-'], {
      input: recoverScript,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
  });
});

describe.skipIf(!canRun || !isRoot)('the rebuild order, with root,', () => {
  async function guideOf(name: FixtureName): Promise<string> {
    const host = await makeFixtureHost(name);
    await runBackup(host);
    const [archive = ''] = readdirSync(host.backups).filter((file) => file.endsWith('.bundle.tar'));
    const machine = toolsMachine(makeDirectory(), 'dash');
    const { code, stdout, stderr } = machine.run(host.backups, `sh recover.sh ${archive} --to out`);
    expect(code, stderr).toBe(0);
    return stdout;
  }

  test('of a cluster member names versions, cards, disks, guests by node, and warns of the living cluster', async () => {
    const guide = await guideOf('pve9-cluster');
    expect(guide).toMatch(/pve-manager: 9\.1/u);
    expect(guide).toMatch(/nic0 +02:00:5e:10:09:01 +igb/u);
    expect(guide).toContain('rpool');
    expect(guide).toMatch(/VM 100 {2}web1 {2}\(node node1\)\n +scsi0: ceph-vm:vm-100-disk-0/u);
    expect(guide).toMatch(/CT 301 {2}dns2 {2}\(node node2\)/u);
    expect(guide).toContain('one of 3 members of a cluster');
  });

  test('of a standalone node does not speak of a cluster', async () => {
    const guide = await guideOf('pve8-standalone');
    expect(guide).toContain('with the host name pve1');
    expect(guide).not.toContain('members of a cluster');
  });

  test('of a backup server names its datastores and their paths', async () => {
    const guide = await guideOf('pbs4');
    expect(guide).toMatch(/proxmox-backup-server 4/u);
    expect(guide).toMatch(/main\n +path \/mnt\/datastore\/main/u);
    expect(guide).not.toContain('Guests');
  });
});
