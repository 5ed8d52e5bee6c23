// Paths of ProxSave's own files. One that a shell gave (flag, environment) means what it means in that shell; one
// from the file or a default belongs to the host and goes below its root. Network addresses are refused: a share
// has to be mounted, or the copy would land in a local directory that looks like it.

import { posix } from 'node:path';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import type { Origin } from './given.ts';
import type { ParseResult } from './types.ts';

export function resolveOwnPath(host: Host, origin: Origin, path: string): ParseResult<RealPath> {
  if (/^(\/\/|\\\\)/.test(path) || /^([\w.@-]+|\[[^\]/]*\]):/.test(path)) {
    return { problem: 'is the address of a network share', hint: 'mount the share and give its mount point' };
  }
  if (origin === 'flag' || origin === 'environment') {
    return { value: asRealPath(posix.resolve(host.process.cwd, path)) };
  }
  if (path.startsWith('~')) {
    return {
      problem: 'is not an absolute path',
      hint: 'write the home directory in full; ~ is known to shells only',
    };
  }
  if (!path.startsWith('/')) return { problem: 'is not an absolute path' };
  return { value: host.resolve(path) };
}
