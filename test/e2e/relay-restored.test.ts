// A machine that runs a relay is lost: it comes back with the hosts that were paired with it. Where a relay has hosts of its
// own, a restore leaves them alone.

import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { openRelayKey } from '../../src/relay/relay-key.ts';
import { openRelayStore, type RelayStore } from '../../src/relay/relay-store.ts';
import { restore } from '../support/restore-host.ts';
import { runBackup } from '../support/run-program.ts';
import { createSandbox, findingsAbout, lastRecord, plainHost, type Sandbox } from '../support/sandbox.ts';
import { memberContent, savedArchive } from '../support/saved-archive.ts';

const stateDirectory = '/var/lib/proxsave-relay';
const now = new Date();

interface RelayState {
  store: RelayStore;
  secretOf: (hostId: string) => string;
}

async function openState(root: string): Promise<RelayState> {
  const host: Host = createHost({ root, env: {} });
  const directory = host.resolve(stateDirectory);
  const store = await openRelayStore(host, directory);
  onTestFinished(() => {
    try {
      store.close();
    } catch {
      // The test did it.
    }
  });
  const key = openRelayKey(host, directory);
  return { store, secretOf: (hostId) => key.secretOfHost(hostId).toString('hex') };
}

function pair({ store }: RelayState, hostId: string, hostname: string): void {
  const codeId = hostId.slice(0, 4);
  const expiresAt = new Date(now.getTime() + 3_600_000);
  store.addCode({ id: codeId, createdAt: now, expiresAt, chatId: undefined });
  const rest = { pairedAt: now, lastSeenAt: undefined, revokedAt: undefined, chatId: undefined };
  expect(store.pair(codeId, { hostId, hostname, ...rest })).toBe(true);
}

const hostsOf = ({ store }: RelayState) =>
  store.listHosts().map(({ hostId, hostname }) => [hostId, hostname]);

/** As systemd lays it out for a service with a user of its own. */
function makeStateDirectory({ root }: Sandbox): void {
  mkdirSync(join(root, 'var/lib/private/proxsave-relay'), { recursive: true, mode: 0o700 });
  symlinkSync('private/proxsave-relay', join(root, stateDirectory));
}

/** A host whose relay runs, with all that is only in the log of its database, saved. */
async function savedRelay() {
  const sandbox = createSandbox({ files: plainHost });
  makeStateDirectory(sandbox);
  const state = await openState(sandbox.root);
  pair(state, 'AAAAAAAAAAAA', 'pve1.example.net');
  pair(state, 'BBBBBBBBBBBB', 'pve2.example.net');
  state.store.addCode({
    id: 'OPEN',
    createdAt: now,
    expiresAt: new Date(now.getTime() + 3_600_000),
    chatId: undefined,
  });
  state.store.takeNonce('AAAAAAAAAAAA', '0'.repeat(32), now, new Date(0));
  state.store.beginMessage({ hostId: 'AAAAAAAAAAAA', messageId: 'a message' }, now);
  expect(existsSync(join(sandbox.root, stateDirectory, 'relay.db-wal'))).toBe(true);
  const { code, stderr } = await runBackup(sandbox);
  expect(code, stderr).toBeLessThan(2);
  expect(findingsAbout(sandbox, `${stateDirectory}/relay.db`)).toEqual([]);
  return { sandbox, state, archive: lastRecord(sandbox).archive_path };
}

test('a lost relay comes back with its hosts and their secrets, and without what was for an hour', async () => {
  const { state, archive } = await savedRelay();
  const fresh = createSandbox({ files: plainHost });
  const { code, stderr } = await restore(fresh, ['--from', archive, '--yes']);
  expect(code, stderr).toBeLessThan(2);
  const restored = await openState(fresh.root);
  expect(hostsOf(restored)).toEqual(hostsOf(state));
  expect(hostsOf(restored)).toHaveLength(2);
  expect(restored.secretOf('AAAAAAAAAAAA')).toBe(state.secretOf('AAAAAAAAAAAA'));
  // A code that somebody used since the backup must not be good again.
  expect(restored.store.findCode('OPEN', now)).toBeUndefined();
  expect(restored.store.countAttempts(new Date(0))).toBe(0);
});

test('the copy in the archive holds nothing of messages, nonces and codes, in no free page', async () => {
  const { sandbox } = await savedRelay();
  const content = memberContent(savedArchive(sandbox), 'var/lib/private/proxsave-relay/relay.db');
  expect(content.includes('pve1.example.net')).toBe(true);
  for (const text of ['a message', '0'.repeat(32), 'OPEN']) expect(content.includes(text), text).toBe(false);
  const place = mkdtempSync(join(tmpdir(), 'proxsave-relay-copy-'));
  onTestFinished(() => {
    rmSync(place, { recursive: true });
  });
  writeFileSync(join(place, 'copy.db'), content);
  const database = new DatabaseSync(join(place, 'copy.db'), { readOnly: true });
  expect(database.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok');
  database.close();
});

test('a relay that has hosts of its own is left alone, and the other one is handed out', async () => {
  const { archive } = await savedRelay();
  const other = createSandbox({ files: plainHost });
  mkdirSync(join(other.root, stateDirectory), { recursive: true, mode: 0o700 });
  const state = await openState(other.root);
  pair(state, 'CCCCCCCCCCCC', 'pve3.example.net');
  const secret = state.secretOf('CCCCCCCCCCCC');
  const { code, stdout, stderr } = await restore(other, ['--from', archive, '--yes']);
  expect(code, stderr).toBeLessThan(2);
  expect(stdout + stderr).toContain('a relay with other hosts is here');
  state.store.close();
  const after = await openState(other.root);
  expect(hostsOf(after)).toEqual([['CCCCCCCCCCCC', 'pve3.example.net']]);
  expect(after.secretOf('CCCCCCCCCCCC')).toBe(secret);
});

test('a relay that still lives is left as it is today', async () => {
  const { sandbox, state, archive } = await savedRelay();
  // Without the link of systemd, through which nothing is written anyway.
  const plain = createSandbox({ files: plainHost });
  const first = await restore(plain, ['--from', archive, '--yes']);
  expect(first.code, first.stderr).toBeLessThan(2);
  const living = await openState(plain.root);
  pair(living, 'DDDDDDDDDDDD', 'pve4.example.net');
  const again = await restore(plain, ['--from', archive, '--yes']);
  expect(again.code, again.stderr).toBeLessThan(2);
  expect(hostsOf(living)).toHaveLength(3);
  living.store.close();
  expect(hostsOf(await openState(plain.root))).toHaveLength(3);
  const own = await restore(sandbox, ['--from', archive, '--yes']);
  expect(own.code, own.stderr).toBeLessThan(2);
  expect(hostsOf(state)).toHaveLength(2);
});

test('a damaged database of a relay is told with a way out that fits it', async () => {
  const sandbox = createSandbox({ files: plainHost });
  mkdirSync(join(sandbox.root, stateDirectory), { recursive: true });
  writeFileSync(
    join(sandbox.root, stateDirectory, 'relay.db'),
    'no database at all, but long enough to look like one',
  );
  await runBackup(sandbox);
  const [finding] = findingsAbout(sandbox, `${stateDirectory}/relay.db`);
  expect(finding).toMatchObject({ code: 'database-damaged', hint: 'bring it back from an older archive' });
});
