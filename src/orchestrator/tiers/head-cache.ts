// What was read of archives on a slow tier, so that the next listing is one request and not one for each archive. Kept by
// all that tells whether a file is still the same: its place, name, size and time, and those of the files beside it.

import type { ArchiveFacts } from '../../archiver/read/open-archive.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import type { StoredFile, TierName } from '../../storage/store.ts';
import { version } from '../../version.ts';
import { fileNamesOf } from './archive-files.ts';
import { readKeptFile, writeKeptFile } from '../kept-file.ts';

export interface HeadCache {
  get(key: string): ArchiveFacts | undefined;
  set(key: string, facts: ArchiveFacts): void;
  /** Writes what is new. Heads of other keys than these are forgotten. */
  keep(keys: ReadonlySet<string>): void;
}

interface CacheFile {
  /** Another release may read more out of a head. */
  version: string;
  location: string;
  heads: readonly (readonly [key: string, facts: ArchiveFacts])[];
}

export function openHeadCache(
  host: Host,
  stateDirectory: RealPath,
  { tier, location }: { tier: TierName; location: string },
): HeadCache {
  const path = joinReal(stateDirectory, `heads-${tier}.json`);
  let heads: Map<string, ArchiveFacts> | undefined;
  let isChanged = false;
  const loaded = () => (heads ??= new Map(headsIn(readKeptFile(host, path), location)));
  return {
    get: (key) => loaded().get(key),
    set: (key, facts) => {
      if (loaded().get(key) === facts) return;
      loaded().set(key, facts);
      isChanged = true;
    },
    keep: (keys) => {
      for (const key of loaded().keys()) {
        if (keys.has(key)) continue;
        loaded().delete(key);
        isChanged = true;
      }
      const content: CacheFile = { version, location, heads: [...loaded()] };
      if (isChanged) isChanged = !writeKeptFile(host, path, content);
    },
  };
}

/** The digest in front has proved that it is as we wrote it; a different release or place is all that can be wrong. */
function headsIn(content: unknown, location: string): CacheFile['heads'] {
  const file = content as CacheFile | undefined;
  return file?.version === version && file.location === location ? file.heads : [];
}

/** `files`: all of the listing, by name. */
export function headKey(name: string, files: ReadonlyMap<string, StoredFile>): string {
  const parts = fileNamesOf(name).flatMap((part) => {
    const file = files.get(part);
    return file === undefined ? [] : [[part, file.sizeBytes, file.modified.getTime()]];
  });
  return JSON.stringify(parts);
}
