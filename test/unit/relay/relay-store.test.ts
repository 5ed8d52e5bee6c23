// The state of the relay when its file cannot be used: told with what to do, and never as a damage that it is not.

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StorageError } from '../../../src/errors.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { openRelayStore } from '../../../src/relay/relay-store.ts';

const host = createHost({ env: {} });
const now = new Date('2026-07-24T02:00:00Z');
const code = { id: 'ABCD', createdAt: now, expiresAt: now, chatId: undefined };
const throwAway = 'pair all hosts again';

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-relay-store-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

async function storeIn(directory: string) {
  const store = await openRelayStore(host, asRealPath(directory));
  onTestFinished(() => store.close());
  return store;
}

function errorOf(action: () => unknown): StorageError {
  try {
    action();
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test('a file that another program keeps locked is not called damaged, and is usable afterwards', async () => {
  const directory = place();
  const store = await storeIn(directory);
  const other = new DatabaseSync(join(directory, 'relay.db'));
  other.exec('BEGIN IMMEDIATE');
  const error = errorOf(() => store.addCode(code));
  expect(error.message).toContain('database is locked');
  expect(error.hint).toContain('try again');
  expect(error.hint).not.toContain(throwAway);
  // To look is still possible: nothing is written when it is opened.
  expect((await storeIn(directory)).listHosts()).toEqual([]);
  other.exec('ROLLBACK');
  other.close();
  expect(store.addCode(code)).toBe(true);
}, 30_000);

describe('a database that is damaged', () => {
  test.each([
    [
      'is none',
      (path: string) => writeFileSync(path, 'no database at all, but as long as one begins'.repeat(100)),
    ],
    ['has lost its end', (path: string) => truncateSync(path, 5000)],
    [
      'holds rubbish in the middle',
      (path: string) => writeFileSync(path, readFileSync(path).fill(0x5a, 4096, 4096 * 4)),
    ],
  ])('because it %s is told with the way out', async (_what, damage) => {
    const directory = place();
    (await openRelayStore(host, asRealPath(directory))).close();
    damage(join(directory, 'relay.db'));
    const action = async () => (await storeIn(directory)).listHosts();
    await expect(action()).rejects.toMatchObject({
      exit: 'storage',
      hint: expect.stringContaining(throwAway),
    });
  });
});
