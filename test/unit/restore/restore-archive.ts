// Archives as values, for restores in tests and in the children that are killed (so nothing of vitest here).

import {
  chmodSync,
  chownSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostFacts } from '../../../src/host/facts.ts';
import type { RestoreEntry, RestoreMeta, RestoreSource } from '../../../src/restore/source.ts';

export const debianFacts: HostFacts = {
  hostname: 'node1.example.net',
  nodeName: 'node1',
  leftovers: [],
  operatingSystem: 'Debian GNU/Linux 13 (trixie)',
  codename: 'trixie',
  kernel: '6.12.0',
  architecture: 'amd64',
  bootMode: 'efi',
  rootFilesystem: 'ext4',
  isContainer: false,
  usesZfs: false,
  usesCeph: false,
};

/** A name of an archive -> text; `-> x` a symbolic link, `= x` a hard link, a name that ends in `/` a directory. */
export type Members = Readonly<Record<string, string | Buffer>>;

/** A nanosecond that no double holds. */
export const archiveTimeNs = 1_700_000_000_123_456_789n;

export function member(
  name: string,
  content: string | Buffer,
  more: Partial<RestoreMeta> = {},
): RestoreEntry {
  const text = typeof content === 'string' ? content : '';
  const type = name.endsWith('/')
    ? 'directory'
    : text.startsWith('-> ')
      ? 'symlink'
      : text.startsWith('= ')
        ? 'hardlink'
        : 'file';
  const bytes = type === 'file' ? Buffer.from(content) : Buffer.alloc(0);
  const meta: RestoreMeta = {
    path: name.replace(/(?<=.)\/$/u, ''),
    type,
    mode: type === 'directory' ? 0o755 : type === 'symlink' ? 0o777 : 0o640,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    userName: '',
    groupName: '',
    mtimeNs: archiveTimeNs,
    size: bytes.length,
    linkTarget: type === 'symlink' ? text.slice(3) : type === 'hardlink' ? text.slice(2) : '',
    ...more,
  };
  return {
    meta,
    content: async function* () {
      await Promise.resolve();
      // In pieces whose buffer is used again, as the archive reader does it.
      const buffer = Buffer.alloc(7);
      for (let at = 0; at < bytes.length; at += buffer.length) {
        yield buffer.subarray(0, bytes.copy(buffer, 0, at, at + buffer.length));
      }
    },
  };
}

export function members(list: Members): RestoreEntry[] {
  return Object.entries(list).map(([name, content]) => member(name, content));
}

export function sourceOf(entries: readonly RestoreEntry[], more: Partial<RestoreSource> = {}): RestoreSource {
  return {
    location: '/backups/node1.tar.zst',
    hostname: debianFacts.hostname,
    createdAt: new Date('2026-07-20T02:00:00Z'),
    facts: debianFacts,
    products: [],
    versions: {},
    entries: async function* () {
      await Promise.resolve();
      yield* entries;
    },
    ...more,
  };
}

/** A tree as an archive: everything below `root` with what lstat says, hard links as such. */
export function archiveOf(root: string): RestoreEntry[] {
  const firstNames = new Map<bigint, string>();
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => entryFrom(root, name, firstNames));
}

function entryFrom(root: string, name: string, firstNames: Map<bigint, string>): RestoreEntry {
  const status = lstatSync(join(root, name), { bigint: true });
  const facts = {
    mode: Number(status.mode) & 0o7777,
    uid: Number(status.uid),
    gid: Number(status.gid),
    mtimeNs: status.mtimeNs,
  };
  if (status.isDirectory()) return member(`${name}/`, '', facts);
  if (status.isSymbolicLink()) return member(name, `-> ${readlinkSync(join(root, name))}`, facts);
  const first = firstNames.get(status.ino);
  if (first !== undefined) return member(name, `= ${first}`, facts);
  firstNames.set(status.ino, name);
  return member(name, readFileSync(join(root, name)), facts);
}
/** Things below a root; links and directories as in an archive. Times have nanoseconds that no double holds. */
export function writeTree(root: string, tree: Members): void {
  for (const [name, content] of Object.entries(tree)) {
    const path = join(root, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('/')) continue;
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), path);
    else writeFileSync(path, content);
  }
}

export function setFacts(
  path: string,
  facts: { mode?: number; uid?: number; gid?: number; time?: number },
): void {
  if (facts.uid !== undefined || facts.gid !== undefined) chownSync(path, facts.uid ?? 0, facts.gid ?? 0);
  if (facts.mode !== undefined) chmodSync(path, facts.mode);
  if (facts.time !== undefined) lutimesSync(path, facts.time, facts.time);
}
