// Counts what goes into an archive, by area and in all.

import type { SourceEntry } from '../../entry.ts';

export interface AreaCounts {
  files: number;
  /** Sum of file contents. */
  bytes: number;
  directories: number;
  /** Symbolic and hard. */
  links: number;
}

export interface ArchiveTally {
  /** All entries, without the index. */
  entryCount: number;
  totals: AreaCounts;
  /** In the order in which the areas first appeared. */
  areas: Map<string, AreaCounts>;
}

export function createTally(): ArchiveTally {
  return { entryCount: 0, totals: emptyCounts(), areas: new Map() };
}

export function addToTally(tally: ArchiveTally, entry: SourceEntry): void {
  let area = tally.areas.get(entry.area);
  if (area === undefined) {
    area = emptyCounts();
    tally.areas.set(entry.area, area);
  }
  tally.entryCount += 1;
  addTo(area, entry);
  addTo(tally.totals, entry);
}

function emptyCounts(): AreaCounts {
  return { files: 0, bytes: 0, directories: 0, links: 0 };
}

function addTo(counts: AreaCounts, entry: SourceEntry): void {
  if (entry.type === 'file') {
    counts.files += 1;
    counts.bytes += entry.size;
  } else if (entry.type === 'directory') counts.directories += 1;
  else counts.links += 1;
}
