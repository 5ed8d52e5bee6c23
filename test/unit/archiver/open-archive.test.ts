// Bundles, raw archives, and what users make of them: renamed, copied without their sidecars, cut short.

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listHead, type OpenArchive } from '../../../src/archiver/read/open-archive.ts';
import { readEntries } from '../../../src/archiver/read/read-content.ts';
import { loadIndex } from '../../../src/archiver/index/read-index.ts';
import { ArchiveError, EncryptionError } from '../../../src/errors.ts';
import { asRealPath } from '../../../src/host/host.ts';
import {
  collect,
  existingEdition,
  host,
  makeTempDirectory,
  open,
  saveArchive,
  sha256,
  tarWithIndex,
} from './archive-samples.ts';
import { directoryEntry, fileEntry } from './entry-samples.ts';
import { hostileTar } from './hostile-tar.ts';

const entries = [directoryEntry('etc'), fileEntry('etc/hosts', '127.0.0.1 localhost\n', { area: 'dns' })];
let directory: string;
let tar: Buffer;
beforeEach(async () => {
  directory = makeTempDirectory();
  tar = await tarWithIndex(entries);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Packs the archive at `path` and the named sidecars with GNU tar, as the existing edition orders them. */
function bundle(path: string, suffixes = ['.metadata', '.sha256', ''], format = 'ustar'): string {
  const name = path.slice(directory.length + 1);
  const members = suffixes.map((suffix) => `${name}${suffix}`);
  execFileSync('tar', ['-C', directory, `--format=${format}`, '-cf', `${path}.bundle.tar`, ...members]);
  for (const suffix of ['.metadata', '.sha256', '']) rmSync(`${path}${suffix}`, { force: true });
  return `${path}.bundle.tar`;
}

async function pathsIn(archive: OpenArchive): Promise<string[]> {
  const paths: string[] = [];
  for await (const { meta } of readEntries(host, archive)) paths.push(meta.path);
  return paths;
}

const expectedPaths = ['etc', 'etc/hosts', 'var/lib/proxsave-info/index.json'];

describe('a bundle', () => {
  test.each(['ustar', 'gnu', 'pax'])('of GNU tar format %s is opened with all its facts', async (format) => {
    const archive = await open(bundle(saveArchive(tar, { directory }), undefined, format));
    expect(archive).toMatchObject({
      kind: 'bundle',
      name: 'pve1-backup-20260724-020000.tar.gz',
      compression: 'gz',
      isEncrypted: false,
      manifestSource: 'json',
      unverified: [],
    });
    expect(archive.expectedDigests.map(({ source }) => source)).toEqual(['checksum file', 'manifest']);
    expect(await pathsIn(archive)).toEqual(expectedPaths);
  });

  test('may have its members in any order and a `.metadata.sha256` among them', async () => {
    const path = saveArchive(tar, { directory });
    writeFileSync(`${path}.metadata.sha256`, `${'0'.repeat(64)}  x\n`);
    const archive = await open(bundle(path, ['', '.metadata.sha256', '.sha256', '.metadata']));
    expect(archive.unverified).toEqual([]);
    expect(archive.offset).toBe(512);
    expect(await pathsIn(archive)).toEqual(expectedPaths);
  });

  test('is recognised under another name by what stands first in it', async () => {
    const path = bundle(saveArchive(tar, { directory }));
    renameSync(path, join(directory, 'old-server'));
    expect(await open(join(directory, 'old-server'))).toMatchObject({ kind: 'bundle', compression: 'gz' });
  });

  test('of the existing edition that was decrypted is opened', async () => {
    const path = bundle(saveArchive(tar, { directory, manifest: { encryption_mode: 'none' } }));
    const decrypted = path.replace('.bundle.tar', '.decrypted.bundle.tar');
    renameSync(path, decrypted);
    expect(await open(decrypted)).toMatchObject({ kind: 'bundle', isEncrypted: false, unverified: [] });
  });

  test('with KEY=VALUE metadata is opened', async () => {
    const path = saveArchive(tar, { directory, manifest: false });
    writeFileSync(`${path}.metadata`, '# old\nHOSTNAME="pve9"\nPROXMOX_TYPE=pve\n');
    const archive = await open(bundle(path));
    expect(archive).toMatchObject({
      manifestSource: 'legacy',
      manifest: { hostname: 'pve9', proxmox_type: 'pve' },
    });
  });

  test('without sidecars is usable and says that nothing vouches for it', async () => {
    const archive = await open(bundle(saveArchive(tar, { directory }), ['']));
    expect(archive.unverified.join('\n')).toMatch(
      /manifest .* missing[\s\S]*checksum file .* missing[\s\S]*nothing says/,
    );
    expect(await pathsIn(archive)).toEqual(expectedPaths);
  });

  test('is read in its head only: the rest of the file is never touched', async () => {
    const path = bundle(saveArchive(tar, { directory }));
    const archive = await open(path);
    // A hole of 1 TiB in the place of the archive: reading it all would take an hour.
    const size = 2 ** 40;
    const fd = openSync(path, 'r+');
    writeSync(fd, hostileTar({ name: archive.name, size }).subarray(0, 512), 0, 512, archive.offset - 512);
    closeSync(fd);
    truncateSync(path, archive.offset + size + 1024);
    expect((await open(path)).size).toBe(size);
  });

  test('that is cut short is an error that says so', async () => {
    const path = bundle(saveArchive(tar, { directory }));
    truncateSync(path, (await open(path)).offset + 10);
    await expect(open(path)).rejects.toThrow(/cut short: pve1-backup-.* but the file ends at/);
  });
});

describe('a file that only looks like a bundle is refused', () => {
  const cases: [string, Buffer, RegExp][] = [
    [
      'absolute name',
      hostileTar({ name: '/etc/a.tar.gz', content: 'x' }),
      /"\/etc\/a.tar.gz" is not a plain file/,
    ],
    ['climbing name', hostileTar({ name: '../a.tar.gz', content: 'x' }), /not a plain file/],
    ['name in a directory', hostileTar({ name: 'd/a.tar.gz', content: 'x' }), /not a plain file/],
    ['link', hostileTar({ name: 'a.tar.gz', type: '2', link: '/etc/shadow' }), /not a plain file/],
    [
      'two archives',
      hostileTar({ name: 'a.tar.gz' }, { name: 'b.tar.gz' }),
      /more than one archive: a.tar.gz, b.tar.gz/,
    ],
    ['no archive', hostileTar({ name: 'a.tar.gz.metadata' }), /holds no archive, only a.tar.gz.metadata/],
    ['empty tar', hostileTar(), /holds no archive/],
    ['no tar at all', Buffer.from('hello'.repeat(500)), /no valid header at byte 0/],
    [
      'endless metadata',
      hostileTar({ name: 'a.tar.gz.metadata', content: Buffer.alloc(2 ** 21) }, { name: 'a.tar.gz' }),
      /at most 1048576/,
    ],
  ];
  test.each(cases)('%s', async (_title, bytes, message) => {
    const path = join(directory, 'x-backup-20260724-020000.tar.gz.bundle.tar');
    writeFileSync(path, bytes);
    await expect(open(path)).rejects.toThrow(message);
    await expect(open(path)).rejects.toThrow(ArchiveError);
  });
});

describe('a raw archive', () => {
  test('with its sidecars is fully described', async () => {
    expect(await open(saveArchive(tar, { directory }))).toMatchObject({
      kind: 'raw',
      offset: 0,
      unverified: [],
    });
  });

  test('without any sidecar is opened with facts from its name, and says what is missing', async () => {
    const archive = await open(saveArchive(tar, { directory, manifest: false, checksum: false }));
    expect(archive).toMatchObject({
      manifestSource: 'none',
      expectedDigests: [],
      manifest: {
        hostname: 'pve1',
        created_at: new Date(2026, 6, 24, 2).toISOString(),
        compression_type: 'gz',
      },
    });
    expect(archive.unverified).toHaveLength(3);
    expect(await pathsIn(archive)).toEqual(expectedPaths);
  });

  test('under any other name is recognised by its first bytes', async () => {
    for (const compression of ['none', 'gz', 'zst'] as const) {
      const saved = {
        directory,
        name: `copy-${compression}`,
        compression,
        manifest: false,
        checksum: false,
      } as const;
      const archive = await open(saveArchive(tar, saved));
      expect(archive.compression).toBe(compression);
      expect(await pathsIn(archive)).toEqual(expectedPaths);
    }
  });

  test('whose checksum file and manifest disagree is opened and the disagreement is told', async () => {
    const archive = await open(saveArchive(tar, { directory, checksum: `${'a'.repeat(64)}  x\n` }));
    expect(archive.unverified).toEqual(['the checksum file and the manifest state different SHA-256 values']);
    expect(archive.expectedDigests).toHaveLength(2);
  });

  test('with damaged sidecars is still opened', async () => {
    const path = saveArchive(tar, { directory, checksum: 'nonsense' });
    writeFileSync(`${path}.metadata`, '{"created_at": 12');
    const { unverified, manifestSource } = await open(path);
    expect(manifestSource).toBe('none');
    expect(unverified.join('\n')).toMatch(/manifest .* damaged[\s\S]*no SHA-256/);
  });

  test('that is encrypted is opened, but reading it says that a key is needed', async () => {
    const path = join(directory, 'pve1-backup-20260724-020000.tar.zst.age');
    writeFileSync(path, 'age-encryption.org/v1\n-> X25519 abc\n');
    const archive = await open(path);
    expect(archive).toMatchObject({ isEncrypted: true, compression: 'zst' });
    await expect(pathsIn(archive)).rejects.toThrow(EncryptionError);
    renameSync(path, join(directory, 'renamed.tar.zst'));
    expect(await open(join(directory, 'renamed.tar.zst'))).toMatchObject({ isEncrypted: true });
  });
});

test('a missing file, a directory and a file of another kind are errors that name the path', async () => {
  mkdirSync(join(directory, 'd'));
  writeFileSync(join(directory, 'text.bin'), 'hello');
  await expect(open(join(directory, 'none.tar'))).rejects.toThrow(/none.tar: no such file/);
  await expect(open(join(directory, 'd'))).rejects.toThrow(/d is a directory/);
  await expect(open(join(directory, 'text.bin'))).rejects.toThrow(/neither tar nor compressed tar/);
});

describe('a name that promises what the bytes are not is an error that says so', () => {
  const nameOf = (extension: string) => join(directory, `pve1-backup-20260724-020000.tar${extension}`);

  test.each(['', '.zst', '.gz', '.xz', '.bz2', '.lzma', '.zst.age', '.zst.bundle.tar'])(
    'an empty file named .tar%s',
    async (extension) => {
      writeFileSync(nameOf(extension), '');
      await expect(open(nameOf(extension))).rejects.toThrow(/ is empty$/);
      await expect(open(nameOf(extension))).rejects.toThrow(ArchiveError);
    },
  );

  test('an empty archive inside a bundle', async () => {
    writeFileSync(nameOf('.zst.bundle.tar'), hostileTar({ name: 'a.tar.zst' }));
    await expect(open(nameOf('.zst.bundle.tar'))).rejects.toThrow(/ is empty$/);
  });

  test.each([
    ['', 'tar'],
    ['.zst', 'zst'],
    ['.gz', 'gz'],
    ['.xz', 'xz'],
    ['.bz2', 'bz2'],
    ['.lzma', 'lzma'],
  ])('zeros, or text, named .tar%s', async (extension, type) => {
    for (const content of [Buffer.alloc(4096), 'hello']) {
      writeFileSync(nameOf(extension), content);
      await expect(open(nameOf(extension))).rejects.toThrow(
        `is not a ${type} archive although its name says so`,
      );
    }
  });

  test.each([
    ['.zst', 'zstd', ['-c']],
    ['.gz', 'gzip', ['-c']],
    ['.xz', 'xz', ['-c']],
    ['.bz2', 'bzip2', ['-c']],
    ['.lzma', 'xz', ['-9', '--format=lzma', '-c']],
    ['.lzma', 'xz', ['--format=lzma', '--lzma1=lc=0,lp=2,pb=0,dict=4KiB', '-c']],
    ['', 'cat', []],
  ])('but what the program makes is opened (.tar%s, %s %j)', async (extension, program, args) => {
    writeFileSync(nameOf(extension), execFileSync(program, args, { input: tar }));
    expect(await pathsIn(await open(nameOf(extension)))).toEqual(expectedPaths);
  });

  test('but a tar of the oldest format, which has no magic, is opened', async () => {
    writeFileSync(join(directory, 'f'), 'x');
    execFileSync('tar', ['-C', directory, '--format=v7', '-cf', nameOf(''), 'f']);
    expect(await pathsIn(await open(nameOf('')))).toEqual(['f']);
  });
});

test('a broken file is a value in a listing, not the end of it', async () => {
  const head = await listHead(host, asRealPath(join(directory, 'none.tar')));
  expect(head.archive).toBeUndefined();
  expect('problem' in head && head.problem).toBeInstanceOf(ArchiveError);
});

describe('the index', () => {
  test('is read with its head and areas', async () => {
    const index = await loadIndex(host, await open(saveArchive(tar, { directory })));
    expect(index).toMatchObject({ isFromArchive: true, head: { hostname: 'pve1' } });
    expect(index.entries.map(({ path, area, sha256: digest }) => [path, area, digest])).toEqual([
      ['etc', 'test', undefined],
      ['etc/hosts', 'dns', sha256(Buffer.from('127.0.0.1 localhost\n'))],
    ]);
  });

  test.each([existingEdition, false] as const)(
    'of an archive without one is made from the tar (manifest: %o)',
    async (manifest) => {
      const old = hostileTar(
        { name: './etc', type: '5', mode: 0o755 },
        { name: './etc/hosts', content: 'x\n' },
      );
      const index = await loadIndex(host, await open(saveArchive(old, { directory, manifest })));
      expect(index.isFromArchive).toBe(false);
      expect(index.entries).toMatchObject([
        { path: 'etc', area: '', type: 'directory', mode: '0755', mtime: '1700000000.000000000' },
        { path: 'etc/hosts', area: '', type: 'file', size: 2 },
      ]);
    },
  );

  test('with a malformed line is an error that names the line', async () => {
    const text = '{"schemaVersion":1,"createdAt":"","hostname":"h","areas":[],"entries":[\n{"path":1}\n]}\n';
    const bad = hostileTar({ name: './var/lib/proxsave-info/index.json', content: text });
    await expect(loadIndex(host, await open(saveArchive(bad, { directory })))).rejects.toThrow(
      /malformed in line 2/,
    );
  });
});

test.each(['xz', 'bz2', 'lzma', 'zst'])(
  'stopping early leaves no %s process and no open file behind',
  async (type) => {
    const big = await tarWithIndex([
      fileEntry('first', 'x'),
      fileEntry('big', Buffer.alloc(8 * 2 ** 20, 'abcdefg')),
    ]);
    const program = { xz: 'xz', bz2: 'bzip2', lzma: 'lzma', zst: 'zstd' }[type] ?? '';
    const path = join(directory, `x-backup-20260724-020000.tar.${type}`);
    writeFileSync(path, execFileSync(program, ['-c'], { input: big, maxBuffer: 2 ** 26 }));
    const archive = await open(path);
    const openFiles = () =>
      execFileSync('bash', ['-c', `ls -l /proc/${process.pid}/fd | grep -c "$0"; true`, directory], {
        encoding: 'utf8',
      });
    const before = openFiles();
    for await (const { meta } of readEntries(host, archive)) {
      expect(meta.path).toBe('first');
      break;
    }
    // It was killed; give the kernel a moment to take it away.
    const children = () =>
      execFileSync('bash', ['-c', `ps -o comm= --ppid ${process.pid}`], { encoding: 'utf8' });
    await vi.waitFor(() => expect(children().split('\n')).not.toContain(program), { timeout: 2000 });
    expect(openFiles()).toBe(before);
  },
);

test('reading reports every byte of the archive and stops when asked to', async () => {
  const archive = await open(saveArchive(tar, { directory }));
  let bytes = 0;
  for await (const { content } of readEntries(host, archive, { onBytes: (count) => (bytes += count) }))
    await collect(content);
  expect(bytes).toBe(archive.size);
  const signal = AbortSignal.abort();
  await expect(readEntries(host, archive, { signal }).next()).rejects.toThrow(/interrupted/);
});
