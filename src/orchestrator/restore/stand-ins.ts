// Archives of the existing edition hold links in the place of files with equal content. Here each such link becomes the file
// it stands for: it is given right behind the file that has the content.

import { linkedPath, type DedupEntry, type DedupManifest } from '../../archiver/read/dedup-manifest.ts';
import { ArchiveError } from '../../errors.ts';
import type { RestoreEntry, RestoreMeta } from '../../restore/source.ts';
import { formatBytes } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';

interface StandIn {
  original: DedupEntry;
  /** Path of the file that has the content. */
  source: string;
}

export interface StandIns {
  /** By path of the link. */
  links: ReadonlyMap<string, StandIn>;
  /** Paths of files that have the content of a link. */
  sources: ReadonlySet<string>;
  /** Links whose content is not in the archive. */
  lost: ReadonlySet<string>;
}

/** @param links path -> target of every symbolic link of the archive; @param files paths of its files */
export function createStandIns(
  dedup: DedupManifest,
  links: ReadonlyMap<string, string>,
  files: ReadonlySet<string>,
): StandIns {
  const found = new Map<string, StandIn>();
  const lost = new Set<string>();
  for (const [path, original] of dedup) {
    const target = links.get(path);
    if (target === undefined) continue;
    const source = linkedPath(path, target);
    if (files.has(source)) found.set(path, { original, source });
    else lost.add(path);
  }
  return { links: found, sources: new Set([...found.values()].map(({ source }) => source)), lost };
}

/** That edition replaced only files of configuration; a file beyond this was not one. */
const maxSourceBytes = 256 * 1024 * 1024;

/** @throws ArchiveError when content that several files share is too large to be kept, and what the entries throw */
export async function* putContentsInPlace(
  entries: AsyncIterable<RestoreEntry>,
  standIns: StandIns,
): AsyncGenerator<RestoreEntry, void> {
  if (standIns.links.size === 0 && standIns.lost.size === 0) {
    yield* entries;
    return;
  }
  /** Links that came before the file. */
  const early = new Map<string, RestoreMeta[]>();
  const contents = new Map<string, Buffer>();
  for await (const entry of entries) {
    const { path, type } = entry.meta;
    const standIn = type === 'symlink' ? standIns.links.get(path) : undefined;
    if (type === 'symlink' && standIns.lost.has(path)) continue;
    if (standIn !== undefined) {
      const content = contents.get(standIn.source);
      if (content === undefined)
        early.set(standIn.source, [...(early.get(standIn.source) ?? []), entry.meta]);
      else yield asFile(entry.meta, standIn, content);
    } else if (type === 'file' && standIns.sources.has(path)) {
      const content = await keepContent(entry);
      contents.set(path, content);
      yield { ...entry, content: () => piecesOf(content) };
      for (const meta of early.get(path) ?? []) {
        const late = standIns.links.get(meta.path);
        if (late !== undefined) yield asFile(meta, late, content);
      }
    } else yield entry;
  }
}

async function keepContent({ meta, content }: RestoreEntry): Promise<Buffer> {
  if (meta.size > maxSourceBytes) {
    throw new ArchiveError(
      `${printable(meta.path)} stands for several files of the archive and has ${formatBytes(meta.size)}: too much to be kept`,
      { hint: 'Take it out by itself: proxsave extract ARCHIVE --to DIR' },
    );
  }
  const pieces: Buffer[] = [];
  for await (const bytes of content()) pieces.push(Buffer.from(bytes));
  return Buffer.concat(pieces);
}

function asFile(link: RestoreMeta, { original }: StandIn, content: Buffer): RestoreEntry {
  const { mode, uid = link.uid, gid = link.gid } = original;
  // The names in the tar are those of the link's owner.
  const names = original.uid === undefined ? {} : { userName: '', groupName: '' };
  const meta: RestoreMeta = {
    ...link,
    ...names,
    type: 'file',
    linkTarget: '',
    mode,
    uid,
    gid,
    size: content.length,
  };
  return { meta, content: () => piecesOf(content) };
}

// eslint-disable-next-line @typescript-eslint/require-await -- content is an asynchronous iterable everywhere
async function* piecesOf(content: Buffer): AsyncGenerator<Buffer, void> {
  if (content.length > 0) yield content;
}
