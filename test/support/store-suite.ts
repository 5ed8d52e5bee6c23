// What every kind of tier must do, as one suite: test/contract/store*.test.ts runs it on directories and on remotes.

import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InterruptedError, StorageError, VerificationError } from '../../src/errors.ts';
import { asRealPath, type RealPath } from '../../src/host/host.ts';
import type { PutRequest, Store } from '../../src/storage/store.ts';

/** A store on a fresh, empty place, and a way to look at that place behind its back. */
export interface StoreUnderTest {
  store: Store;
  /** All names that lie there, unfinished and hidden ones too. */
  rawNames: () => readonly string[] | Promise<readonly string[]>;
  /** Puts a file there which the store knows nothing of. */
  plant: (name: string, content: Buffer) => void | Promise<void>;
  /** Names as a killed `put` leaves them: one of this installation, one of another. */
  unfinishedNames: { own: string; foreign: string };
}

export interface SuiteOptions {
  /** Why the suite cannot run here; it is then skipped, with this in its title. */
  skip?: string | false;
}

const never = new AbortController().signal;
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** A directory of this test, gone when it ends. */
export function scratchDirectory(): RealPath {
  const path = mkdtempSync(join(tmpdir(), 'proxsave-store-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return asRealPath(path);
}

/** A local file with this content, and the request to put it. */
export function putRequest(content: Buffer, name: string, more: Partial<PutRequest> = {}): PutRequest {
  const source = asRealPath(join(scratchDirectory(), 'source'));
  writeFileSync(source, content);
  return { source, name, sizeBytes: content.length, sha256: sha256(content), signal: never, ...more };
}

const name = 'node1-backup-20260724-020000.tar.zst.bundle.tar';
const small = Buffer.from('a small archive\n');
/** Several pieces, and a rest. */
const large = randomBytes(3 * 1024 * 1024 + 4321);

export function storeSuite(
  kind: string,
  makeStore: () => StoreUnderTest | Promise<StoreUnderTest>,
  { skip = false }: SuiteOptions = {},
): void {
  describe.skipIf(skip !== false)(`${kind}${skip === false ? '' : ` (skipped: ${skip})`}`, () => {
    const prepared = async () => {
      const under = await makeStore();
      await under.store.prepare(never);
      return under;
    };

    describe('the place', () => {
      test('is made ready, lists nothing, and holds nothing but what was put there', async () => {
        const { store, rawNames } = await prepared();
        await store.prepare(never);
        expect(await store.list(never)).toEqual([]);
        expect(await rawNames()).toEqual([]);
      });

      test('has room, where the kind of tier can tell', async () => {
        const { store } = await prepared();
        const space = await store.space(never);
        if (space === undefined) return;
        expect(space.availableBytes).toBeGreaterThan(0);
        expect(space.totalBytes).toBeGreaterThanOrEqual(space.availableBytes);
      });
    });

    describe('put', () => {
      test.each([
        ['an empty file', Buffer.alloc(0)],
        ['a small file', small],
        ['a file of several pieces', large],
      ])('%s is stored, listed and read back as it was', async (_, content) => {
        const { store, rawNames } = await prepared();
        let bytes = 0;
        const onBytes = (count: number) => (bytes += count);
        const result = await store.put(putRequest(content, name, { onBytes }));
        expect(result.status).toBe('stored');
        expect(bytes).toBe(content.length);
        expect(await rawNames()).toEqual([name]);
        expect(await store.list(never)).toEqual([
          { name, sizeBytes: content.length, modified: expect.any(Date) },
        ]);
        expect((await store.stat(name, never))?.sizeBytes).toBe(content.length);
        expectSame(await fetched(store), content);
      });

      test('the digest is computed on the way when the caller has none', async () => {
        const { store } = await prepared();
        const { source, sizeBytes, signal } = putRequest(small, name);
        const request = { source, name, sizeBytes, signal };
        expect((await store.put(request)).status).toBe('stored');
        expect((await store.put(request)).status).toBe('already-there');
      });

      test('of what is there already changes nothing', async () => {
        const { store, rawNames } = await prepared();
        await store.put(putRequest(large, name));
        expect((await store.put(putRequest(large, name))).status).toBe('already-there');
        expect(await rawNames()).toEqual([name]);
      });

      test.each([
        ['another size', Buffer.from('something else')],
        ['the same size', Buffer.from('A small archive\n')],
      ])('never replaces a file of the same name with other content, %s', async (_, other) => {
        const { store, rawNames } = await prepared();
        await store.put(putRequest(small, name));
        await expect(store.put(putRequest(other, name))).rejects.toBeInstanceOf(StorageError);
        expect(await rawNames()).toEqual([name]);
        expectSame(await fetched(store), small);
      });

      test.each([
        ['digest', { sha256: sha256(Buffer.from('other')) }],
        ['size', { sizeBytes: small.length + 1 }],
      ])('a source that has not the %s which it should have is not copied', async (_, wrong) => {
        const { store, rawNames } = await prepared();
        await expect(store.put(putRequest(small, name, wrong))).rejects.toBeInstanceOf(VerificationError);
        expect(await rawNames()).toEqual([]);
      });

      test('a source that is not there is an error that leaves nothing', async () => {
        const { store, rawNames } = await prepared();
        const request = { ...putRequest(small, name), source: asRealPath('/nonexistent/archive') };
        await expect(store.put(request)).rejects.toThrow(/\/nonexistent\/archive|no such file/);
        expect(await rawNames()).toEqual([]);
      });

      test('an abort before it and in the middle of it leaves nothing', async () => {
        const { store, rawNames } = await prepared();
        const before = AbortSignal.abort();
        await expect(store.put(putRequest(small, name, { signal: before }))).rejects.toBeInstanceOf(
          InterruptedError,
        );
        const during = new AbortController();
        const huge = Buffer.concat(Array.from({ length: 8 }, () => large));
        const request = putRequest(huge, name, { signal: during.signal, onBytes: () => during.abort() });
        await expect(store.put(request)).rejects.toBeInstanceOf(InterruptedError);
        expect(await rawNames()).toEqual([]);
      });

      test.each(['../outside', 'below/it', '..', ''])('the name %j leads nowhere', async (odd) => {
        const { store } = await prepared();
        await expect(store.put(putRequest(small, odd))).rejects.toThrow(/name/);
        await expect(store.readRange(odd, 0, 1, never)).rejects.toThrow(/name/);
      });
    });

    describe('reading', () => {
      test('a range gives these bytes, and fewer at the end', async () => {
        const { store } = await prepared();
        await store.put(putRequest(large, name));
        expectSame(await store.readRange(name, 0, 512, never), large.subarray(0, 512));
        expectSame(
          await store.readRange(name, 1_500_000, 70_000, never),
          large.subarray(1_500_000, 1_570_000),
        );
        expectSame(await store.readRange(name, large.length - 10, 100, never), large.subarray(-10));
        expectSame(await store.readRange(name, large.length, 100, never), Buffer.alloc(0));
      });

      test('a file that is not there is an error for a reader and nothing for stat', async () => {
        const { store } = await prepared();
        expect(await store.stat(name, never)).toBeUndefined();
        await expect(store.readRange(name, 0, 10, never)).rejects.toBeInstanceOf(StorageError);
        const directory = scratchDirectory();
        await expect(store.fetch(name, asRealPath(join(directory, 'copy')), never)).rejects.toBeInstanceOf(
          StorageError,
        );
        expect(readdirSync(directory)).toEqual([]);
      });

      test('a copy never replaces a local file', async () => {
        const { store } = await prepared();
        await store.put(putRequest(small, name));
        const target = asRealPath(join(scratchDirectory(), 'mine'));
        writeFileSync(target, 'mine');
        await expect(store.fetch(name, target, never)).rejects.toBeInstanceOf(StorageError);
        expect(readFileSync(target, 'utf8')).toBe('mine');
      });
    });

    describe('small texts', () => {
      test('are written, and written again when they differ', async () => {
        const { store, rawNames } = await prepared();
        for (const text of ['first\n', 'first\n', 'second, with ümlauts\n', '']) {
          await store.putText('HOW-TO-RESTORE.txt', text, never);
          expect((await store.readRange('HOW-TO-RESTORE.txt', 0, 100, never)).toString()).toBe(text);
        }
        expect(await rawNames()).toEqual(['HOW-TO-RESTORE.txt']);
      });
    });

    describe('removing', () => {
      test('takes away what is named and nothing else; what is not there is no error', async () => {
        const { store, rawNames } = await prepared();
        for (const each of ['a.tar', 'b.tar', 'c.tar']) await store.put(putRequest(small, each));
        expect(await store.remove(['a.tar', 'never-was.tar', 'c.tar'], never)).toEqual([]);
        expect(await rawNames()).toEqual(['b.tar']);
        expect((await store.list(never)).map((file) => file.name)).toEqual(['b.tar']);
      });

      test('a name that leads out is told as not removed', async () => {
        const { store } = await prepared();
        const failures = await store.remove(['../outside'], never);
        expect(failures.map((failure) => failure.name)).toEqual(['../outside']);
      });
    });

    describe('unfinished files', () => {
      test('of a killed run never show, and the sweep takes those of this installation only', async () => {
        const { store, rawNames, plant, unfinishedNames } = await prepared();
        const { own, foreign } = unfinishedNames;
        await store.put(putRequest(small, name));
        for (const each of [own, foreign]) await plant(each, Buffer.from('half of an arch'));
        expect((await store.list(never)).map((file) => file.name)).toEqual([name]);
        expect(await store.stat(own, never)).toBeUndefined();
        expect(await store.sweep(never)).toEqual([own]);
        expect(await rawNames()).toEqual([foreign, name].sort());
      });
    });
  });
}

/** Vitest's own comparison of large buffers takes seconds. */
function expectSame(actual: Buffer, expected: Buffer): void {
  expect(`${actual.length} bytes, ${sha256(actual)}`).toBe(`${expected.length} bytes, ${sha256(expected)}`);
}

async function fetched(store: Store): Promise<Buffer> {
  const target = asRealPath(join(scratchDirectory(), 'copy'));
  await store.fetch(name, target, never);
  return readFileSync(target);
}
