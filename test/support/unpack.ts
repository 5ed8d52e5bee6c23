// Reads archives with other people's programs: GNU tar and the codec's own.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The archive proper, taken out of its bundle if it is in one. */
export function plainArchive(archivePath: string): string {
  if (!archivePath.endsWith('.bundle.tar')) return archivePath;
  const directory = `${archivePath}.members`;
  mkdirSync(directory, { recursive: true });
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  execFileSync('tar', ['-xf', archivePath, '-C', directory]);
  return join(directory, basename(archivePath, '.bundle.tar'));
}

/** Unpacks with GNU tar and gives the directory. */
export function unpack(archivePath: string, directory: string): string {
  mkdirSync(directory, { recursive: true });
  // Areas are saved one after the other, so the members of /etc do not stand together: without the last option GNU tar
  // sets the times of such a directory too early.
  const options = ['-p', '--numeric-owner', '--delay-directory-restore', '-C', directory];
  execFileSync('tar', ['-xf', plainArchive(archivePath), ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  return directory;
}

/** Member names as GNU tar prints them, control characters escaped, without the leading `./`. */
export function memberNames(archivePath: string): string[] {
  return execFileSync('tar', ['-tf', plainArchive(archivePath)], { encoding: 'latin1', maxBuffer: 1 << 28 })
    .split('\n')
    .map((name) => name.replace(/^\.\//, ''))
    .filter((name) => name !== '');
}

/**
 * One line for each entry below a directory: type, mode, owner, size, mtime in nanoseconds, link target, and name;
 * then the digest of each file, then which names share an inode. Bytes are kept as they are (latin1).
 */
export function treeFacts(directory: string, places: readonly string[] = ['.']): string[] {
  const find = (...rest: string[]) =>
    execFileSync('find', [...places, ...rest], { cwd: directory, encoding: 'latin1', maxBuffer: 1 << 28 });
  const facts = find('-printf', '%y %m %U:%G %T@ %l %p\\0').split('\0');
  const sizes = find('!', '-type', 'd', '-printf', '%s %p\\0').split('\0');
  const digests = find('-type', 'f', '-exec', 'sha256sum', '-z', '{}', '+').split('\0');
  const inodes = find('-type', 'f', '-links', '+1', '-printf', '%i %p\\0').split('\0');
  return [...facts, ...sizes, ...digests, ...linkGroups(inodes)].filter((line) => line !== '').sort();
}

/** Which names are one file: the inode numbers themselves differ between two trees. */
function linkGroups(lines: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const line of lines.filter((text) => text !== '')) {
    const at = line.indexOf(' ');
    const inode = line.slice(0, at);
    groups.set(inode, [...(groups.get(inode) ?? []), line.slice(at + 1)]);
  }
  return [...groups.values()].map((names) => `one file: ${names.sort().join(' = ')}`);
}
