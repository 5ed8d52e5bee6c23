// Tiers that fail as they do in life: full, read-only, not mounted, silent. The cause is told, nothing is left, and
// no operation takes longer than its time.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DiskSpaceError, StorageError, VerificationError } from '../../src/errors.ts';
import type { Finding } from '../../src/findings.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { FileSystem } from '../../src/host/file-system.ts';
import { asRealPath, type Host, type RealPath } from '../../src/host/host.ts';
import { createDirectoryStore } from '../../src/storage/directory-store.ts';
import type { IsolatedStore } from '../../src/storage/isolated-directory/isolated-store.ts';
import { putWithRetries } from '../../src/storage/put-with-retries.ts';
import { createSecondaryStore, type SecondaryRequest } from '../../src/storage/secondary-store.ts';
import { StoreTimeoutError } from '../../src/storage/store-errors.ts';
import {
  mountBindfs,
  mountLoop,
  mountSource,
  mountTmpfs,
  noBindfs,
  noLoop,
  noTmpfs,
} from '../support/mounts.ts';
import { isRoot } from '../support/needs.ts';
import { processesNaming, until } from '../support/run-program.ts';
import { putRequest, scratchDirectory } from '../support/store-suite.ts';

const never = new AbortController().signal;
const name = 'node1-backup-20260724-020000.tar.zst.bundle.tar';
const content = Buffer.alloc(4 * 1024 * 1024, 'archive ');

interface Secondary {
  store: IsolatedStore;
  findings: Finding[];
}

function openSecondary(
  path: string,
  {
    host = createHost(),
    ...more
  }: Partial<SecondaryRequest['values']> & { host?: Host; state?: RealPath } = {},
): Secondary {
  const { state = scratchDirectory(), ...values } = more;
  const findings: Finding[] = [];
  const store = createSecondaryStore(host, {
    path: asRealPath(path),
    values: {
      MIN_DISK_SPACE_SECONDARY_GB: 0,
      FS_IO_TIMEOUT: 30,
      SECONDARY_REQUIRE_MOUNT: 'auto',
      ...values,
    },
    installId: randomUUID(),
    stateDirectory: state,
    report: (finding) => findings.push(finding),
  });
  onTestFinished(store.close);
  return { store, findings };
}

function titled(title: string, skip: string | false): string {
  return skip === false ? title : `${title} (skipped: ${skip})`;
}

/** Writes until there is no room. */
function fillUp(path: string): void {
  const fd = openSync(path, 'w');
  try {
    for (;;) writeSync(fd, Buffer.alloc(64 * 1024));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(fd);
  }
}

describe('room', () => {
  const noExt4 = noLoop('ext4');
  test.skipIf(noExt4)(
    titled('a disk that fills up during the copy keeps nothing of it', noExt4),
    async () => {
      const { path } = mountLoop('ext4');
      const directory = asRealPath(join(path, 'backups'));
      mkdirSync(directory);
      // In this process, so that the disk fills up exactly between two pieces.
      const store = createDirectoryStore(createHost(), 'secondary', directory);
      const filler = join(path, 'filler');
      let pieces = 0;
      const onBytes = () => {
        pieces += 1;
        if (pieces === 2) fillUp(filler);
      };
      const failed = store.put(putRequest(content, name, { onBytes }));
      await expect(failed).rejects.toBeInstanceOf(DiskSpaceError);
      await expect(failed).rejects.toThrow(/no space left on the device/);
      expect(pieces).toBeGreaterThanOrEqual(2);
      expect(readdirSync(directory)).toEqual([]);
      rmSync(filler);
      expect((await store.put(putRequest(content, name))).status).toBe('stored');
    },
  );

  test('less than MIN_DISK_SPACE_SECONDARY_GB is refused before anything is copied', async () => {
    const path = join(scratchDirectory(), 'backups');
    const { store } = openSecondary(path, { MIN_DISK_SPACE_SECONDARY_GB: 1e6 });
    await expect(store.prepare(never)).rejects.toThrow(/MIN_DISK_SPACE_SECONDARY_GB asks for/);
    await expect(store.put(putRequest(content, name))).rejects.toBeInstanceOf(DiskSpaceError);
    expect(readdirSync(path)).toEqual([]);
  });

  const tmpfs = noTmpfs();
  test.skipIf(tmpfs)(
    titled('an archive that does not fit is refused before anything is copied', tmpfs),
    async () => {
      const { path } = mountTmpfs(scratchDirectory(), 'size=2m');
      const { store } = openSecondary(join(path, 'backups'));
      await store.prepare(never);
      await expect(store.put(putRequest(content, name))).rejects.toThrow(/free; the archive has 4.0 MiB/);
      expect(readdirSync(join(path, 'backups'))).toEqual([]);
    },
  );
});

describe('rights', () => {
  const tmpfs = noTmpfs();
  test.skipIf(tmpfs)(titled('a read-only mount is told as such', tmpfs), async () => {
    const { path } = mountTmpfs(scratchDirectory(), 'ro,size=2m');
    const { store } = openSecondary(join(path, 'backups'));
    await expect(store.prepare(never)).rejects.toMatchObject({
      message: expect.stringContaining('the file system is read-only'),
      hint: expect.stringContaining('dmesg'),
    });
    await expect(store.list(never)).resolves.toEqual([]);
  });

  test('a directory that goes away during the copy is told, with where to look', async () => {
    const directory = asRealPath(join(scratchDirectory(), 'backups'));
    mkdirSync(directory);
    const store = createDirectoryStore(createHost(), 'secondary', directory);
    const onBytes = () => rmSync(directory, { recursive: true, force: true });
    await expect(store.put(putRequest(content, name, { onBytes }))).rejects.toMatchObject({
      exit: 'storage',
      message: expect.stringContaining(`cannot copy ${name} to ${directory}: no such file or directory`),
      hint: expect.stringContaining('did the disk or share go away'),
    });
    expect(readdirSync(dirname(directory))).toEqual([]);
  });

  test('a copy is for its owner only, and as old as its source', async () => {
    const path = join(scratchDirectory(), 'backups');
    const { store, findings } = openSecondary(path);
    await store.prepare(never);
    const request = putRequest(content, name);
    await store.put(request);
    const [copy, source] = [statSync(join(path, name)), statSync(request.source)];
    expect((copy.mode & 0o7777).toString(8)).toBe('600');
    expect(copy.uid).toBe(process.getuid?.());
    expect(Math.abs(copy.mtimeMs - source.mtimeMs)).toBeLessThan(1);
    expect(findings).toEqual([]);
  });

  const bindfs = noBindfs();
  test.skipIf(bindfs)(
    titled('a share that keeps no owner is no failure, and told once for a copy', bindfs),
    async () => {
      const options = ['--force-user=1234', '--chown-deny', '--chmod-deny', '--create-with-perms=0755'];
      const { path } = await mountBindfs(options);
      const { store, findings } = openSecondary(join(path, 'backups'));
      await store.prepare(never);
      await store.put(putRequest(content, name));
      expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['info owner-not-kept']);
    },
  );
});

describe('a place that is not mounted', () => {
  /** A host whose root is a directory. */
  function fakeHost(files: Readonly<Record<string, string>>): { host: Host; root: string } {
    const root = scratchDirectory();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return { host: createHost({ root }), root };
  }

  async function expectAllRefused(store: IsolatedStore, reason: RegExp): Promise<void> {
    const operations: readonly (() => Promise<unknown>)[] = [
      () => store.prepare(never),
      () => store.list(never),
      () => store.put(putRequest(content, name)),
      () => store.putText('HOW-TO-RESTORE.txt', 'text', never),
      () => store.remove([name], never),
      () => store.sweep(never),
      () => store.stat(name, never),
      () => store.space(never),
    ];
    for (const operation of operations) {
      const refused = operation();
      await expect(refused).rejects.toThrow(reason);
      await expect(refused).rejects.toMatchObject({
        exit: 'storage',
        hint: expect.stringContaining('mount'),
      });
    }
  }

  test.each([
    ['fstab', '/etc/fstab', 'nas:/export /mnt/nas nfs defaults 0 0\n', /\/etc\/fstab \(nas:\/export, nfs\)/],
    [
      'a unit',
      '/etc/systemd/system/mnt-nas.mount',
      '[Mount]\nWhat=x\nWhere=/mnt/nas\n',
      /unit mnt-nas\.mount/,
    ],
    ['storage.cfg', '/etc/pve/storage.cfg', 'nfs: nas\n\tpath /mnt/nas\n\tserver x\n', /the storage nas/],
    ['its place below /mnt', '/etc/hostname', 'node1\n', /lies below .*\/mnt, and on the root file system/],
  ])(
    'as %s says is refused by every operation, and nothing is made below it',
    async (_, file, text, reason) => {
      const { host, root } = fakeHost({ [file]: text });
      mkdirSync(join(root, 'mnt/nas'), { recursive: true });
      const { store } = openSecondary(join(root, 'mnt/nas/backups'), { host });
      await expectAllRefused(store, reason);
      expect(readdirSync(join(root, 'mnt/nas'))).toEqual([]);
    },
  );

  test('is refused behind a link too', async () => {
    const { host, root } = fakeHost({ '/etc/fstab': 'nas:/export /data/nas nfs defaults 0 0\n' });
    mkdirSync(join(root, 'data/nas'), { recursive: true });
    symlinkSync('data/nas', join(root, 'share'));
    const { store } = openSecondary(join(root, 'share/backups'), { host });
    await expectAllRefused(store, /nothing is mounted on .*\/data\/nas/);
    expect(readdirSync(join(root, 'data/nas'))).toEqual([]);
  });

  test('a plain directory elsewhere is used; with SECONDARY_REQUIRE_MOUNT=yes it is not', async () => {
    const { host, root } = fakeHost({});
    const path = join(root, 'srv/backups');
    const strict = openSecondary(path, { host, SECONDARY_REQUIRE_MOUNT: 'yes' });
    await expect(strict.store.prepare(never)).rejects.toThrow(/lies on the root file system/);
    expect(readdirSync(root)).toEqual([]);
    await openSecondary(path, { host }).store.prepare(never);
    expect(readdirSync(path)).toEqual([]);
  });

  test('SECONDARY_REQUIRE_MOUNT=no takes it as it is', async () => {
    const { host, root } = fakeHost({ '/etc/fstab': 'nas:/export /mnt/nas nfs defaults 0 0\n' });
    const { store } = openSecondary(join(root, 'mnt/nas/backups'), { host, SECONDARY_REQUIRE_MOUNT: 'no' });
    await store.prepare(never);
    expect((await store.put(putRequest(content, name))).status).toBe('stored');
  });

  const tmpfs = noTmpfs();
  test.skipIf(tmpfs)(
    titled('is refused where it was a mount before, and used again once it is back', tmpfs),
    async () => {
      const { host, root } = fakeHost({});
      const state = scratchDirectory();
      const mountPoint = join(root, 'srv/nas');
      mkdirSync(mountPoint, { recursive: true });
      const path = join(mountPoint, 'backups');
      const mount = mountTmpfs(mountPoint);
      const first = openSecondary(path, { host, state });
      await first.store.prepare(never);
      expect(first.findings).toEqual([]);
      mount.unmount();
      // The worker of that run notices too: the share went away under it.
      await expectAllRefused(
        first.store,
        /nothing is mounted on .*\/srv\/nas, but by what an earlier run found/,
      );
      await expectAllRefused(openSecondary(path, { host, state }).store, /an earlier run/);
      expect(readdirSync(mountPoint)).toEqual([]);
      mountTmpfs(mountPoint);
      await openSecondary(path, { host, state }).store.prepare(never);

      const forgotten = openSecondary(path, { host, state, SECONDARY_REQUIRE_MOUNT: 'no' });
      await forgotten.store.prepare(never);
      expect(readFileSync(join(state, 'mounts.json'), 'utf8')).toBe('{}\n');
    },
  );

  test.skipIf(tmpfs)(
    titled('a neighbour whose name only begins alike is no mount for it', tmpfs),
    async () => {
      const { host, root } = fakeHost({ '/etc/fstab': 'x /srv/nas2 nfs\n' });
      for (const each of ['nas', 'nas2']) mkdirSync(join(root, 'srv', each), { recursive: true });
      mountTmpfs(join(root, 'srv/nas'));
      const { store } = openSecondary(join(root, 'srv/nas2/backups'), { host });
      await expect(store.prepare(never)).rejects.toThrow(/nothing is mounted on .*\/srv\/nas2/);
    },
  );
});

describe('silence', () => {
  const ownWorkers = () =>
    processesNaming('--internal-io-worker').filter((pid) =>
      readFileSync(`/proc/${pid}/status`, 'utf8').includes(`PPid:\t${process.pid}\n`),
    );

  test('a worker that stands still is given up, and the next operation has a new one', async () => {
    const path = join(scratchDirectory(), 'backups');
    const { store } = openSecondary(path, { FS_IO_TIMEOUT: 2 });
    await store.prepare(never);
    const [worker] = ownWorkers();
    expect(worker).toBeDefined();
    process.kill(worker ?? 0, 'SIGSTOP');
    const failed = store.put(putRequest(content, name));
    await expect(failed).rejects.toBeInstanceOf(StoreTimeoutError);
    await expect(failed).rejects.toThrow(/timeout: .* has not answered for 2 s/);
    await until('the worker is gone', () => !ownWorkers().includes(worker ?? 0));
    expect(await store.list(never)).toEqual([]);
    await store.sweep(never);
    expect((await store.put(putRequest(content, name))).status).toBe('stored');
    expect(readdirSync(path)).toEqual([name]);
  });

  test('what a worker that died in the middle of a copy left is swept', async () => {
    const path = join(scratchDirectory(), 'backups');
    const { store } = openSecondary(path);
    await store.prepare(never);
    const [worker] = ownWorkers();
    const huge = Buffer.alloc(64 * 1024 * 1024, 'archive ');
    const onBytes = () => {
      process.kill(worker ?? 0, 'SIGKILL');
    };
    await expect(store.put(putRequest(huge, name, { onBytes }))).rejects.toThrow(/has ended/);
    expect(await store.list(never)).toEqual([]);
    expect(await store.sweep(never)).toHaveLength(1);
    expect(readdirSync(path)).toEqual([]);
  });

  const bindfs = noBindfs();
  test.skipIf(bindfs)(
    titled('a dead server under the path costs the timeout and nothing else', bindfs),
    async () => {
      const { path, pid } = await mountBindfs();
      const { store } = openSecondary(join(path, 'backups'), { FS_IO_TIMEOUT: 1 });
      await store.prepare(never);
      process.kill(pid, 'SIGSTOP');
      for (const operation of [
        () => store.list(never),
        () => store.put(putRequest(content, name)),
        () => store.prepare(never),
      ]) {
        await expect(operation()).rejects.toBeInstanceOf(StoreTimeoutError);
      }
      process.kill(pid, 'SIGCONT');
      await until('all that was given up is gone', () => ownWorkers().length === 0);
      expect((await store.put(putRequest(content, name))).status).toBe('stored');
    },
  );

  test.skipIf(bindfs)(titled('an abort ends the wait for a dead server', bindfs), async () => {
    const { path, pid } = await mountBindfs();
    const { store } = openSecondary(join(path, 'backups'), { FS_IO_TIMEOUT: 0 });
    await store.prepare(never);
    process.kill(pid, 'SIGSTOP');
    const abort = new AbortController();
    const waiting = store.list(abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ exit: 'interrupted' });
  });
});

describe('failures that pass', () => {
  /** A host whose file system fails these calls, one after another, and works from then on. */
  function failing(call: 'syncAsync' | 'link', codes: readonly string[]): { host: Host; waits: number[] } {
    const host = createHost();
    const left = [...codes];
    const waits: number[] = [];
    const fail = () => {
      const code = left.shift();
      if (code !== undefined) throw Object.assign(new Error(code), { code, syscall: call });
    };
    const fs: FileSystem = {
      ...host.fs,
      syncAsync: async (fd) => {
        if (call === 'syncAsync') fail();
        await host.fs.syncAsync(fd);
      },
      link: (existing, path) => {
        if (call === 'link') fail();
        host.fs.link(existing, path);
      },
    };
    const clock = { ...host.clock, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
    return { host: { ...host, fs, clock }, waits };
  }

  test('are tried again', async () => {
    const directory = scratchDirectory();
    const { host, waits } = failing('syncAsync', ['EIO', 'ESTALE', 'ETIMEDOUT']);
    let bytes = 0;
    const request = putRequest(content, name, { onBytes: (count) => (bytes += count) });
    const result = await putWithRetries(host, createDirectoryStore(host, 'secondary', directory), request);
    expect(result.status).toBe('stored');
    expect(bytes).toBe(content.length);
    expect(waits).toHaveLength(3);
    expect(readdirSync(directory)).toEqual([name]);
  });

  test.each([
    ['that stay are given up', ['EIO', 'EIO', 'EIO', 'EIO', 'EIO'], 3],
    ['that do not pass are not tried again', ['ENOSPC'], 0],
  ])('%s, and nothing is left', async (_, codes, expectedWaits) => {
    const directory = scratchDirectory();
    const { host, waits } = failing('syncAsync', codes);
    const store = createDirectoryStore(host, 'secondary', directory);
    await expect(putWithRetries(host, store, putRequest(content, name))).rejects.toThrow(/cannot copy/);
    expect(waits).toHaveLength(expectedWaits);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('a file system without hard links (%s) renames', async (code) => {
    const directory = scratchDirectory();
    const { host } = failing('link', [code]);
    const store = createDirectoryStore(host, 'secondary', directory);
    expect((await store.put(putRequest(content, name))).status).toBe('stored');
    expect(readdirSync(directory)).toEqual([name]);
  });

  test('a copy that does not read back as it was written is removed and an error', async () => {
    const directory = scratchDirectory();
    const host = createHost();
    // A disk that turns a bit after it was told to keep the bytes.
    const syncAsync = async (fd: number) => {
      host.fs.write(fd, Buffer.from('X'), 1000);
      await host.fs.syncAsync(fd);
    };
    const store = createDirectoryStore({ ...host, fs: { ...host.fs, syncAsync } }, 'secondary', directory);
    const failed = store.put(putRequest(content, name));
    await expect(failed).rejects.toBeInstanceOf(VerificationError);
    await expect(failed).rejects.toThrow(/does not read back/);
    expect(readdirSync(directory)).toEqual([]);
  });
});

test.skipIf(!isRoot)('a directory in the place of the file is told and left (root)', async () => {
  const path = join(scratchDirectory(), 'backups');
  mkdirSync(join(path, name), { recursive: true });
  const { store } = openSecondary(path);
  await expect(store.put(putRequest(content, name))).rejects.toBeInstanceOf(StorageError);
  expect(readdirSync(path)).toEqual([name]);
});

describe('a place that is the directory of the source by another name', () => {
  /** The archive where a run left it, and the same directory under a second name. */
  function withSecondName(makeSecond: (first: string, second: string) => void) {
    const base = scratchDirectory();
    const [first, second] = [join(base, 'primary'), join(base, 'nas')];
    mkdirSync(first);
    writeFileSync(join(first, name), content);
    makeSecond(first, second);
    const request = { ...putRequest(content, name), source: asRealPath(join(first, name)) };
    return { first, second, request };
  }

  async function expectNoCopy({ first, second, request }: ReturnType<typeof withSecondName>) {
    const { store } = openSecondary(second, { SECONDARY_REQUIRE_MOUNT: 'no' });
    await store.prepare(never);
    const refused = store.put(request);
    await expect(refused).rejects.toBeInstanceOf(StorageError);
    await expect(refused).rejects.toThrow(/is no copy: it is .*primary.* itself, by another name/);
    expect(readdirSync(first)).toEqual([name]);
    expect(readFileSync(join(first, name)).equals(content)).toBe(true);
  }

  test('through a link is no copy', async () => {
    await expectNoCopy(withSecondName((first, second) => symlinkSync(first, second)));
  });

  const tmpfs = noTmpfs();
  test.skipIf(tmpfs)(titled('through a bind mount is no copy', tmpfs), async () => {
    await expectNoCopy(
      withSecondName((first, second) => {
        mkdirSync(second);
        execFileSync('mount', ['--bind', first, second]);
        onTestFinished(() => {
          execFileSync('umount', [second]);
        });
      }),
    );
  });

  const bindfs = noBindfs();
  test.skipIf(bindfs)(titled('through a share of this machine is no copy', bindfs), async () => {
    // Another device with other inodes: only what lies there tells.
    const { path } = await mountBindfs();
    const source = mountSource(path);
    const first = join(source, 'primary');
    mkdirSync(first);
    writeFileSync(join(first, name), content);
    const request = { ...putRequest(content, name), source: asRealPath(join(first, name)) };
    await expectNoCopy({ first, second: join(path, 'primary'), request });
  });

  test('is found in a hard link of the source', async () => {
    await expectNoCopy(
      withSecondName((first, second) => {
        mkdirSync(second);
        linkSync(join(first, name), join(second, name));
      }),
    );
  });

  test('another directory with the same archive is none: it is there already', async () => {
    const { second, request } = withSecondName((_, other) => {
      mkdirSync(other);
      writeFileSync(join(other, name), content);
    });
    const { store } = openSecondary(second, { SECONDARY_REQUIRE_MOUNT: 'no' });
    expect((await store.put(request)).status).toBe('already-there');
    expect(readdirSync(second)).toEqual([name]);
  });
});

describe('something that is no file under the name of the archive', () => {
  test.each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/etc/passwd', path)],
    ['a fifo', (path: string) => execFileSync('mkfifo', [path])],
  ])('%s is named and left as it is', async (what, make) => {
    const path = scratchDirectory();
    const { store } = openSecondary(path);
    make(join(path, name));
    await expect(store.put(putRequest(content, name))).rejects.toThrow(
      `exists already and is ${what}, no file`,
    );
    expect(readdirSync(path)).toEqual([name]);
  });
});
