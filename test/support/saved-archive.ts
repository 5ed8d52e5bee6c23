// What a run of a sandbox saved, read with other people's programs: GNU tar finds the members, the index says the rest.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { namesIn, type Sandbox } from './sandbox.ts';
import { plainArchive } from './unpack.ts';

export interface SavedEntry {
  path: string;
  type: 'file' | 'directory' | 'symlink' | 'hardlink';
  mode: string;
  uid: number;
  gid: number;
  user: string;
  group: string;
  size: number;
  area: string;
  target?: string;
}

/** The only archive of the sandbox, out of its bundle. */
export function savedArchive({ backups }: Sandbox): string {
  const bundles = namesIn(backups).filter((name) => name.endsWith('.bundle.tar'));
  if (bundles.length !== 1) throw new Error(`one archive was expected: ${bundles.join(', ')}`);
  return plainArchive(join(backups, bundles[0] ?? ''));
}

export function memberContent(archive: string, path: string): Buffer {
  return execFileSync('tar', ['-xOf', archive, `./${path}`], {
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function savedEntries(archive: string): SavedEntry[] {
  const index = memberContent(archive, 'var/lib/proxsave-info/index.json').toString('utf8');
  return (JSON.parse(index) as { entries: SavedEntry[] }).entries;
}

/** `ABSENT` where the archive has no such member. */
export function savedText(archive: string, path: string): string {
  return savedEntries(archive).some((entry) => entry.path === path)
    ? memberContent(archive, path).toString('utf8')
    : 'ABSENT';
}
