// Endings that cannot be brought about from outside: a bug in ourselves, a damaged archive, an interrupt at the worst
// moment.

import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { backUpInProcess, systemError } from '../../support/run-in-process.ts';
import { createSandbox, lastRecord, namesIn, plainHost } from '../../support/sandbox.ts';

test('an unexpected exception ends with 13 (bug), leaves no archive, and its stack is in the log', async () => {
  const sandbox = createSandbox({ files: { ...plainHost, '/root/link': '-> nowhere' } });
  const { record, error } = await backUpInProcess(sandbox, {
    fs: () => ({
      readLink: () => {
        throw new TypeError('made by the test');
      },
    }),
  });
  expect(error).toBeInstanceOf(TypeError);
  expect(record).toMatchObject({ status: 'failed', exit_code: 13, exit_name: 'bug', archive_path: '' });
  expect(namesIn(sandbox.backups)).toEqual([]);
  expect(readFileSync(lastRecord(sandbox).log_path, 'utf8')).toMatch(/CRITICAL +unexpected: TypeError/);
});

test('an archive that the disk damaged after it was written is not kept: exit 8', async () => {
  const sandbox = createSandbox();
  const { record } = await backUpInProcess(sandbox, {
    fs: (real) => ({
      // The disk lies: what was synced is not what comes back.
      sync: (fd) => {
        real.sync(fd);
        for (const name of namesIn(sandbox.backups).filter((candidate) => candidate.startsWith('node1-'))) {
          const path = `${sandbox.backups}/${name}`;
          const bytes = readFileSync(path);
          bytes[bytes.length - 3000]! ^= 0xff;
          writeFileSync(path, bytes);
        }
      },
    }),
    env: { BUNDLE_ASSOCIATED_FILES: 'false' },
  });
  expect(record).toMatchObject({ status: 'failed', exit_name: 'verification', archive_path: '' });
  expect(namesIn(sandbox.backups)).toEqual([]);
});

test.each([
  ['link', 'EIO'],
  ['sync', 'EIO'],
  ['write', 'EDQUOT'],
] as const)(
  'a target whose %s fails with %s ends the run, and no half-done archive stays',
  async (call, code) => {
    const sandbox = createSandbox();
    const isInTarget = (subject: unknown) => {
      const path = typeof subject === 'number' ? readlinkSync(`/proc/self/fd/${subject}`) : String(subject);
      return path.startsWith(sandbox.backups) && path.endsWith('.bundle.tar.partial');
    };
    const { record } = await backUpInProcess(sandbox, {
      fs: (real) => {
        const original: (...args: never[]) => unknown = real[call].bind(real);
        return {
          [call]: (...args: unknown[]) => {
            if (isInTarget(args[0])) throw systemError(code);
            return original(...(args as never[]));
          },
        };
      },
    });
    expect(record.status).toBe('failed');
    expect(record.exit_name).toBe(code === 'EDQUOT' ? 'disk-space' : 'storage');
    expect(record.archive_path).toBe('');
    expect(namesIn(sandbox.backups)).toEqual([]);
  },
);

test('an interrupt at the last moment before publishing still wins', async () => {
  const sandbox = createSandbox();
  const interrupt = new AbortController();
  const { record } = await backUpInProcess(sandbox, {
    signal: interrupt.signal,
    fs: (real) => ({
      write: (fd, bytes, position) => {
        real.write(fd, bytes, position);
        if (bytes.includes('"install_id"')) interrupt.abort();
      },
    }),
  });
  expect(record).toMatchObject({ status: 'interrupted', exit_code: 130, archive_path: '' });
  expect(namesIn(sandbox.backups)).toEqual([]);
});
