// What a test may need and not find: rights and programs. For test.skipIf, with the reason in the title.

import { execFileSync } from 'node:child_process';

export const isRoot = process.getuid?.() === 0;

export function hasPrograms(...names: readonly string[]): boolean {
  return names.every((name) => {
    try {
      execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** Mounting is refused in many containers, root or not. */
export const canMount = isRoot && isMountAllowed();

function isMountAllowed(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
