// What becomes of uploads when the connection breaks, stalls, or the server refuses.

import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../../../src/errors.ts';
import { problemIn } from '../../../../src/storage/rclone/rclone-error.ts';
import { startFaultProxy, type FaultProxy } from '../../../support/fault-proxy.ts';
import { hasPrograms } from '../../../support/needs.ts';
import { serveRemote, writeRcloneConfig, type RemoteServer } from '../../../support/rclone-remotes.ts';
import { hostWithoutPauses, rcloneStore, type TestStoreOptions } from '../../../support/rclone-store.ts';
import { putRequest, scratchDirectory } from '../../../support/store-suite.ts';

const never = new AbortController().signal;
const name = 'node1-backup-20260724-020000.tar.zst.bundle.tar';
const large = randomBytes(24 * 1024 * 1024);
const small = Buffer.from('a small archive\n');

async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error(`no AppError, but ${String(error)}`);
}

describe.skipIf(!hasPrograms('rclone'))('a server behind a faulty line', () => {
  let server: RemoteServer;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await serveRemote('webdav');
    proxy = await startFaultProxy(server.port);
  });
  afterAll(async () => {
    await proxy.stop();
    server.stop();
  });
  afterEach(() => {
    proxy.setFault({ kind: 'none' });
  });

  const onLine = (options: Partial<TestStoreOptions> = {}) => {
    const path = randomBytes(4).toString('hex');
    const configFile = join(scratchDirectory(), 'rclone.conf');
    writeRcloneConfig(configFile, { nas: { kind: 'webdav', port: proxy.port } });
    const { host, pauses } = hostWithoutPauses();
    // rclone's own attempts would hide ours.
    const flags = ['--low-level-retries=1'];
    const store = rcloneStore(host, { remote: 'nas', path, configFile, flags, ...options });
    const names = () => readdirSync(join(server.directory, path)).sort();
    return { store, pauses, names };
  };

  test('an upload that is cut in the middle is made again, and nothing of the first stays', async () => {
    const { store, pauses, names } = onLine();
    await store.prepare(never);
    proxy.setFault({ kind: 'cut', afterBytes: 4_000_000, times: 1 });
    let bytes = 0;
    const request = putRequest(large, name, { onBytes: (count) => (bytes += count) });
    expect(await store.put(request)).toEqual({ status: 'stored', proof: 'size-only' });
    expect(proxy.struck()).toBe(1);
    expect(pauses).toEqual([2000]);
    expect(bytes).toBe(large.length);
    await store.sweep(never);
    expect(names()).toEqual([name]);
  });

  test('a line that always breaks is a network failure after all attempts; no part is taken for an archive', async () => {
    const { store, pauses } = onLine();
    await store.prepare(never);
    proxy.setFault({ kind: 'cut', afterBytes: 4_000_000 });
    const error = await errorOf(store.put(putRequest(large, name)));
    expect(problemIn(error)).toBe('network');
    expect(pauses).toEqual([2000, 4000]);
    proxy.setFault({ kind: 'none' });
    expect(await store.list(never)).toEqual([]);
    expect(await store.stat(name, never)).toBeUndefined();
  });

  test('an upload that gets no further is given up, however long it may take as a whole', async () => {
    const { store } = onLine({ operationTimeoutMs: 2000, attempts: 1 });
    await store.prepare(never);
    proxy.setFault({ kind: 'stall', afterBytes: 4_000_000 });
    const error = await errorOf(store.put(putRequest(large, name)));
    expect(problemIn(error)).toBe('timeout');
    expect(error.hint).toContain('RCLONE_TIMEOUT_OPERATION');
  });

  test('also when rclone itself would wait for ever', async () => {
    const flags = ['--low-level-retries=1', '--timeout=0'];
    const { store } = onLine({ operationTimeoutMs: 2000, attempts: 1, flags });
    await store.prepare(never);
    proxy.setFault({ kind: 'stall', afterBytes: 4_000_000 });
    const error = await errorOf(store.put(putRequest(large, name)));
    expect(problemIn(error)).toBe('timeout');
    expect(error.message).toMatch(/\(no progress for 2 s\)$/);
  });

  test('an upload that is slow but gets on outlasts that limit', async () => {
    const { store } = onLine({ operationTimeoutMs: 1500, bandwidthLimit: '8M' });
    await store.prepare(never);
    expect((await store.put(putRequest(large, name))).status).toBe('stored');
  });

  test.each([
    [401, 'auth'],
    [403, 'path'],
    [507, 'full'],
  ] as const)('the answer %i to an upload is not asked for again: %s', async (status, problem) => {
    const { store, pauses, names } = onLine();
    await store.prepare(never);
    proxy.setFault({ kind: 'answer', status, method: 'PUT' });
    const error = await errorOf(store.put(putRequest(small, name)));
    expect(problemIn(error)).toBe(problem);
    expect(pauses).toEqual([]);
    expect(names()).toEqual([]);
  });

  test('an error of the server is, and the upload then succeeds', async () => {
    const { store, pauses } = onLine();
    await store.prepare(never);
    proxy.setFault({ kind: 'answer', status: 500, method: 'PUT' });
    const error = await errorOf(store.put(putRequest(small, name)));
    expect(problemIn(error)).toBe('server');
    expect(pauses).toEqual([2000, 4000]);
    proxy.setFault({ kind: 'answer', status: 500, method: 'PUT', times: 1 });
    expect((await store.put(putRequest(small, name))).status).toBe('stored');
  });

  test('a file whose last step was refused has no name yet, and the next run finishes it', async () => {
    const { store, names } = onLine({ attempts: 1 });
    await store.prepare(never);
    proxy.setFault({ kind: 'answer', status: 403, method: 'MOVE' });
    await errorOf(store.put(putRequest(small, name)));
    expect(await store.list(never)).toEqual([]);
    proxy.setFault({ kind: 'none' });
    expect((await store.put(putRequest(small, name))).status).toBe('stored');
    await store.sweep(never);
    expect(names()).toEqual([name]);
  });

  test('a server that knows no path of ours is an error, not an empty tier', async () => {
    const { store } = onLine();
    proxy.setFault({ kind: 'answer', status: 404, method: 'PROPFIND' });
    expect(problemIn(await errorOf(store.list(never)))).toBe('not-found');
    proxy.setFault({ kind: 'none' });
    expect(await store.list(never)).toEqual([]);
  });

  test('a listing that the server breaks off with an error is none', async () => {
    const { store } = onLine({ attempts: 1 });
    await store.prepare(never);
    await store.put(putRequest(small, name));
    proxy.setFault({ kind: 'answer', status: 500, method: 'PROPFIND' });
    expect(problemIn(await errorOf(store.list(never)))).toBe('server');
  });

  test('a download that is cut is made again; one that always breaks leaves no file', async () => {
    const { store } = onLine();
    await store.prepare(never);
    await store.put(putRequest(small, name));
    const directory = scratchDirectory();
    proxy.setFault({ kind: 'answer', status: 500, method: 'GET' });
    await errorOf(store.fetch(name, join(directory, 'copy') as never, never));
    expect(readdirSync(directory)).toEqual([]);
    proxy.setFault({ kind: 'answer', status: 500, method: 'GET', times: 1 });
    await store.fetch(name, join(directory, 'copy') as never, never);
    expect(readdirSync(directory)).toEqual(['copy']);
  });

  test('once the remote is gone, removing stops at the first file and tells of all', async () => {
    const { store, pauses } = onLine({ attempts: 2 });
    proxy.setFault({ kind: 'cut', afterBytes: 0 });
    const failures = await store.remove(['a.tar', 'b.tar', 'c.tar'], never);
    expect(failures.map((failure) => failure.name)).toEqual(['a.tar', 'b.tar', 'c.tar']);
    expect(pauses).toEqual([2000]);
  });
});
