// The entries of an archive with their numbers, as the index counts them.

import type { Host } from '../../host/host.ts';
import { readEntries, type ContentSource, type ReadOptions } from '../read/read-content.ts';
import { isIndexMember } from '../index/read-index.ts';
import type { DecodedMeta } from '../tar/tar-scanner.ts';

export interface NumberedEntry<Meta extends DecodedMeta = DecodedMeta> {
  meta: Meta;
  content: AsyncIterable<Buffer>;
  /** Place in the index, from 0; -1 for what the index does not count: itself, and kinds that we never write. */
  number: number;
}

/** Leaves out the root directory, which other tars list. */
export async function* numberedEntries(
  host: Host,
  source: ContentSource,
  options: ReadOptions,
): AsyncGenerator<NumberedEntry, void> {
  let next = 0;
  for await (const entry of readEntries(host, source, options)) {
    const { meta } = entry;
    if (meta.path === '' && meta.type === 'directory') continue;
    const isCounted = meta.type !== 'other' && !isIndexMember(entry);
    yield { ...entry, number: isCounted ? next : -1 };
    if (isCounted) next += 1;
  }
}
