// The archives of a tier, each read no further than its head. The same for a directory and a remote.

import { parseArchiveName, type ArchiveName } from '../../archiver/archive-name.ts';
import { readArchiveFacts, type ArchiveFacts } from '../../archiver/read/open-archive.ts';
import { AppError } from '../../errors.ts';
import type { Store, StoredFile, TierName } from '../../storage/store.ts';
import { withoutUndefined } from '../../util/without-undefined.ts';
import { headKey, type HeadCache } from './head-cache.ts';
import { archiveIdentity, byNewest } from '../archive-identity.ts';

export interface TierArchive {
  tier: TierName;
  /** File name on the tier. */
  name: string;
  /** For people: the tier's place and the name. */
  location: string;
  hostname: string;
  createdAt: Date;
  /** Bytes of the file (a bundle with what is around the archive). */
  sizeBytes: number;
  /** Absent: the head cannot be read; `problem` says why. */
  archive?: ArchiveFacts;
  /** With an archive: its head can be read, but it has not the length that it was written with. */
  problem?: string;
}

export interface ListOptions {
  signal: AbortSignal;
  /** Only archives whose names say one of these hosts. Default: all. */
  hosts?: readonly string[];
  /** When a file has exactly this name, only that one. */
  exactName?: string;
}

/** A store, and where heads are kept that need not be read again. */
export interface ListedTier {
  store: Store;
  heads?: HeadCache | undefined;
}

/** Heads read at the same time: a remote answers each slowly. */
const concurrency = 4;
/** One read that holds all of a bundle's front. */
const headBytes = 64 * 1024;

/** Newest first; same second: by name. @throws StorageError when the tier cannot be listed */
export async function listTier(
  { store, heads }: ListedTier,
  { signal, hosts, exactName }: ListOptions,
): Promise<TierArchive[]> {
  const files = new Map((await store.list(signal)).map((file) => [file.name, file]));
  const archives = [...files.values()].flatMap((file) => {
    const name = parseArchiveName(file.name);
    return name === undefined ? [] : [{ file, name, key: headKey(file.name, files) }];
  });
  const exact = archives.filter(({ file }) => file.name === exactName);
  const wanted =
    exact.length > 0 ? exact : archives.filter(({ name }) => hosts?.includes(name.hostname) !== false);
  const listed: TierArchive[] = [];
  let next = 0;
  const work = async () => {
    for (let item = wanted[next++]; item !== undefined; item = wanted[next++]) {
      listed.push(await describe(store, item, { signal, files, heads }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, wanted.length) }, work));
  heads?.keep(new Set(archives.map(({ key }) => key)));
  return listed.sort(byNewest);
}

interface Reading {
  signal: AbortSignal;
  /** The whole listing. */
  files: ReadonlyMap<string, StoredFile>;
  heads: HeadCache | undefined;
}

interface Item {
  file: StoredFile;
  name: ArchiveName;
  key: string;
}

async function describe(store: Store, { file, name, key }: Item, reading: Reading): Promise<TierArchive> {
  const base = {
    tier: store.tier,
    name: file.name,
    location: locationOf(store, file.name),
    sizeBytes: file.sizeBytes,
  };
  try {
    const archive = reading.heads?.get(key) ?? (await readHead(store, file, reading));
    reading.heads?.set(key, archive);
    return {
      ...base,
      ...archiveIdentity(name, file.modified, archive.manifest),
      archive,
      ...withoutUndefined({ problem: lengthFault(archive) }),
    };
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    return { ...base, ...archiveIdentity(name, file.modified), problem: error.message };
  }
}

/**
 * Why a copy is surely not as it was written: it was cut short, or something was added. Its head alone would pass for a good
 * one, and retention would drop good ones for it. Archives of other editions may state their size in another way.
 */
export function lengthFault(archive: ArchiveFacts | undefined): string | undefined {
  if (archive?.manifestSource !== 'json' || archive.manifest.install_id === undefined) return undefined;
  const { manifest, size, frame } = archive;
  if (manifest.archive_size !== size) {
    return `it is damaged: it has ${size} bytes, and its manifest states ${manifest.archive_size}`;
  }
  return frame?.hasEndMarker === false
    ? 'it is damaged: the end of the bundle is missing, or something was added to it'
    : undefined;
}

/** As a user would write it: `/mnt/nas/NAME`, `gdrive:proxsave/NAME`. */
export function locationOf({ location }: Store, name: string): string {
  return location.endsWith(':') || location.endsWith('/') ? `${location}${name}` : `${location}/${name}`;
}

async function readHead(store: Store, file: StoredFile, { signal, files }: Reading): Promise<ArchiveFacts> {
  const front = await store.readRange(file.name, 0, Math.min(headBytes, file.sizeBytes), signal);
  return readArchiveFacts({
    path: locationOf(store, file.name),
    size: file.sizeBytes,
    mtimeNs: BigInt(file.modified.getTime()) * 1_000_000n,
    readAt: (offset, length) =>
      offset + length <= front.length
        ? Promise.resolve(front.subarray(offset, offset + length))
        : store.readRange(file.name, offset, length, signal),
    readBeside: async (name) =>
      files.has(name) ? (await store.readRange(name, 0, headBytes, signal)).toString('utf8') : undefined,
  });
}
