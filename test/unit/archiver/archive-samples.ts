// Archives for tests of the read side: sound ones from our own writer, with or without index and sidecars.

import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { encodeTar } from '../../../src/archiver/tar/encode-tar.ts';
import { createIndexWriter } from '../../../src/archiver/index/index-writer.ts';
import { openArchive } from '../../../src/archiver/read/open-archive.ts';
import type { SourceEntry } from '../../../src/entry.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';

export const host = createHost();

export function makeTempDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'archive-read-'));
}

export async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  return Buffer.concat(pieces);
}

const indexHead = {
  schemaVersion: 1,
  createdAt: '2026-07-24T02:00:00Z',
  hostname: 'pve1',
  areas: [],
} as const;

/** A tar of the entries with its index as the last member; `indexed` are the entries that the index claims. */
export function tarWithIndex(
  entries: readonly SourceEntry[],
  indexed: readonly SourceEntry[] = entries,
): Promise<Buffer> {
  const index = createIndexWriter(indexHead);
  for (const entry of indexed) index.add(entry, sha256Of(entry));
  const encoding = { onEntry: () => undefined, lastEntry: () => index.toEntry(0n) };
  return collect(encodeTar([entries], encoding));
}

function sha256Of(entry: SourceEntry): string | undefined {
  if (entry.type !== 'file' || !Buffer.isBuffer(entry.content)) return undefined;
  return sha256(entry.content);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export interface SavedArchive {
  directory: string;
  /** Defaults to one that tells the compression. */
  name?: string;
  compression?: 'none' | 'gz' | 'zst';
  /** Facts for the manifest; false: no manifest. Default: one of this edition. */
  manifest?: Record<string, unknown> | false;
  /** Content of the checksum file; false: none. Default: the true one. */
  checksum?: string | false;
}

const compressors = { none: (bytes: Buffer) => bytes, gz: gzipSync, zst: zstdCompressSync };

/** Writes a raw archive with its sidecars and returns its path. */
export function saveArchive(tar: Buffer, saved: SavedArchive): string {
  const { directory, compression = 'gz' } = saved;
  const extension = compression === 'none' ? '' : `.${compression}`;
  const name = saved.name ?? `pve1-backup-20260724-020000.tar${extension}`;
  const bytes = compressors[compression](tar);
  const path = join(directory, name);
  writeFileSync(path, bytes);
  const facts = {
    archive_path: path,
    archive_size: bytes.length,
    sha256: sha256(bytes),
    created_at: '2026-07-24T02:00:00Z',
    hostname: 'pve1',
    schema_version: 1,
  };
  if (saved.manifest !== false)
    writeFileSync(`${path}.metadata`, JSON.stringify({ ...facts, ...saved.manifest }));
  if (saved.checksum !== false)
    writeFileSync(`${path}.sha256`, saved.checksum ?? `${sha256(bytes)}  ${name}\n`);
  return path;
}

/** The manifest of the existing edition: nothing of ours in it, so no index is expected. */
export const existingEdition = { schema_version: undefined };

export function open(path: string) {
  return openArchive(host, asRealPath(path));
}
