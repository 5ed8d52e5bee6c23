// Files that change while they are read. Whatever happens to them, the archive stays sound (it is read back and
// compared, and listed by GNU tar), and nothing is lost without a word.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasPrograms, isRoot } from '../../support/needs.ts';
import { atRead, backUpInProcess, systemError, type ReadMoments } from '../../support/run-in-process.ts';
import { createSandbox, type Sandbox } from '../../support/sandbox.ts';
import { memberNames, plainArchive } from '../../support/unpack.ts';

const mebibyte = 1024 * 1024;
const name = 'root/changing';

interface Result {
  exitCode: number;
  verified: boolean;
  findings: { severity: string; code: string; message: string }[];
  /** What the archive has under the name; undefined: no such member. */
  content: Buffer | undefined;
  archivePath: string;
}

/** Backs up a host with one file of `size` bytes, all `a`, to which something happens. */
async function backUpWith(
  size: number,
  moments: (path: string, sandbox: Sandbox) => ReadMoments,
): Promise<Result> {
  const sandbox = createSandbox();
  const path = join(sandbox.root, name);
  writeFileSync(path, Buffer.alloc(size, 'a'));
  const { record } = await backUpInProcess(sandbox, { fs: atRead(path, moments(path, sandbox)) });
  const archive = plainArchive(record.archive_path);
  return {
    exitCode: record.exit_code,
    verified: record.verified,
    findings: record.findings.filter((finding) => finding.path === `/${name}`),
    content: memberNames(record.archive_path).includes(name)
      ? execFileSync('tar', ['-xOf', archive, `./${name}`], { maxBuffer: 64 * mebibyte })
      : undefined,
    archivePath: record.archive_path,
  };
}

const good = { exitCode: 0, verified: true, findings: [] };
const warned = (code: string) => ({
  exitCode: 1,
  verified: true,
  findings: [expect.objectContaining({ severity: 'warning', code })],
});

describe('a small file', () => {
  const size = 10_000;

  test('that grew since it was opened is saved with what it has now', async () => {
    const result = await backUpWith(size, (path) => ({ afterOpen: () => appendFileSync(path, 'more') }));
    expect(result).toMatchObject(good);
    expect(result.content?.length).toBe(size + 4);
  });

  test('that shrank since it was opened is saved with what it has now', async () => {
    const result = await backUpWith(size, (path) => ({ afterOpen: () => truncateSync(path, 17) }));
    expect(result).toMatchObject(good);
    expect(result.content?.length).toBe(17);
  });

  test('that grows as fast as it is read is cut to what it was, with a warning', async () => {
    const more = Buffer.alloc(2 * mebibyte, 'b');
    const result = await backUpWith(size, (path) => ({ beforeRead: () => appendFileSync(path, more) }));
    expect(result).toMatchObject(warned('file-changed'));
    expect(result.content?.equals(Buffer.alloc(size, 'a'))).toBe(true);
  });

  test('that vanished before it could be opened is no loss to speak of', async () => {
    const result = await backUpWith(size, (path) => ({ beforeOpen: () => rmSync(path) }));
    expect(result).toMatchObject({ exitCode: 0, verified: true, content: undefined });
    expect(result.findings).toMatchObject([{ severity: 'info', code: 'file-vanished' }]);
  });

  test('that vanishes while it is read is saved', async () => {
    const result = await backUpWith(size, (path) => ({ afterOpen: () => rmSync(path) }));
    expect(result).toMatchObject(good);
    expect(result.content?.length).toBe(size);
  });

  test('that is replaced by another file (the usual way to write) is saved as the new one', async () => {
    const result = await backUpWith(size, (path) => ({
      beforeOpen: () => {
        writeFileSync(`${path}~`, 'new');
        renameSync(`${path}~`, path);
      },
    }));
    expect(result).toMatchObject(good);
    expect(result.content?.toString()).toBe('new');
  });

  test.each([
    ['FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['link', (path: string) => symlinkSync('/etc/shadow', path)],
    ['directory', (path: string) => mkdirSync(path)],
  ])('that is replaced by a %s is a warning, and nothing hangs', async (_kind, make) => {
    const result = await backUpWith(size, (path) => ({
      beforeOpen: () => {
        rmSync(path);
        make(path);
      },
    }));
    expect(result).toMatchObject({ ...warned('file-replaced'), content: undefined });
  });

  test.each(['EACCES', 'EIO', 'ESTALE'])(
    'that cannot be read (%s) is a warning that names it',
    async (code) => {
      const fail = () => {
        throw systemError(code);
      };
      const moments = code === 'EACCES' ? { beforeOpen: fail } : { afterRead: fail };
      expect(await backUpWith(size, () => moments)).toMatchObject({
        ...warned('file-unreadable'),
        content: undefined,
      });
    },
  );
});

describe('a file above 4 MiB', () => {
  const size = 6 * mebibyte + 123;
  const atThirdRead = (act: () => void) => ({
    afterRead: (count: number) => (count === 3 ? act() : undefined),
  });

  test('that grows is saved with the size that it had, and a warning', async () => {
    const result = await backUpWith(size, (path) => atThirdRead(() => appendFileSync(path, 'more')));
    expect(result).toMatchObject(warned('file-changed'));
    expect(result.content?.equals(Buffer.alloc(size, 'a'))).toBe(true);
  });

  test('that shrinks is filled up with zeros, and a warning says so', async () => {
    const result = await backUpWith(size, (path) => atThirdRead(() => truncateSync(path, 4 * mebibyte + 5)));
    expect(result).toMatchObject(warned('file-changed'));
    expect(result.findings[0]?.message).toContain('zeros');
    const valid = 4 * mebibyte + 5;
    const expected = Buffer.concat([Buffer.alloc(valid, 'a'), Buffer.alloc(size - valid)]);
    expect(result.content?.equals(expected)).toBe(true);
  });

  test('that shrinks to nothing before its first byte is read is filled up too', async () => {
    const result = await backUpWith(size, (path) => ({ afterOpen: () => truncateSync(path, size) }));
    expect(result).toMatchObject({ exitCode: 0 });
    const emptied = await backUpWith(size, (path) => ({
      afterRead: (count) => (count === 1 ? truncateSync(path, 0) : undefined),
    }));
    expect(emptied).toMatchObject(warned('file-changed'));
    expect(emptied.content?.length).toBe(size);
  });

  test('that vanishes is saved whole', async () => {
    const result = await backUpWith(size, (path) => atThirdRead(() => rmSync(path)));
    expect(result).toMatchObject(good);
    expect(result.content?.length).toBe(size);
  });

  test('that is written to in place may be mixed, which is a warning', async () => {
    const result = await backUpWith(size, (path) =>
      atThirdRead(() => writeFileSync(path, Buffer.alloc(size, 'b'))),
    );
    expect(result).toMatchObject(warned('file-changed'));
    expect(result.content?.length).toBe(size);
  });

  test('with a read error is an error: exit 9, and the archive says that it is not complete', async () => {
    const result = await backUpWith(size, () =>
      atThirdRead(() => {
        throw systemError('EIO');
      }),
    );
    expect(result).toMatchObject({
      exitCode: 9,
      verified: true,
      findings: [{ severity: 'error', code: 'file-read-error' }],
    });
    expect(result.content?.length).toBe(size);
    const members = execFileSync('tar', ['-xOf', result.archivePath, '--wildcards', '*.metadata'], {
      encoding: 'utf8',
    });
    expect(JSON.parse(members)).toMatchObject({ status: 'partial', error_count: 1 });
  });
});

test('a directory that vanishes or cannot be listed does not stop the others', async () => {
  const sandbox = createSandbox();
  for (const directory of ['gone', 'denied']) mkdirSync(join(sandbox.root, 'root', directory));
  let listings = 0;
  const { record } = await backUpInProcess(sandbox, {
    fs: (real) => ({
      readDirectoryKinds: (path) => {
        // Once for the estimate, then for the archive.
        if (path.endsWith('/gone') && (listings += 1) === 2) rmSync(path, { recursive: true });
        if (path.endsWith('/denied')) throw systemError('EACCES');
        return real.readDirectoryKinds(path);
      },
    }),
  });
  expect(record).toMatchObject({ status: 'warning', verified: true });
  expect(record.findings).toMatchObject([
    { path: '/root/denied', code: 'file-unreadable' },
    { path: '/root/gone', code: 'file-vanished', severity: 'info' },
  ]);
  expect(memberNames(record.archive_path)).toContain('root/notes.txt');
});

test.skipIf(!isRoot || !hasPrograms('mknod', 'python3'))(
  'FIFOs, sockets and devices in a tree are passed by without being opened (needs root, mknod, python3)',
  async () => {
    const sandbox = createSandbox();
    const at = (path: string) => join(sandbox.root, 'root', path);
    execFileSync('mkfifo', [at('pipe')]);
    execFileSync('mknod', [at('block'), 'b', '7', '200']);
    execFileSync('mknod', [at('zero'), 'c', '1', '5']);
    execFileSync('python3', ['-c', `import socket; socket.socket(socket.AF_UNIX).bind('sock')`], {
      cwd: at(''),
    });
    const opened: string[] = [];
    const { record } = await backUpInProcess(sandbox, {
      fs: (real) => ({
        openForRead: (path) => {
          opened.push(path);
          return real.openForRead(path);
        },
      }),
    });
    expect(record).toMatchObject({ exit_code: 0, verified: true });
    expect(opened).toContain(at('notes.txt'));
    expect(opened.filter((path) => /pipe|block|zero|sock$/.test(path))).toEqual([]);
    expect(memberNames(record.archive_path).filter((member) => /pipe|block|zero|sock$/.test(member))).toEqual(
      [],
    );
  },
);
