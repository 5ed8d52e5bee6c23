// Paths and areas that a user names, as a test on entries.

import { areaById } from '../catalogue/index.ts';

/** True for an entry that was asked for: by its area, by its path, or by a directory above it. Nothing named: all. */
export type IsSelected = (path: string, area: string) => boolean;

export function selectEntries(words: readonly string[]): IsSelected {
  if (words.length === 0) return () => true;
  const areas = new Set(words.filter((word) => !word.includes('/') && areaById(word) !== undefined));
  const paths = words.filter((word) => !areas.has(word)).map(archivePathOf);
  return (path, area) =>
    areas.has(area) ||
    paths.some((wanted) => wanted === '' || path === wanted || path.startsWith(`${wanted}/`));
}

/** `/etc/hosts`, `./etc/hosts` and `etc/hosts/` mean the same inside an archive. */
export function archivePathOf(words: string): string {
  return words.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}
