// The small files that tiers keep in the state directory: heads of archives, and when copies were proved.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath, type RealPath } from '../../../src/host/host.ts';
import { headKey, openHeadCache } from '../../../src/orchestrator/tiers/head-cache.ts';
import { listTier } from '../../../src/orchestrator/tiers/list-tier.ts';
import { readProofs, recordProof } from '../../../src/orchestrator/tiers/proofs.ts';
import { createDirectoryStore } from '../../../src/storage/directory-store.ts';
import { plantArchive } from '../../support/planted-archives.ts';

const host = createHost();
const { signal } = new AbortController();

function directory(): RealPath {
  const path = mkdtempSync(join(tmpdir(), 'proxsave-tier-files-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return asRealPath(path);
}

test('a head that is known gives the same listing as one that is read, and is not read again', async () => {
  const [archives, state] = [directory(), directory()];
  const name = plantArchive(archives, { hostname: 'pve', installId: 'x', createdAt: new Date(2026, 6, 24) });
  let reads = 0;
  const plain = createDirectoryStore(host, 'cloud', archives);
  const store: typeof plain = {
    ...plain,
    readRange: (...args) => {
      reads += 1;
      return plain.readRange(...args);
    },
  };
  const list = () => listTier({ store, heads: openHeadCache(host, state, store) }, { signal });
  const first = await list();
  expect(reads).toBe(1);
  expect(await list()).toEqual(first);
  expect(reads).toBe(1);
  expect(statSync(join(state, 'heads-cloud.json')).mode & 0o777).toBe(0o600);
  // Another place with a file of the same name, size and time is another archive.
  const moved = { ...store, location: '/elsewhere' };
  await listTier({ store: moved, heads: openHeadCache(host, state, moved) }, { signal });
  expect(reads).toBe(2);
  expect(await list()).toEqual(first);
  rmSync(join(archives, name));
  expect(await list()).toEqual([]);
  expect(readFileSync(join(state, 'heads-cloud.json'), 'utf8')).not.toContain(name);
});

test.each([
  ['cut short', (text: string) => text.slice(0, -5)],
  ['changed in one letter', (text: string) => text.replace('"pve"', '"pwn"')],
  ['empty', () => ''],
  ['no JSON at all', () => 'x\ny'],
])('a cache that is %s counts as none', async (_, damage) => {
  const [archives, state] = [directory(), directory()];
  plantArchive(archives, { hostname: 'pve', createdAt: new Date(2026, 6, 24) });
  const store = createDirectoryStore(host, 'cloud', archives);
  const list = () => listTier({ store, heads: openHeadCache(host, state, store) }, { signal });
  const first = await list();
  const path = join(state, 'heads-cloud.json');
  writeFileSync(path, damage(readFileSync(path, 'utf8')));
  expect(await list()).toEqual(first);
});

test('a cache that cannot be written is done without', async () => {
  const [archives, base] = [directory(), directory()];
  writeFileSync(join(base, 'file'), '');
  plantArchive(archives, { hostname: 'pve', createdAt: new Date(2026, 6, 24) });
  const store = createDirectoryStore(host, 'cloud', archives);
  const heads = openHeadCache(host, asRealPath(join(base, 'file/below')), store);
  expect(await listTier({ store, heads }, { signal })).toHaveLength(1);
});

test('the key of a bare archive changes with what lies beside it', () => {
  const file = (name: string, sizeBytes: number) =>
    [name, { name, sizeBytes, modified: new Date(0) }] as const;
  const name = 'pve-backup-20260724-020000.tar.zst';
  const alone = new Map([file(name, 10)]);
  const withManifest = new Map([file(name, 10), file(`${name}.manifest.json`, 5)]);
  const withOther = new Map([file(name, 10), file(`${name}.manifest.json`, 6)]);
  expect(new Set([alone, withManifest, withOther].map((files) => headKey(name, files))).size).toBe(3);
});

test('a proof is known by tier, place and name; a later one keeps the hash of the same file', () => {
  const state = directory();
  const key = { tier: 'cloud', location: 'far:', name: 'a' } as const;
  const at = new Date(2026, 6, 24);
  recordProof(host, state, key, { at, proof: 'remote-hash', sizeBytes: 5, hash: 'md5', hashValue: 'ab' });
  recordProof(host, state, { ...key, name: 'b' }, { at, proof: 'size-only', sizeBytes: 6 });
  const later = new Date(2026, 6, 25);
  recordProof(host, state, key, { at: later, proof: 'every-file', sizeBytes: 5 });
  const provedOf = readProofs(host, state);
  expect(provedOf(key)).toEqual({
    at: later,
    proof: 'every-file',
    sizeBytes: 5,
    hash: 'md5',
    hashValue: 'ab',
  });
  expect(provedOf({ ...key, location: 'near:' })).toBeUndefined();
  // Another file under this name: what was known of the old one says nothing.
  recordProof(host, state, key, { at: later, proof: 'size-only', sizeBytes: 7 });
  expect(readProofs(host, state)(key)).toEqual({ at: later, proof: 'size-only', sizeBytes: 7 });
});
