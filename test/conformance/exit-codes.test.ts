// Every exit code of the table is either reached here, by the program itself where that is possible, or marked as
// belonging to a capability that does not exist yet; such a mark goes stale as soon as something uses the code.

import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodes, type ExitName } from '../../src/errors.ts';
import type { FileSystem } from '../../src/host/file-system.ts';
import { restoreInProcess } from '../support/restore-in-process.ts';
import { backUpInProcess, systemError } from '../support/run-in-process.ts';
import { runBackup, runProgram, startBackup, until } from '../support/run-program.ts';
import { addStub, createSandbox, lastRecord, plainHost, type Sandbox } from '../support/sandbox.ts';

type Provoke = (sandbox: Sandbox) => Promise<number | null>;

const backUp =
  (env: Record<string, string> = {}, args: readonly string[] = []): Provoke =>
  async (sandbox) =>
    (await runBackup(sandbox, { env, args })).code;

/** The second file that is put in place meets a broken disk; `from then on` the undo does, too. */
async function restoreThatFails(sandbox: Sandbox, when: 'once' | 'from then on'): Promise<number> {
  await runBackup(sandbox);
  const { archive_path: archive } = lastRecord(sandbox);
  for (const name of ['etc/hosts', 'etc/ssh/sshd_config', 'root/notes.txt'])
    writeFileSync(join(sandbox.root, name), 'wrecked');
  let placed = 0;
  const fs = (real: FileSystem): Partial<FileSystem> => ({
    rename: (from, to) => {
      const isOfHost = to.startsWith('/proc/self/fd/');
      placed += isOfHost ? 1 : 0;
      if (isOfHost && (placed === 2 || (placed > 2 && when !== 'once'))) throw systemError('EIO');
      real.rename(from, to);
    },
  });
  return (await restoreInProcess(sandbox, archive, fs)).record.exit_code;
}

const reached: Partial<Record<ExitName, Provoke>> = {
  ok: backUp(),
  warnings: backUp({ CUSTOM_BACKUP_PATHS: '/not/there' }),
  usage: backUp({}, ['--only', 'no-such-area']),
  environment: (sandbox) => {
    writeFileSync(sandbox.lock, 'a file where the directory should be');
    return backUp()(sandbox);
  },
  storage: (sandbox) => {
    writeFileSync(sandbox.backups, 'a file where the directory should be');
    return backUp()(sandbox);
  },
  permission: async (sandbox) => {
    const fs = () => ({
      createFile: () => {
        throw systemError('EACCES');
      },
    });
    return (await backUpInProcess(sandbox, { fs })).record.exit_code;
  },
  // Nobody listens on the discard port.
  failed: async ({ root, env }) => {
    const words = ['notify', 'pair', '--relay', 'http://127.0.0.1:9', '--code', 'ABCD-EFGH-JKMN-PQRS-TVWX'];
    return (await runProgram([...words, '--root', root], env)).code;
  },
  network: async ({ root, env }) => {
    const channel = { GOTIFY_ENABLED: 'true', GOTIFY_SERVER_URL: 'http://127.0.0.1:9', GOTIFY_TOKEN: 'x' };
    return (await runProgram(['notify', 'test', '--root', root], { ...env, ...channel })).code;
  },
  verification: async (sandbox) => {
    await runBackup(sandbox);
    const { archive_path: path } = lastRecord(sandbox);
    const bytes = readFileSync(path);
    const middle = bytes.length - 3000;
    bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    return (await runProgram(['verify', path])).code;
  },
  collection: backUp({}, ['--only', 'custom-paths']),
  archive: async (sandbox) => {
    const path = join(sandbox.base, 'node1-backup-20260724-020000.tar');
    writeFileSync(path, 'this is no archive\n'.repeat(100));
    return (await runProgram(['ls', path])).code;
  },
  compression: (sandbox) => {
    addStub(sandbox, 'xz', 'exit 1');
    return backUp({ COMPRESSION_TYPE: 'xz' })(sandbox);
  },
  security: async (sandbox) => {
    await runBackup(sandbox);
    return (await runProgram(['extract', lastRecord(sandbox).archive_path, '--to', '/'])).code;
  },
  'disk-space': backUp({ MIN_DISK_SPACE_PRIMARY_GB: '90000000' }),
  bug: async (sandbox) => {
    const fs = () => ({
      readLink: () => {
        throw new TypeError('made by the test');
      },
    });
    return (await backUpInProcess(sandbox, { fs })).record.exit_code;
  },
  encryption: backUp({ ENCRYPT_ARCHIVE: 'true' }),
  skipped: backUp({ BACKUP_ENABLED: 'false' }),
  'restore-undone': (sandbox) => restoreThatFails(sandbox, 'once'),
  'restore-broken': (sandbox) => restoreThatFails(sandbox, 'from then on'),
  interrupted: async (sandbox) => {
    const mark = join(sandbox.base, 'mark');
    addStub(sandbox, 'lsmod', `: > ${mark}; exec sleep 20`);
    const { child, ended } = startBackup(sandbox);
    await until('it is at work', () => existsSync(mark));
    child.kill('SIGTERM');
    return (await ended).code;
  },
};

/** Which class or name brings the code about, and what will use it. */
const later: Partial<Record<ExitName, { use: string; capability: string }>> = {};

test('each exit code is reached or marked as belonging to a later capability, never both', () => {
  expect(Object.keys({ ...reached, ...later }).sort()).toEqual(exitCodes.map(({ name }) => name).sort());
  expect(Object.keys(reached).filter((name) => name in later)).toEqual([]);
});

describe.each(exitCodes.filter(({ name }) => name in reached))(
  'exit code $code ($name)',
  ({ code, name }) => {
    test('is reached', async () => {
      const sandbox = createSandbox({ files: { ...plainHost, '/root/link': '-> nowhere' } });
      expect(await reached[name]?.(sandbox)).toBe(code);
    });
  },
);

test.each(Object.entries(later))('no code brings about `%s` yet', (_name, { use }) => {
  const source = join(import.meta.dirname, '../../src');
  const users = globSync('**/*.ts', { cwd: source }).filter((path) =>
    readFileSync(join(source, path), 'utf8').includes(use),
  );
  expect(users).toEqual([]);
});
