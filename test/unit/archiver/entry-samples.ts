// Entries for tests of the write side, with defaults for what a test does not care about.

import type { SourceEntry } from '../../../src/entry.ts';

export function fileEntry(
  path: string,
  content: Buffer | string,
  more: Partial<SourceEntry> = {},
): SourceEntry {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return {
    path,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    userName: 'root',
    groupName: 'root',
    mtimeNs: 1_700_000_000_000_000_000n,
    size: bytes.length,
    linkTarget: '',
    area: 'test',
    content: bytes,
    ...more,
  };
}

export function directoryEntry(path: string, more: Partial<SourceEntry> = {}): SourceEntry {
  return { ...fileEntry(path, ''), type: 'directory', mode: 0o755, content: null, ...more };
}

export function linkEntry(
  type: 'symlink' | 'hardlink',
  path: string,
  linkTarget: string,
  more: Partial<SourceEntry> = {},
): SourceEntry {
  return { ...fileEntry(path, ''), type, mode: 0o777, linkTarget, content: null, ...more };
}
