// Everything about a directory tree, as GNU find sees it: to prove that something was, or was not, changed.

import { execFileSync } from 'node:child_process';

/** Type, mode, owner, size, time, link target and name of each entry, and the content's digest of each file. */
export function listTree(directory: string): string {
  const facts = execFileSync('find', ['.', '-printf', '%y %m %U:%G %s %T@ %l %P\\n'], {
    cwd: directory,
    encoding: 'latin1',
  });
  const digests = execFileSync('find', ['.', '-type', 'f', '-exec', 'sha256sum', '{}', '+'], {
    cwd: directory,
    encoding: 'latin1',
  });
  return [...facts.split('\n').sort(), ...digests.split('\n').sort()].join('\n');
}
