// Which writers of a lock file still hold it. Real processes; the lock file is of the existing edition.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { acquireFileLock } from '../../../src/host/file-lock.ts';
import { asRealPath, type Host } from '../../../src/host/host.ts';
import { formatRfc3339 } from '../../../src/util/format.ts';
import { hasPrograms } from '../../support/needs.ts';

const hasFlock = hasPrograms('flock');
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const other = spawn('sleep', ['60']);
// Its shell becomes a program that never waits for the child that ended.
const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const zombie = new Promise<number>((resolve) => {
  parent.stdout.once('data', (text: Buffer) => {
    resolve(Number(text.toString()));
  });
});
let base = '';
let lockPath = '';

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'proxsave-lock-'));
});
afterAll(() => {
  other.kill('SIGKILL');
  parent.kill('SIGKILL');
  rmSync(base, { recursive: true, force: true });
});
beforeEach(() => {
  lockPath = join(base, 'lock');
  rmSync(lockPath, { force: true });
});

type Fields = Readonly<Record<string, string | number | undefined>>;

const statFields = (pid: number | undefined) =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
const hourFromNow = (hours: number) => formatRfc3339(new Date(Date.now() + hours * 3_600_000));
const withoutFlock = (host: Host): Host => ({
  ...host,
  tools: { ...host.tools, find: () => undefined },
});

function isHeld(fields: Fields, host = createHost()): boolean {
  writeFileSync(
    lockPath,
    Object.entries(fields)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const result = acquireFileLock(host, asRealPath(lockPath), 'node1.example.org');
  if ('lock' in result) result.lock.release();
  return 'heldBy' in result;
}

describe.skipIf(!hasFlock)(
  'with the kernel lock in hand, the text of the existing edition (needs flock)',
  () => {
    test.each([
      ['with the full name of this host', 'node1.example.org', true],
      ['with the short name of this host', 'node1', true],
      ['with the name that the system gives', hostname(), true],
      ['with another name', 'node2', false],
    ])('%s', (_title, name, expected) => {
      expect(isHeld({ pid: other.pid, host: name, starttime: statFields(other.pid)[19] })).toBe(expected);
    });

    test('counts when the process started before the time in it, and not when it started after', () => {
      expect(isHeld({ pid: other.pid, host: 'node1', time: hourFromNow(1) })).toBe(true);
      expect(isHeld({ pid: other.pid, host: 'node1', time: hourFromNow(0) })).toBe(true);
      expect(isHeld({ pid: other.pid, host: 'node1', time: hourFromNow(-1) })).toBe(false);
    });

    test('is stale when its writer takes kernel locks too (boot_id): that one is dead', () => {
      const fields = { pid: other.pid, host: 'node1', starttime: statFields(other.pid)[19] };
      expect(isHeld({ ...fields, boot_id: bootId })).toBe(false);
    });
  },
);

describe('without a kernel lock the text', () => {
  const host = withoutFlock(createHost());
  test('of a living process counts, in this boot only', () => {
    const fields = { pid: other.pid, host: 'node1', starttime: statFields(other.pid)[19] };
    expect(isHeld({ ...fields, boot_id: bootId }, host)).toBe(true);
    expect(isHeld({ ...fields, boot_id: 'another' }, host)).toBe(false);
  });
});

test('a zombie holds nothing, with and without a kernel lock', async () => {
  const pid = await zombie;
  await expect.poll(() => statFields(pid)[0]).toBe('Z');
  const fields = { pid, host: 'node1', starttime: statFields(pid)[19] };
  expect(isHeld(fields)).toBe(false);
  expect(isHeld(fields, withoutFlock(createHost()))).toBe(false);
});

describe('a lock file that cannot be written (a full device)', () => {
  const full = asRealPath('/dev/full');

  test.skipIf(!hasFlock)(
    'is a lock all the same while the kernel holds it, and says why (needs flock)',
    () => {
      const result = acquireFileLock(createHost(), full, 'node1');
      if (!('lock' in result)) throw new Error('not taken');
      expect(result.lock.notDescribed).toBeInstanceOf(Error);
      result.lock.release();
    },
  );

  test('is no lock where the text is all there is', () => {
    expect(() => acquireFileLock(withoutFlock(createHost()), full, 'node1')).toThrow(/EINVAL|ENOSPC/);
  });
});
