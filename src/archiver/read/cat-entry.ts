// The content of one file of an archive. Hard links, and links that the existing edition's deduplication made, lead
// to the content; a symbolic link of the host does not: the caller decides whether to follow it.

import { ArchiveError, UsageError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { dedupManifestPath, linkedPath, readDedupManifest } from './dedup-manifest.ts';
import type { DecodedMeta } from '../tar/tar-scanner.ts';
import type { OpenArchive } from './open-archive.ts';
import { readEntries, type ReadOptions } from './read-content.ts';
import { mayBeDeduplicated } from '../index/read-index.ts';

/**
 * @param path ArchivePath; a leading `/` or `./` is accepted
 * @throws UsageError when there is no such file, or it is a directory or symbolic link; else as readContent
 */
export async function* catEntry(
  host: Host,
  archive: OpenArchive,
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<Buffer, void> {
  const wanted = path.replace(/^(?:\.?\/)+/u, '');
  const elsewhere = yield* catMember(host, archive, wanted, options);
  if (elsewhere === undefined) return;
  const beyond = yield* catMember(host, archive, elsewhere, options);
  if (beyond !== undefined) {
    throw new ArchiveError(
      `${wanted} is a link to ${elsewhere}, which is a link again: the archive is damaged`,
    );
  }
}

/** Yields the content of a file; returns the path of another member when the content is there. */
async function* catMember(
  host: Host,
  archive: OpenArchive,
  path: string,
  options: ReadOptions,
): AsyncGenerator<Buffer, string | undefined> {
  let link: DecodedMeta | undefined;
  for await (const { meta, content } of readEntries(host, archive, options)) {
    if (link !== undefined) {
      if (meta.path !== dedupManifestPath) continue;
      if ((await readDedupManifest(content)).has(path)) return linkedPath(path, link.linkTarget);
      break;
    }
    if (meta.path !== path) continue;
    if (meta.type === 'file') {
      yield* content;
      return undefined;
    }
    if (meta.type === 'hardlink') return meta.linkTarget;
    if (meta.type !== 'symlink' || !mayBeDeduplicated(archive)) throw notAFile(meta);
    link = meta;
  }
  if (link !== undefined) throw notAFile(link);
  throw new UsageError(`${path} is not in ${archive.name}`, {
    hint: `\`proxsave ls ${archive.name}\` shows what is. Names are case-sensitive.`,
  });
}

function notAFile(meta: DecodedMeta): UsageError {
  if (meta.type !== 'symlink')
    return new UsageError(
      `${meta.path} is a ${meta.type === 'other' ? 'device or FIFO' : meta.type}, not a file`,
    );
  return new UsageError(`${meta.path} is a symbolic link to ${meta.linkTarget}`, {
    hint: `Its target may be in the archive: ${linkedPath(meta.path, meta.linkTarget)}`,
  });
}
