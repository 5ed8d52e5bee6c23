// Many archives at once, for listings and retention: whole ones, with next to nothing in them, of any host, installation
// and date.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { formatStamp } from '../../src/util/format.ts';
import { bundleOf, oldTar } from './old-archives/old-tar.ts';

export interface Planted {
  hostname: string;
  createdAt: Date;
  /** Absent: of an edition without installation ids. */
  installId?: string;
  status?: 'complete' | 'partial';
}

const content = zstdCompressSync(oldTar([]));
const sha256 = createHash('sha256').update(content).digest('hex');

/** Gives the file's name. */
export function plantArchive(directory: string, { hostname, createdAt, installId, status }: Planted): string {
  const name = `${hostname}-backup-${formatStamp(createdAt)}.tar.zst`;
  const manifest = {
    archive_path: `/opt/proxsave/backup/${name}`,
    archive_size: content.length,
    sha256,
    created_at: createdAt.toISOString(),
    compression_type: 'zst',
    compression_level: 3,
    proxmox_type: 'pve',
    hostname,
    ...(installId === undefined
      ? {}
      : { schema_version: 1, install_id: installId, file_count: 10, areas: [] }),
    ...(status === undefined ? {} : { status, verified_at: createdAt.toISOString() }),
  };
  mkdirSync(directory, { recursive: true });
  const bundle = bundleOf([
    [`${name}.metadata`, Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)],
    [`${name}.sha256`, Buffer.from(`${sha256}  ${name}\n`)],
    [name, content],
  ]);
  writeFileSync(join(directory, `${name}.bundle.tar`), bundle, { mode: 0o600 });
  return `${name}.bundle.tar`;
}

/** One a day, the newest `newestDaysAgo` days before now. Names, newest first. */
export function plantDaily(
  directory: string,
  archive: Omit<Planted, 'createdAt'>,
  { count, newestDaysAgo = 1 }: { count: number; newestDaysAgo?: number },
): string[] {
  const now = new Date();
  return Array.from({ length: count }, (_, index) => {
    const day = now.getDate() - newestDaysAgo - index;
    return plantArchive(directory, {
      ...archive,
      createdAt: new Date(now.getFullYear(), now.getMonth(), day, 2, 0, 0),
    });
  });
}
