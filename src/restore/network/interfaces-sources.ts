// Which files ifupdown reads besides /etc/network/interfaces: what `source` and `source-directory` name, in those too
// (interfaces(5)). Files of interfaces.d count in any case: the installers of Debian and Proxmox source them.

import { posix } from 'node:path';
import picomatch from 'picomatch';
import { parseInterfaces } from './interfaces-grammar.ts';

export const interfacesPath = '/etc/network/interfaces';
export const fragmentsPath = '/etc/network/interfaces.d';

/** Of a directory that is sourced as a whole, files of other names (`x.dpkg-old`) are left aside. */
const directoryName = /^[\w-]+$/u;

export interface SourcedDirectory {
  /** Absolute; holds no wildcard. */
  directory: string;
  /** Whether a name in it is read. */
  matches: (name: string) => boolean;
}

/** What one file names. Wildcards in directories are not followed: nobody writes them. Pure. */
export function sourcesIn(path: string, text: string): SourcedDirectory[] {
  return parseInterfaces(text)
    .filter(({ kind }) => kind === 'source')
    .flatMap(({ keyword, words }) =>
      words.map((word) => posix.resolve(posix.dirname(path), word)).map((named) => sourceOf(keyword, named)),
    );
}

function sourceOf(keyword: string, named: string): SourcedDirectory {
  if (keyword === 'source-directory') return { directory: named, matches: (name) => /^[\w-]+$/u.test(name) };
  return { directory: posix.dirname(named), matches: picomatch(posix.basename(named)) };
}

/** Paths of a set that are read as interfaces, the main file first. Pure. */
export function interfacesIn(texts: ReadonlyMap<string, string>): Set<string> {
  const known = [...texts.keys()];
  const isFragment = (path: string) =>
    posix.dirname(path) === fragmentsPath && directoryName.test(posix.basename(path));
  const found = new Set(known.filter((path) => path === interfacesPath || isFragment(path)));
  // A set grows while it is gone through: what is sourced is looked at, too, and each only once.
  for (const path of found) {
    for (const { directory, matches } of sourcesIn(path, texts.get(path) ?? ''))
      for (const other of known)
        if (posix.dirname(other) === directory && matches(posix.basename(other))) found.add(other);
  }
  return found;
}
