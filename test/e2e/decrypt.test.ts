// `proxsave decrypt`: what comes out is a complete archive again, or nothing. Keys, archives and readers are real: age,
// GNU tar, sha256sum and the program itself.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
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
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openArchive } from '../../src/archiver/read/open-archive.ts';
import { createDecryptStage } from '../../src/encryption/decrypt-stage.ts';
import { parseNativeIdentity } from '../../src/encryption/identity.ts';
import { DiskSpaceError, InterruptedError } from '../../src/errors.ts';
import { createHost } from '../../src/host/create-host.ts';
import { asRealPath, type Host } from '../../src/host/host.ts';
import { decryptArchive } from '../../src/orchestrator/decrypt-archive.ts';
import { makeOldArchive } from '../support/old-archives/make-old-archive.ts';
import { oldKeys, oldPassphrase } from '../support/old-archives/old-keys.ts';
import { oldHostEntries } from '../support/old-archives/old-host.ts';
import { hasPrograms } from '../support/needs.ts';
import { launcher, until } from '../support/run-program.ts';
import { systemError } from '../support/run-in-process.ts';
import { createCliHost, runCli, type CliHost } from '../unit/cli/cli-host.ts';
import { spawn } from 'node:child_process';

const { identity, recipient, salt } = oldKeys.v2;
const hasAge = hasPrograms('age', 'xz', 'zstd');

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-decrypt-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A directory with `key.txt` and `pass.txt`, an encrypted archive of this edition in `in`, and an empty `out`. */
interface Place {
  directory: string;
  archive: string;
  out: string;
  run: (...args: string[]) => ReturnType<typeof runCli>;
}

let madeOnce: { bundle: string; raw: string; remove: () => void } | undefined;

/** One backup of each form for the whole file. */
beforeAll(async () => {
  const hosts: CliHost[] = [];
  const make = async (isBundle: boolean) => {
    const host = createCliHost();
    hosts.push(host);
    const env = {
      ENCRYPT_ARCHIVE: 'true',
      AGE_RECIPIENT: recipient,
      BUNDLE_ASSOCIATED_FILES: String(isBundle),
    };
    await host.backUp([], { env });
    return host.backups;
  };
  const [bundle, raw] = [await make(true), await make(false)];
  madeOnce = { bundle, raw, remove: () => hosts.forEach((host) => host.remove()) };
  return () => madeOnce?.remove();
});

function place(form: 'bundle' | 'raw' = 'bundle'): Place {
  const directory = makeDirectory();
  const [from, out] = [join(directory, 'in'), join(directory, 'out')];
  cpSync(madeOnce?.[form] ?? '', from, { recursive: true });
  mkdirSync(out);
  writeFileSync(join(directory, 'key.txt'), `${identity}\n`);
  writeFileSync(join(directory, 'pass.txt'), `${oldPassphrase}\n`);
  const name = readdirSync(from).find((file) => /\.age(\.bundle\.tar)?$/u.test(file)) ?? '';
  const run = (...args: string[]) => runCli(args, { env: { PATH: process.env.PATH ?? '' } });
  return { directory, archive: join(from, name), out, run };
}

const key = ({ directory }: Place) => ['--identity', join(directory, 'key.txt')];

describe('a bundle', () => {
  test('becomes NAME.decrypted.bundle.tar, which needs no key and is proved file by file', async () => {
    const here = place();
    const { archive, out, run } = here;
    const { code, stdout, stderr } = await run('decrypt', archive, '-o', out, ...key(here));
    expect(code, stderr).toBe(0);
    const name = basename(archive).replace('.age.bundle.tar', '.decrypted.bundle.tar');
    expect(readdirSync(out)).toEqual([name]);
    expect(stdout).toContain(join(out, name));
    const made = join(out, name);
    expect(statSync(made).mode & 0o777).toBe(0o600);
    const verified = await run('verify', made);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('every file compared')]);
  });

  test('is for other people\u2019s programs a tar of metadata, checksum and archive', async () => {
    const here = place();
    await here.run('decrypt', here.archive, '-o', join(here.out, 'x.bundle.tar'), ...key(here));
    const unpacked = makeDirectory();
    execFileSync('tar', ['-xf', join(here.out, 'x.bundle.tar'), '-C', unpacked]);
    const plain = basename(here.archive).replace('.age.bundle.tar', '');
    expect(readdirSync(unpacked).sort()).toEqual([plain, `${plain}.metadata`, `${plain}.sha256`]);
    execFileSync('sha256sum', ['-c', '--quiet', `${plain}.sha256`], { cwd: unpacked });
    execFileSync('tar', ['-tf', plain], { cwd: unpacked });
  });

  test('keeps what its manifest says, but for size, checksum and encryption', async () => {
    const here = place();
    const before = await openArchive(createHost(), asRealPath(here.archive));
    await here.run('decrypt', here.archive, '-o', here.out, ...key(here));
    const made = join(here.out, readdirSync(here.out)[0] ?? '');
    const { manifest, isEncrypted, unverified } = await openArchive(createHost(), asRealPath(made));
    expect([isEncrypted, unverified]).toEqual([false, []]);
    expect(manifest).toMatchObject({ encryption_mode: 'none', verified_at: expect.any(String) as string });
    expect(manifest).not.toHaveProperty('recipients');
    // A copy made by hand is not retention's to count or to drop.
    expect(manifest).not.toHaveProperty('install_id');
    for (const fact of ['hostname', 'created_at', 'areas', 'script_version', 'status'] as const) {
      expect([fact, manifest[fact]]).toEqual([fact, before.manifest[fact]]);
    }
  });
});

describe('a raw archive', () => {
  test('is made by a name that ends like it, with its sidecars', async () => {
    const here = place('raw');
    const name = `plain${/\.tar(\.\w+)?(?=\.age)/u.exec(here.archive)?.[0] ?? ''}`;
    const { code, stderr } = await here.run(
      'decrypt',
      here.archive,
      '-o',
      join(here.out, name),
      ...key(here),
    );
    expect(code, stderr).toBe(0);
    expect(readdirSync(here.out).sort()).toEqual([
      name,
      `${name}.manifest.json`,
      `${name}.metadata`,
      `${name}.sha256`,
    ]);
    execFileSync('sha256sum', ['-c', '--quiet', `${name}.sha256`], { cwd: here.out });
    expect((await here.run('verify', join(here.out, name))).code).toBe(0);
  });

  test('is refused under a name that promises something else', async () => {
    const here = place('raw');
    for (const name of ['plain.tar.bz2', 'plain.tar.age', 'plain']) {
      const { code, stderr } = await here.run(
        'decrypt',
        here.archive,
        '-o',
        join(here.out, name),
        ...key(here),
      );
      expect([name, code]).toEqual([name, 2]);
      expect(stderr).toContain('does not end like');
    }
    expect(readdirSync(here.out)).toEqual([]);
  });
});

describe.skipIf(!hasAge)('an archive of the existing edition, where age is installed,', () => {
  test.each(['bundle', 'raw'] as const)(
    'as a %s is decrypted unattended by its passphrase; the salt is kept',
    async (form) => {
      const here = place();
      const archive = makeOldArchive(here.directory, { recipient, salt, form });
      const { code, stderr } = await here.run(
        'decrypt',
        archive,
        '-o',
        here.out,
        '--passphrase-file',
        join(here.directory, 'pass.txt'),
      );
      expect(code, stderr).toBe(0);
      const made = join(here.out, 'pve1-backup-20260724-020000.tar.xz.decrypted.bundle.tar');
      const { manifest } = await openArchive(createHost(), asRealPath(made));
      expect(manifest).toMatchObject({
        encryption_mode: 'none',
        passphrase_salt: salt,
        script_version: '0.30.0',
      });
      expect((await here.run('verify', made)).code).toBe(0);
    },
  );

  test('without sidecars is decrypted, and what nobody vouches for is said', async () => {
    const here = place();
    const options = { recipient, form: 'raw', metadata: 'none', hasChecksum: false } as const;
    const archive = makeOldArchive(here.directory, options);
    const { code, stderr } = await here.run('decrypt', archive, '-o', here.out, ...key(here));
    expect(code).toBe(1);
    expect(stderr).toContain('manifest');
    expect(readdirSync(here.out)).toHaveLength(1);
  });
});

describe('stdout', () => {
  test('gets the plain archive, byte for byte what age gives', (context) => {
    context.skip(!hasAge, 'age is not installed');
    const here = place('raw');
    const argv = ['decrypt', here.archive, '-o', '-', ...key(here)];
    const ours = execFileSync(launcher, argv, { maxBuffer: 1 << 28 });
    const theirs = execFileSync('age', ['-d', '-i', join(here.directory, 'key.txt'), here.archive], {
      maxBuffer: 1 << 28,
    });
    expect(ours.equals(theirs)).toBe(true);
  });

  test('is refused where it is a terminal, and together with --json', async () => {
    const here = place();
    const argv = ['decrypt', here.archive, '-o', '-', ...key(here)];
    const terminal = await runCli(argv, { isTerminal: true, env: { PATH: '' } });
    expect([terminal.code, terminal.stdout]).toEqual([2, '']);
    expect((await here.run(...argv, '--json')).code).toBe(2);
  });

  test('of a cut archive ends in an error that says so', async () => {
    const here = place('raw');
    truncateSync(here.archive, statSync(here.archive).size - 10);
    const { code, stderr } = await here.run('decrypt', here.archive, '-o', '-', ...key(here));
    expect(code).toBe(15);
    expect(stderr).toContain('is not complete');
  });
});

describe('nothing appears', () => {
  const fails = async (here: Place, code: number, ...args: string[]) => {
    const before = readdirSync(here.out);
    const result = await here.run('decrypt', here.archive, '-o', here.out, ...args);
    expect([result.code, result.stdout], result.stderr).toEqual([code, '']);
    expect(readdirSync(here.out)).toEqual(before);
    return result.stderr;
  };

  test('without a key where nobody can be asked, and the flags are named', async () => {
    expect(await fails(place(), 2)).toMatch(/--identity FILE.*--passphrase-file/su);
  });

  test('with a wrong key, and it is said for whom the archive was made', async () => {
    const here = place();
    writeFileSync(join(here.directory, 'key.txt'), oldKeys.v1.identity);
    expect(await fails(here, 15, ...key(here))).toContain(recipient);
  });

  test.each([1, 17, 5000])('when the last %i bytes are missing', async (count) => {
    const here = place('raw');
    truncateSync(here.archive, statSync(here.archive).size - count);
    await fails(here, 15, ...key(here));
  });

  test('when a bundle is cut short', async () => {
    const here = place();
    truncateSync(here.archive, statSync(here.archive).size - 3000);
    await fails(here, 10, ...key(here));
  });

  test('when one bit differs, wherever it is', async () => {
    const here = place('raw');
    const good = readFileSync(here.archive);
    for (const at of [30, 150, 250, 400, good.length >> 1, good.length - 1]) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      writeFileSync(here.archive, bad);
      const { code, stdout } = await here.run('decrypt', here.archive, '-o', here.out, ...key(here));
      expect([at, code >= 8, stdout]).toEqual([at, true, '']);
      expect(readdirSync(here.out)).toEqual([]);
    }
  });

  test('when it is another archive for the same recipient, unless that is wanted', async (context) => {
    context.skip(!hasAge, 'age is not installed');
    const here = place('raw');
    const key = ['--identity', join(here.directory, 'key.txt')];
    const plain = execFileSync('age', ['-d', '-i', join(here.directory, 'key.txt'), here.archive], {
      maxBuffer: 1 << 28,
    });
    writeFileSync(here.archive, execFileSync('age', ['-r', recipient], { input: plain, maxBuffer: 1 << 28 }));
    expect(await fails(here, 8, ...key)).toContain('--ignore-checksum');
    const { code } = await here.run('decrypt', here.archive, '-o', here.out, '--ignore-checksum', ...key);
    expect(code).toBeLessThanOrEqual(1);
    expect(readdirSync(here.out)).toHaveLength(1);
  });

  test.skipIf(!hasAge)('when what age protects is a damaged archive (where age is installed)', async () => {
    const here = place();
    const entries = oldHostEntries().filter(({ path }) => path !== 'etc/pve/storage.cfg');
    const archive = makeOldArchive(here.directory, { recipient, entries });
    const { code } = await here.run('decrypt', archive, '-o', here.out, ...key(here));
    expect(code).toBe(8);
    expect(readdirSync(here.out)).toEqual([]);
  });

  test('for an archive that is not encrypted', async () => {
    const here = place();
    await here.run('decrypt', here.archive, '-o', here.out, ...key(here));
    const made = join(here.out, readdirSync(here.out)[0] ?? '');
    const { code, stderr } = await here.run('decrypt', made, '-o', join(here.out, 'y.bundle.tar'));
    expect(code).toBe(2);
    expect(stderr).toContain('is not encrypted');
  });

  test('in a directory that is not there', async () => {
    const here = place();
    const { code } = await here.run('decrypt', here.archive, '-o', join(here.out, 'no/'), ...key(here));
    expect(code).toBe(2);
    expect(existsSync(join(here.out, 'no'))).toBe(false);
  });
});

describe('a file that exists', () => {
  test('stays as it is, and is replaced when that is asked for', async () => {
    const here = place();
    const target = join(here.out, 'mine.bundle.tar');
    writeFileSync(target, 'mine');
    const argv = ['decrypt', here.archive, '-o', target, ...key(here)];
    const refused = await here.run(...argv);
    expect([refused.code, readFileSync(target, 'utf8')]).toEqual([2, 'mine']);
    expect(refused.stderr).toContain('--overwrite');
    expect((await here.run(...argv, '--overwrite')).code).toBe(0);
    expect((await here.run('verify', target)).code).toBe(0);
  });

  test('also stays when decrypting fails although it may be replaced', async () => {
    const here = place('raw');
    truncateSync(here.archive, statSync(here.archive).size - 1);
    const target = join(here.out, 'mine.bundle.tar');
    writeFileSync(target, 'mine');
    const { code } = await here.run('decrypt', here.archive, '-o', target, '--overwrite', ...key(here));
    expect([code, readFileSync(target, 'utf8')]).toEqual([15, 'mine']);
    expect(readdirSync(here.out)).toEqual(['mine.bundle.tar']);
  });

  test('is never the archive itself', async () => {
    const here = place();
    const before = readFileSync(here.archive);
    const argv = ['decrypt', here.archive, '-o', here.archive, '--overwrite', ...key(here)];
    expect((await here.run(...argv)).code).toBe(2);
    expect(readFileSync(here.archive).equals(before)).toBe(true);
  });
});

test('--json ends in a summary of what was made', async () => {
  const here = place();
  const result = await here.run('decrypt', here.archive, '-o', here.out, '--json', ...key(here));
  expect(result.code).toBe(0);
  const lines = result.json();
  expect(lines.slice(0, -1).every(({ type }) => type === 'status')).toBe(true);
  const [name = ''] = readdirSync(here.out);
  expect(lines.at(-1)).toEqual({
    type: 'summary',
    schemaVersion: 1,
    archive: here.archive,
    path: join(here.out, name),
    kind: 'bundle',
    name: name.replace('.decrypted.bundle.tar', ''),
    sizeBytes: expect.any(Number) as number,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
    level: 'content',
    checked: {
      entries: expect.any(Number) as number,
      files: expect.any(Number) as number,
      bytes: expect.any(Number) as number,
    },
    unverified: [],
  });
});

describe('in the middle of it', () => {
  /** Runs with a file system that does something at the second write. */
  async function decryptWith(atWrite: (host: Host) => void, signal?: AbortSignal) {
    const here = place();
    const real = createHost(signal === undefined ? {} : { signal });
    let writes = 0;
    const host: Host = {
      ...real,
      fs: {
        ...real.fs,
        writeAsync: async (fd, bytes, position) => {
          writes += 1;
          if (writes === 1) atWrite(real);
          await real.fs.writeAsync(fd, bytes, position);
        },
      },
    };
    const opened = await openArchive(host, asRealPath(here.archive));
    const identities = [await parseNativeIdentity(identity)];
    const pending = decryptArchive(host, {
      archive: { ...opened, decrypt: () => createDecryptStage(identities) },
      to: { path: asRealPath(join(here.out, 'x.bundle.tar')), kind: 'bundle' },
      overwrite: false,
      ignoreChecksum: false,
      onBytes: () => undefined,
    });
    return { here, pending };
  }

  test('a full disk leaves nothing', async () => {
    const { here, pending } = await decryptWith(() => {
      throw systemError('ENOSPC');
    });
    await expect(pending).rejects.toThrow(DiskSpaceError);
    expect(readdirSync(here.out)).toEqual([]);
  });

  test('an interrupt leaves nothing', async () => {
    const controller = new AbortController();
    const { here, pending } = await decryptWith(() => {
      controller.abort();
    }, controller.signal);
    await expect(pending).rejects.toThrow(InterruptedError);
    expect(readdirSync(here.out)).toEqual([]);
  });
});

describe.skipIf(!hasAge)('as a process, where age is installed,', () => {
  /** Large enough to be met in the middle. */
  function startLarge() {
    const here = place();
    const big = { path: 'big', type: 'file', mode: 0o600, content: randomBytes(192 << 20) } as const;
    const archive = makeOldArchive(here.directory, { recipient, form: 'raw', codec: 'none', entries: [big] });
    const argv = ['decrypt', archive, '-o', here.out, ...key(here)];
    const child = spawn(launcher, argv, { stdio: 'ignore' });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    return { here, argv, child, ended };
  }
  const hasPartial = ({ out }: Place) => readdirSync(out).some((name) => name.endsWith('.partial'));

  test('an interrupt ends with 130 and leaves nothing', async () => {
    const { here, child, ended } = startLarge();
    await until('it writes', () => hasPartial(here));
    child.kill('SIGTERM');
    expect(await ended).toBe(130);
    expect(readdirSync(here.out)).toEqual([]);
  });

  test('a kill leaves no file under the name; the next one says what is there and gets through', async () => {
    const { here, argv, child, ended } = startLarge();
    await until('it writes', () => hasPartial(here));
    child.kill('SIGKILL');
    await ended;
    expect(readdirSync(here.out)).toEqual(['pve1-backup-20260724-020000.tar.decrypted.bundle.tar.partial']);
    const refused = await here.run(...argv);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('was killed');
    expect((await here.run(...argv, '--overwrite')).code).toBe(0);
    expect(readdirSync(here.out)).toEqual(['pve1-backup-20260724-020000.tar.decrypted.bundle.tar']);
  });
});
