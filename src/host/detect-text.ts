// Reads small texts of the host for detection: bounded, never blocking on a FIFO, never throwing. What cannot be
// read is as good as absent here; the collector reports unreadable files by name.

import { posix } from 'node:path';
import type { Host } from './host.ts';

const maxLinkHops = 8;
const chunkBytes = 64 * 1024;

/** Text of a regular file of the host, at most `maxBytes` of it; undefined when it cannot be had. */
export function readHostText(host: Host, hostPath: string, maxBytes = 1024 * 1024): string | undefined {
  try {
    const target = followLinks(host, hostPath);
    return target === undefined ? undefined : readBounded(host, target, maxBytes);
  } catch {
    return undefined;
  }
}

export type PathKind = 'file' | 'directory' | 'other' | 'absent';

/** What lies at a path, links followed below the root; `absent` also when it cannot be looked at. */
export function hostPathKind(host: Host, hostPath: string): PathKind {
  try {
    const target = followLinks(host, hostPath);
    if (target === undefined) return 'absent';
    const { kind } = host.fs.lstat(host.resolve(target));
    return kind === 'file' || kind === 'directory' ? kind : 'other';
  } catch {
    return 'absent';
  }
}

/** Names in a directory of the host; none when it cannot be listed. */
export function hostNames(host: Host, hostPath: string): string[] {
  try {
    return host.fs.readDirectory(host.resolve(hostPath));
  } catch {
    return [];
  }
}

/** Below another root an absolute link means that root, not the running system. Intermediate links are left alone. */
function followLinks(host: Host, hostPath: string): string | undefined {
  let current = hostPath;
  for (let hops = 0; hops <= maxLinkHops; hops += 1) {
    const status = host.fs.lstatIfExists(host.resolve(current));
    if (status === undefined) return undefined;
    if (status.kind !== 'symlink') return current;
    current = posix.resolve(posix.dirname(current), host.fs.readLink(host.resolve(current)));
  }
  return undefined;
}

function readBounded(host: Host, hostPath: string, maxBytes: number): string | undefined {
  const fd = host.fs.openForRead(host.resolve(hostPath));
  try {
    if (host.fs.statFd(fd).kind !== 'file') return undefined;
    const chunks: Buffer[] = [];
    let total = 0;
    // Files in /proc and /sys have no size: read to the end.
    while (total < maxBytes) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, maxBytes - total));
      const length = host.fs.read(fd, chunk, 0, chunk.length, null);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      total += length;
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    host.fs.close(fd);
  }
}

/** stdout of a short command about the host, or undefined when it is missing, fails or takes too long. */
export async function askHost(
  host: Host,
  argv: readonly [string, ...string[]],
  timeoutMs: number,
): Promise<string | undefined> {
  const result = await host.commands.run({
    argv,
    timeoutMs,
    maxOutputBytes: 64 * 1024,
    signal: host.signal,
  });
  return result.status === 'ok' ? result.stdout.toString('utf8') : undefined;
}
