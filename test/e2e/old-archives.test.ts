// Archives of the existing edition, in every form that there is, through every command that reads archives. The program
// runs in this process; the archives are made by test/support/old-archives from the format's description.

import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeOldArchive, oldCodecs, type OldArchive } from '../support/old-archives/make-old-archive.ts';
import {
  deduplicated,
  guestConfig,
  oldHostEntries,
  sharedContent,
} from '../support/old-archives/old-host.ts';
import { oldKeys, oldPassphrase } from '../support/old-archives/old-keys.ts';
import type { OldEntry } from '../support/old-archives/old-tar.ts';
import { hasPrograms, isRoot } from '../support/needs.ts';
import { runCli, type CliResult } from '../unit/cli/cli-host.ts';

const hasCodecs = hasPrograms('gzip', 'pigz', 'bzip2', 'xz', 'lzma', 'zstd');
const hasAge = hasPrograms('age') && hasCodecs;

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-old-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

const run = (...args: string[]): Promise<CliResult> =>
  runCli(args, { env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' } });

/** All that differs between what was extracted and what the host had. */
function differences(directory: string, expected: readonly OldEntry[]): string[] {
  return expected.flatMap((entry) => {
    const path = join(directory, entry.path);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return [`${entry.path} is missing`];
    const kind = status.isFile() ? 'file' : status.isDirectory() ? 'directory' : 'symlink';
    const found = [
      kind,
      kind === 'symlink' ? 0 : status.mode & 0o7777,
      ...(isRoot ? [status.uid, status.gid] : []),
      kind === 'file' ? readFileSync(path, 'utf8') : kind === 'symlink' ? readlinkSync(path) : '',
    ];
    const wanted = [
      entry.type,
      entry.type === 'symlink' ? 0 : entry.mode,
      ...(isRoot ? [entry.uid ?? 0, entry.gid ?? 0] : []),
      entry.content?.toString() ?? entry.target ?? '',
    ];
    return JSON.stringify(found) === JSON.stringify(wanted)
      ? []
      : [`${entry.path}: ${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`];
  });
}

/** What the host had before deduplication. */
const asOnHost = oldHostEntries({ withDedup: false });

/** Every command that reads an archive, and what must come of it. `code`: 1 where something vouches for nothing. */
async function useEverywhere(path: string, code: 0 | 1, keys: readonly string[] = []): Promise<void> {
  const shown = await run('show', path);
  expect(shown.code, shown.stderr).toBe(code);
  expect(shown.stdout).toContain('pve1');
  const listed = await run('ls', path, '/etc/network', ...keys);
  expect(listed.stdout, listed.stderr).toContain('etc/network/interfaces');
  const printed = await run('cat', `${path}:/etc/pve/storage.copy`, ...keys);
  expect(printed.stdout, printed.stderr).toBe(sharedContent);
  const found = await run('find', '100.conf', path, ...keys);
  expect(found.stdout, found.stderr).toContain('etc/pve/nodes/pve1/qemu-server/100.conf');
  const verified = await run('verify', path, ...keys);
  expect(verified.code, verified.stdout + verified.stderr).toBe(code);
  expect(verified.stdout).toContain('structure only');
  const to = join(makeDirectory(), 'to');
  const extracted = await run('extract', path, '--to', to, ...keys);
  expect(extracted.code, extracted.stdout + extracted.stderr).toBe(0);
  expect(differences(to, asOnHost)).toEqual([]);
}

describe.skipIf(!hasCodecs)(
  'an archive of the existing edition, with a compressor that may be missing,',
  () => {
    describe.each(oldCodecs)('compressed with %s', (codec) => {
      test.each(['bundle', 'raw'] as const)('as a %s is read by every command', async (form) => {
        await useEverywhere(makeOldArchive(makeDirectory(), { codec, form }), 0);
      });
    });

    const sound: Record<string, OldArchive> = {
      'with a checksum of its metadata in the bundle': { hasMetadataChecksum: true },
      'that was decrypted by it': { form: 'decrypted', salt: oldKeys.v2.salt },
      'with KEY=VALUE metadata in a bundle': { metadata: 'key-value' },
      'with KEY=VALUE metadata beside it': { form: 'raw', metadata: 'key-value' },
      'with the mode `plain`': { form: 'raw', metadata: 'key-value', encryptionMode: 'plain' },
      'with the mode `plain` in JSON': { encryptionMode: 'plain' },
      'without a mode': { encryptionMode: '' },
      'of a host that deduplicates nothing': { entries: asOnHost },
    };
    test.each(Object.entries(sound))('%s is read by every command', async (_what, options) => {
      await useEverywhere(makeOldArchive(makeDirectory(), options), 0);
    });

    const unproved: Record<string, OldArchive> = {
      'without any sidecar': { form: 'raw', metadata: 'none', hasChecksum: false },
      'without metadata': { form: 'raw', metadata: 'none' },
      'without metadata in a bundle': { metadata: 'none' },
      'without a checksum, but with metadata': { form: 'raw', hasChecksum: false },
      'in a bundle of nothing but the archive': { metadata: 'none', hasChecksum: false },
    };
    test.each(Object.entries(unproved))('%s is used, and listed as unproved', async (_what, options) => {
      const directory = makeDirectory();
      const path = makeOldArchive(directory, options);
      await useEverywhere(path, 1);
      const list = await runCli(['list', '--json'], { env: { BACKUP_PATH: directory, PATH: '' } });
      const [{ archives }] = list.json() as [{ archives: { name: string; unverified: string[] }[] }];
      expect(archives.map(({ name }) => name)).toEqual([basename(path)]);
      expect(archives[0]?.unverified).not.toEqual([]);
    });

    test('with a name of the shell edition is listed with its time and read', async () => {
      const directory = makeDirectory();
      const options = { isShellName: true, form: 'raw', metadata: 'key-value', codec: 'gz' } as const;
      await useEverywhere(makeOldArchive(directory, options), 0);
      const list = await runCli(['list', '--json'], { env: { BACKUP_PATH: directory, PATH: '' } });
      const [{ archives }] = list.json() as [{ archives: { name: string; createdAt: string }[] }];
      expect(archives.map(({ name }) => name)).toEqual(['proxmox-backup-pve1-20260724-020000.tar.gz']);
      expect(new Date(archives[0]?.createdAt ?? '')).toEqual(new Date(2026, 6, 24, 2, 0, 0));
    });

    test('is proved damaged when one byte of it differs, in whatever form', async () => {
      for (const form of ['bundle', 'raw'] as const) {
        const path = makeOldArchive(makeDirectory(), { form });
        const bytes = readFileSync(path);
        const at = bytes.lastIndexOf(Buffer.from([0xfd, 0x37, 0x7a, 0x58])) + 200;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        writeFileSync(path, bytes);
        expect((await run('verify', path)).code).toBe(8);
      }
    });
  },
);

describe.skipIf(!hasAge)('an encrypted archive of the existing edition, where age is installed,', () => {
  describe.each(Object.entries(oldKeys))(
    'with a key of the salt %s',
    (kind, { salt, recipient, identity }) => {
      // Only new salts are written down; the others every reader knows.
      const manifest = kind === 'v2' ? { salt } : {};
      test.each(['bundle', 'raw'] as const)(
        'as a %s opens with the passphrase and the identity',
        async (form) => {
          const directory = makeDirectory();
          const path = makeOldArchive(directory, { recipient, form, codec: 'zst', ...manifest });
          const [passphrase, key] = [join(directory, 'passphrase'), join(directory, 'key.txt')];
          writeFileSync(passphrase, `${oldPassphrase}\n`);
          writeFileSync(key, `# my key\n${identity}\n`);
          await useEverywhere(path, 0, ['--passphrase-file', passphrase]);
          await useEverywhere(path, 0, ['--identity', key]);
        },
      );
    },
  );

  test('without any sidecar opens with the identity', async () => {
    const directory = makeDirectory();
    const { recipient, identity } = oldKeys.v2;
    const path = makeOldArchive(directory, { recipient, form: 'raw', metadata: 'none', hasChecksum: false });
    const key = join(directory, 'key.txt');
    writeFileSync(key, identity);
    await useEverywhere(path, 1, ['--identity', key]);
  });

  test('does not open with another passphrase, and says for whom it was made', async () => {
    const directory = makeDirectory();
    const path = makeOldArchive(directory, { recipient: oldKeys.v1.recipient });
    const passphrase = join(directory, 'passphrase');
    writeFileSync(passphrase, 'Another-Horse-43');
    const { code, stderr } = await run('ls', path, '--passphrase-file', passphrase);
    expect(code).toBe(15);
    expect(stderr).toContain('X25519');
  });
});

describe.skipIf(!hasCodecs)('a file that deduplication made a link', () => {
  const entries = oldHostEntries();

  test.each(deduplicated.map(({ path }) => path))(
    '(%s) is extracted alone as the file it was',
    async (path) => {
      const archive = makeOldArchive(makeDirectory(), { codec: 'gz' });
      const to = join(makeDirectory(), 'to');
      const { code, stdout, stderr } = await run('extract', archive, '--to', to, `/${path}`);
      expect(code, stdout + stderr).toBe(0);
      expect(
        differences(
          to,
          asOnHost.filter((entry) => entry.path === path),
        ),
      ).toEqual([]);
    },
  );

  test('is printed by its content; a link of the host is not', async () => {
    const archive = makeOldArchive(makeDirectory(), { codec: 'gz' });
    for (const { path } of deduplicated) {
      expect((await run('cat', `${archive}:/${path}`)).stdout).toBe(sharedContent);
    }
    const link = await run('cat', `${archive}:/etc/localtime`);
    expect(link.code).toBe(2);
    expect(link.stderr).toContain('is a symbolic link');
    const guest = await run('cat', `${archive}:/etc/pve/nodes/pve1/qemu-server/100.conf`);
    expect(guest.stdout).toBe(guestConfig);
  });

  test('whose content is not in the archive is a problem, when verified and when extracted', async () => {
    const broken = entries.filter(({ path }) => path !== 'etc/pve/storage.cfg');
    const archive = makeOldArchive(makeDirectory(), { codec: 'gz', entries: broken });
    const verified = await run('verify', archive);
    expect(verified.code).toBe(8);
    expect(verified.stdout).toContain('etc/pve/storage.copy');
    const to = join(makeDirectory(), 'to');
    const extracted = await run('extract', archive, '--to', to);
    expect(extracted.code).toBe(8);
    expect(extracted.stdout).toContain('etc/pve/storage.copy');
    expect(lstatSync(join(to, 'etc/hosts')).isFile()).toBe(true);
  });

  test('and the list of which is damaged is a problem, and the rest is used', async () => {
    const broken = entries.map((entry) =>
      entry.path.endsWith('dedup_manifest.json') ? { ...entry, content: Buffer.from('[{"path":') } : entry,
    );
    const archive = makeOldArchive(makeDirectory(), { codec: 'gz', entries: broken });
    expect((await run('verify', archive)).code).toBe(8);
    const to = join(makeDirectory(), 'to');
    expect((await run('extract', archive, '--to', to)).code).toBe(8);
    expect(readlinkSync(join(to, 'etc/pve/storage.copy'))).toBe('storage.cfg');
  });
});

test.skipIf(!hasAge)(
  'a directory with every form in it is listed whole, each with host and time',
  async () => {
    const directory = makeDirectory();
    const forms: OldArchive[] = [
      { form: 'decrypted' },
      ...oldCodecs.map((codec): OldArchive => ({ codec })),
      { form: 'raw', codec: 'xz', recipient: oldKeys.v1.recipient },
    ];
    const places = forms.map((form, at) => {
      const place = join(directory, String(at));
      mkdirSync(place);
      return { place, name: basename(makeOldArchive(place, form)) };
    });
    for (const { place, name } of places) {
      const list = await runCli(['list', '--json'], { env: { BACKUP_PATH: place, PATH: '' } });
      const [{ archives }] = list.json() as [{ archives: Record<string, unknown>[] }];
      expect(archives).toMatchObject([
        { name, hostname: 'pve1', createdAt: '2026-07-24T00:00:00.123Z', proxmoxVersion: '8.4.1' },
      ]);
      expect(archives[0]).not.toHaveProperty('problem');
    }
  },
);
