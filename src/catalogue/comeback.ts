// How an item comes back, in words.

import type { Comeback, Item } from './types.ts';

export function describeComeback(restore: Comeback): string {
  switch (restore.how) {
    case 'replace':
      return 'replaced';
    case 'merge':
      return `merged (${restore.kind})`;
    case 'stage':
      return `staged, checked, then applied (${restore.kind})`;
    case 'pmxcfs':
      return 'through the cluster file system';
    case 'export':
      return 'handed out as files';
    case 'never':
      return `never: ${restore.reason}`;
  }
}

/** What an item reads, for lists: its path, pattern, key or command line. */
export function describeSource(item: Item): string {
  switch (item.kind) {
    case 'file':
    case 'tree':
    case 'database':
      return describePath(item.path) + (item.kind === 'tree' ? '/' : '');
    case 'glob':
      return describePath(item.pattern);
    case 'listed':
      return `paths in ${item.option}`;
    case 'referenced':
      return `files named by others (${item.references})`;
    case 'command':
      return `\`${item.argv.join(' ')}\``;
    case 'each':
      return `\`${item.argv('NAME').join(' ')}\` for each of ${item.of}`;
    case 'inventory':
      return `inventory: ${item.inventory}`;
  }
}

function describePath(path: string | object): string {
  if (typeof path === 'string') return path;
  const source = path as { option?: string; known?: string; below?: string };
  const base = source.option ?? source.known ?? '';
  return source.below === undefined ? `\${${base}}` : `\${${base}}/${source.below}`;
}
