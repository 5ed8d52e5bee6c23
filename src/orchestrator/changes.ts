// What differs between two archives: names of files by area, from their indexes. Content is compared by its hash and
// never shown.

import { hash } from 'node:crypto';
import type { IndexEntry } from '../archiver/index/index-file.ts';
import { isOfExistingEdition, readIndex, type IndexItem } from '../archiver/index/read-index.ts';
import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { infoDirectory } from '../catalogue/types.ts';
import type { Host } from '../host/host.ts';
import type { AreaChanges } from '../run-record.ts';

export interface CompareOptions {
  /** Names kept for each area and kind; further ones are only counted. Default 50. */
  namesPerList?: number;
  /** Also outputs of commands and ProxSave's own documents, of which many differ in every run. */
  withOutputs?: boolean;
  /** Absent: that of the host. */
  signal?: AbortSignal;
}

/** An index to compare, wherever it is read from. */
export interface ComparedIndex {
  /** Whether each file's entry has the hash of its content. */
  hasHashes: boolean;
  read: (signal: AbortSignal) => AsyncIterable<IndexItem>;
}

const defaultNames = 50;

/** Both archives must be open for reading (encrypted ones unlocked). @throws as readIndex */
export function compareArchives(
  host: Host,
  older: OpenArchive,
  newer: OpenArchive,
  options: CompareOptions = {},
): Promise<AreaChanges[]> {
  const { signal = host.signal } = options;
  return compareIndexes(indexOf(host, older), indexOf(host, newer), { ...options, signal });
}

/** The archive must be open for reading. */
export function indexOf(host: Host, archive: OpenArchive): ComparedIndex {
  return { hasHashes: hasHashes(archive), read: (signal) => readIndex(host, archive, { signal }) };
}

/**
 * The older index is held as one number for each path, the newer one streams past it. Times alone are no change. Areas in
 * the order of the newer index; areas without changes are left out.
 * @throws what reading them throws
 */
export async function compareIndexes(
  older: ComparedIndex,
  newer: ComparedIndex,
  options: CompareOptions & { signal: AbortSignal },
): Promise<AreaChanges[]> {
  const { signal, withOutputs = false, namesPerList = defaultNames } = options;
  const describe = older.hasHashes && newer.hasHashes ? describeContent : describeOutside;
  const known = new KnownPaths();
  for await (const entry of entriesOf(older, { signal, withOutputs })) {
    known.add(entry, fingerprint(describe(entry)));
  }
  const changes = new ChangeLists(namesPerList);
  for await (const entry of entriesOf(newer, { signal, withOutputs })) {
    const { area, path } = entry;
    const before = known.take(entry);
    if (before === undefined) changes.add(area, 'added', path);
    else if (before.fingerprint !== fingerprint(describe(entry))) {
      changes.add(area === '' ? before.area : area, 'changed', path);
    }
  }
  for (const { area, path } of known.rest()) changes.add(area, 'removed', path);
  return changes.list();
}

async function* entriesOf(
  index: ComparedIndex,
  { signal, withOutputs }: { signal: AbortSignal; withOutputs: boolean },
): AsyncGenerator<IndexEntry, void> {
  for await (const item of index.read(signal)) {
    signal.throwIfAborted();
    if (item.kind === 'entry' && (withOutputs || !isOutput(item.entry))) yield item.entry;
  }
}

/** What ProxSave makes itself: below its own directory, and manifest.json at the root. */
function isOutput({ path }: IndexEntry): boolean {
  return path === 'manifest.json' || path === infoDirectory || path.startsWith(`${infoDirectory}/`);
}

/** Archives of the existing edition have no hashes, and without a manifest nobody knows beforehand. */
function hasHashes(archive: OpenArchive): boolean {
  return archive.manifestSource === 'json' && !isOfExistingEdition(archive);
}

function describeContent(entry: IndexEntry): string {
  return `${rightsOf(entry)} ${entry.sha256 ?? ''} ${entry.target ?? ''}`;
}

/** Without hashes size and time must do, in whole seconds, as older tars have them. */
function describeOutside(entry: IndexEntry): string {
  const time = entry.type === 'file' ? `${entry.size} ${Math.floor(Number(entry.mtime))}` : '';
  return `${rightsOf(entry)} ${time} ${entry.target ?? ''}`;
}

function rightsOf({ type, mode, uid, gid }: IndexEntry): string {
  return `${type} ${mode} ${uid}:${gid}`;
}

/** 48 bits: a million numbers fit in little memory, and a change is missed once in 10^14. */
function fingerprint(text: string): number {
  return hash('sha1', text, 'buffer').readUIntBE(0, 6);
}

/** Paths of the older archive that the newer one has not shown yet. */
class KnownPaths {
  readonly #areas = new Map<string, Map<string, number>>();

  add({ area, path }: IndexEntry, fingerprint: number): void {
    const paths = this.#areas.get(area) ?? new Map<string, number>();
    if (paths.size === 0) this.#areas.set(area, paths);
    paths.set(path, fingerprint);
  }

  /** A path may have moved to another area: the catalogue grows with each version. */
  take({ area, path }: IndexEntry): { area: string; fingerprint: number } | undefined {
    const own = this.#areas.get(area);
    if (own?.has(path) === true) return takeFrom(area, own, path);
    for (const [other, paths] of this.#areas) if (paths.has(path)) return takeFrom(other, paths, path);
    return undefined;
  }

  *rest(): Generator<{ area: string; path: string }> {
    for (const [area, paths] of this.#areas) for (const path of paths.keys()) yield { area, path };
  }
}

function takeFrom(
  area: string,
  paths: Map<string, number>,
  path: string,
): { area: string; fingerprint: number } | undefined {
  const fingerprint = paths.get(path);
  paths.delete(path);
  return fingerprint === undefined ? undefined : { area, fingerprint };
}

type ChangeKind = 'added' | 'removed' | 'changed';

class ChangeLists {
  readonly #areas = new Map<string, Record<ChangeKind, { names: string[]; omitted: number }>>();
  readonly #namesPerList: number;

  constructor(namesPerList: number) {
    this.#namesPerList = namesPerList;
  }

  add(area: string, kind: ChangeKind, path: string): void {
    const list = this.#listsOf(area)[kind];
    if (list.names.length < this.#namesPerList) list.names.push(`/${path}`);
    else list.omitted += 1;
  }

  #listsOf(area: string): Record<ChangeKind, { names: string[]; omitted: number }> {
    const found = this.#areas.get(area);
    if (found !== undefined) return found;
    const empty = () => ({ names: [], omitted: 0 });
    const created = { added: empty(), removed: empty(), changed: empty() };
    this.#areas.set(area, created);
    return created;
  }

  list(): AreaChanges[] {
    return [...this.#areas].map(([area, { added, removed, changed }]) => {
      const omitted = { added: added.omitted, removed: removed.omitted, changed: changed.omitted };
      const isComplete = Object.values(omitted).every((count) => count === 0);
      return {
        area,
        added: added.names,
        removed: removed.names,
        changed: changed.names,
        ...(isComplete ? {} : { omitted }),
      };
    });
  }
}
