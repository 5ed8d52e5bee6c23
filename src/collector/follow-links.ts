// Resolves the symbolic links in a path as a process inside the host's root would: an absolute target means the
// host's own root, and `..` does not climb out of it. The kernel cannot be asked: below another root it would follow
// such links into the running system.

import { posix } from 'node:path';
import type { Host } from '../host/host.ts';

const maxHops = 40;

export interface FollowedPath {
  /** Absolute host path without links in it. Parts that do not exist are kept as they are. */
  path: string;
  /** Host paths of the links that were followed, in order; each lies at its true place itself. */
  links: readonly string[];
}

/** undefined: the links run in a circle. Throws the system's error where a part cannot be looked at. */
export function followLinks(host: Host, hostPath: string): FollowedPath | undefined {
  const pending = hostPath.split('/').reverse();
  const links: string[] = [];
  let current = '/';
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      current = posix.dirname(current);
      continue;
    }
    const next = current === '/' ? `/${part}` : `${current}/${part}`;
    const realPath = host.resolve(next);
    if (host.fs.lstatIfExists(realPath)?.kind !== 'symlink') {
      current = next;
      continue;
    }
    if (links.length === maxHops) return undefined;
    links.push(next);
    const target = host.fs.readLink(realPath);
    if (target.startsWith('/')) current = '/';
    pending.push(...target.split('/').reverse());
  }
  return { path: current, links };
}
