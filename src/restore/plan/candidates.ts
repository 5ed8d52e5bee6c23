// The pass over the archive: every entry once, its name checked, its owner in the catalogue found, its content hashed and
// held against the index. Small files that a strategy or a preflight check wants are kept in memory.

import { createHash } from 'node:crypto';
import type { ArchiveOwner, ArchiveOwners } from '../../catalogue/archive-owners.ts';
import { InterruptedError, SecurityError, VerificationError } from '../../errors.ts';
import { decodeBytePath } from '../../util/byte-path.ts';
import { printable } from '../../util/printable.ts';
import { defaultLimits, type RestoreLimits } from '../limits.ts';
import { checkRestorePath, parentsOf, type RestorePath } from '../restore-path.ts';
import type { RestoreEntry, RestoreMeta, RestoreSource } from '../source.ts';

export interface Candidate {
  path: RestorePath;
  meta: RestoreMeta;
  owner: ArchiveOwner | undefined;
  sha256?: string;
}

export interface Refused {
  name: string;
  type: RestoreMeta['type'];
  reason: string;
}

export interface Candidates {
  /** By path; sorted, so that a directory comes before what is in it. */
  entries: ReadonlyMap<RestorePath, Candidate>;
  refused: readonly Refused[];
  /** Small texts by archive path, bytes kept. */
  texts: ReadonlyMap<string, string>;
}

export interface CandidateOptions {
  owners: ArchiveOwners;
  /** Whether the text of a file is wanted. */
  wantsText: (path: RestorePath, owner: ArchiveOwner | undefined) => boolean;
  /** Where the content of a file goes besides; undefined: nowhere. */
  sinkFor?: (path: RestorePath) => ContentSink | undefined;
  signal: AbortSignal;
  limits?: Partial<RestoreLimits>;
}

/** A piece holds until the call returns. `end` comes when all of a file was there; `abandon` when it was not. */
export interface ContentSink {
  write: (piece: Buffer) => void;
  end: (sha256: string) => void;
  abandon: () => void;
}

/** A text larger than this is never merged, and never shown as a difference. */
export const maxTextBytes = 1024 * 1024;
const maxTextsBytes = 128 * 1024 * 1024;

/**
 * @throws SecurityError when the archive is beyond the limits, VerificationError when content is not what the index says,
 *   InterruptedError, and what the source throws
 */
export async function readCandidates(source: RestoreSource, options: CandidateOptions): Promise<Candidates> {
  const limits = { ...defaultLimits, ...options.limits };
  const entries = new Map<RestorePath, Candidate>();
  const refused: Refused[] = [];
  const texts = new Map<string, string>();
  const seen = { entries: 0, bytes: 0, textBytes: 0 };
  for await (const entry of source.entries(options.signal)) {
    if (options.signal.aborted) throw new InterruptedError();
    countAgainst(limits, seen, entry.meta);
    const checked = checkEntry(entry.meta, entries);
    if ('refusal' in checked) {
      refused.push({ name: entry.meta.path, type: entry.meta.type, reason: checked.refusal });
      continue;
    }
    const { path } = checked;
    const owner = options.owners.ownerOf(path, entry.area, entry.meta.type === 'directory');
    const candidate: Candidate = { path, meta: withPlainTarget(entry.meta), owner };
    if (entry.meta.type === 'file') {
      const room = seen.textBytes + entry.meta.size <= maxTextsBytes && entry.meta.size <= maxTextBytes;
      const sink = options.sinkFor?.(path);
      const read = await readInto(sink, entry, room && options.wantsText(path, owner));
      candidate.sha256 = read.sha256;
      if (read.text !== undefined) {
        texts.set(path, read.text);
        seen.textBytes += entry.meta.size;
      }
    }
    entries.set(path, candidate);
  }
  return { ...refuseBelowLinks(sorted(entries), refused), texts };
}

function countAgainst(
  limits: RestoreLimits,
  seen: { entries: number; bytes: number },
  { path, type, size }: RestoreMeta,
): void {
  seen.entries += 1;
  seen.bytes += type === 'file' ? size : 0;
  const beyond =
    seen.entries > limits.entries
      ? `more than ${limits.entries} entries`
      : size > limits.fileBytes
        ? `an entry of ${size} bytes (${printable(path)})`
        : seen.bytes > limits.totalBytes
          ? `more than ${limits.totalBytes} bytes of content`
          : undefined;
  if (beyond === undefined) return;
  throw new SecurityError(
    `the archive holds ${beyond}: that is beyond any configuration, nothing was restored`,
    {
      hint: 'Look at it with "proxsave ls"; single paths come out with "proxsave extract".',
    },
  );
}

function checkEntry(
  meta: RestoreMeta,
  entries: ReadonlyMap<RestorePath, Candidate>,
): { path: RestorePath } | { refusal: string } {
  const checked = checkRestorePath(meta.path);
  if ('refusal' in checked) return checked;
  if (entries.has(checked.path))
    return { refusal: 'the archive holds this name twice; the first one counts' };
  if (meta.type === 'other')
    return { refusal: 'it is a device, FIFO or unknown kind of entry: never restored' };
  if (meta.type === 'hardlink') {
    const target = checkRestorePath(meta.linkTarget);
    return 'refusal' in target
      ? { refusal: `the file that it is a second name of: ${target.refusal}` }
      : checked;
  }
  if (meta.type !== 'symlink') return checked;
  const { linkTarget } = meta;
  const isBad = linkTarget === '' || linkTarget.includes('\0') || linkTarget.length > 4095;
  return isBad ? { refusal: 'its link target is empty, too long or has a NUL byte' } : checked;
}

/** The first name of a hard link in the form of the other paths. */
function withPlainTarget(meta: RestoreMeta): RestoreMeta {
  if (meta.type !== 'hardlink') return meta;
  const target = checkRestorePath(meta.linkTarget);
  return 'path' in target ? { ...meta, linkTarget: target.path } : meta;
}

interface ReadContent {
  sha256: string;
  text?: string;
}

async function readInto(
  sink: ContentSink | undefined,
  entry: RestoreEntry,
  wantsText: boolean,
): Promise<ReadContent> {
  try {
    const read = await readContent(entry, wantsText, (piece) => sink?.write(piece));
    sink?.end(read.sha256);
    return read;
  } catch (error) {
    sink?.abandon();
    throw error;
  }
}

async function readContent(
  { meta, sha256, content }: RestoreEntry,
  wantsText: boolean,
  use: (piece: Buffer) => void,
): Promise<ReadContent> {
  const hash = createHash('sha256');
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of content()) {
    hash.update(piece);
    use(piece);
    size += piece.length;
    if (wantsText) pieces.push(Buffer.from(piece));
  }
  const found = hash.digest('hex');
  if (size !== meta.size || (sha256 !== undefined && sha256 !== found)) {
    throw new VerificationError(`${printable(meta.path)} in the archive is not what its index says`, {
      hint: 'The archive is damaged; nothing was changed. Use another one ("proxsave list", "proxsave verify").',
    });
  }
  return wantsText ? { sha256: found, text: decodeBytePath(Buffer.concat(pieces)) } : { sha256: found };
}

function sorted(entries: ReadonlyMap<RestorePath, Candidate>): [RestorePath, Candidate][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** An entry whose parent the same archive makes a link or a file could only be written through it. */
function refuseBelowLinks(
  all: readonly [RestorePath, Candidate][],
  refused: Refused[],
): Pick<Candidates, 'entries' | 'refused'> {
  const byPath = new Map(all);
  const entries = new Map<RestorePath, Candidate>();
  for (const [path, candidate] of all) {
    const through = parentsOf(path).find((parent) => {
      const type = byPath.get(parent)?.meta.type;
      return type !== undefined && type !== 'directory';
    });
    if (through === undefined) entries.set(path, candidate);
    else {
      const reason = `its parent ${printable(through)} is no directory in the archive: nothing is written through links`;
      refused.push({ name: path, type: candidate.meta.type, reason });
    }
  }
  return { entries, refused };
}
