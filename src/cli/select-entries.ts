// Paths and areas that a user names, as a test on entries; and what to say of those that match nothing.

import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { areas } from '../catalogue/index.ts';
import { nearest } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';
import type { CommandContext } from './command.ts';

/** The same text in every help. */
export const pathArgument = {
  name: 'path',
  description: 'only these paths, directories or areas (`proxsave show ARCHIVE` lists its areas)',
  isOptional: true,
  isVariadic: true,
} as const;

export interface EntrySelection {
  /** True for an entry that was asked for: by its area, its path, or a directory above it. Nothing named: all. */
  includes(path: string, area: string): boolean;
  /** The words that no entry has matched so far. */
  unmatched(): string[];
}

/** `archiveAreas`: areas of the archive, which may be others than those of this version. */
export function selectEntries(
  words: readonly string[],
  archiveAreas: readonly string[] = [],
): EntrySelection {
  const known = new Set([...catalogueIds(), ...archiveAreas]);
  const wanted = words.map((word) => ({
    word,
    area: known.has(word) ? word : undefined,
    path: archivePathOf(word),
    hasMatched: false,
  }));
  const includes = (path: string, area: string) => {
    let isIncluded = wanted.length === 0;
    for (const item of wanted) {
      if (item.area === undefined ? !isAtOrBelow(path, item.path) : area !== item.area) continue;
      item.hasMatched = true;
      isIncluded = true;
    }
    return isIncluded;
  };
  return { includes, unmatched: () => wanted.filter((item) => !item.hasMatched).map(({ word }) => word) };
}

/** The error for an area that is not in the list; by default that of this version. */
export function unknownArea(id: string, known: readonly string[] = catalogueIds()): UsageError {
  const guess = nearest(id, known);
  const meant = guess === undefined ? '' : `; did you mean "${guess}"?`;
  return new UsageError(`there is no area "${id}"${meant}`, { hint: `areas: ${known.join(', ')}` });
}

export function catalogueIds(): string[] {
  return areas.map(({ id }) => id);
}

function isAtOrBelow(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

/** `/etc/hosts`, `./etc/hosts` and `etc/hosts/` mean the same inside an archive. */
export function archivePathOf(words: string): string {
  return words.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

export function areasOf({ manifest }: Pick<OpenArchive, 'manifest'>): string[] {
  return (manifest.areas ?? []).map(({ id }) => id);
}

/** Says which words matched nothing, and what there is instead. */
export function warnOfUnmatched(
  context: CommandContext,
  archive: OpenArchive,
  unmatched: readonly string[],
): void {
  const present = areasOf(archive);
  for (const word of unmatched) {
    const guess = nearest(word, present);
    const meant = guess === undefined ? '' : `; did you mean the area ${guess}?`;
    context.warn(`nothing in ${archive.name} is at ${word}${meant}`);
  }
  if (unmatched.length === 0) return;
  if (present.length > 0) context.note(`areas: ${present.join(', ')}`);
  else context.note('this archive does not say which area a file belongs to: name paths');
}
