// Watches the entries of an archive go by and tells, at the end, which requirements they meet.

import type { Requirement } from './requirements.ts';

/**
 * `absent`: neither the archive nor the host has it (this host needs none). `missing`: the host has it or should have
 * it, and the archive has it not, or not in a good state. `left-out`: switched off by the user.
 */
export type CoverageState = 'present' | 'empty' | 'absent' | 'missing' | 'left-out';

export interface CoverageRow {
  area: string;
  what: string;
  why: string;
  state: CoverageState;
  /** Why it is left out, or what is wrong with it. */
  detail?: string;
}

export interface SeenEntry {
  path: string;
  type: string;
  size: number;
  area: string;
}

export interface CoverageWatch {
  see(entry: SeenEntry): void;
  rows(): CoverageRow[];
}

interface Counter {
  requirement: Requirement;
  files: number;
  bytes: number;
}

export function createCoverageWatch(requirements: readonly Requirement[]): CoverageWatch {
  const counters: Counter[] = requirements.map((requirement) => ({ requirement, files: 0, bytes: 0 }));
  // An entry can only meet what its own area asks for; archives without areas are checked against everything.
  const byArea = Map.groupBy(counters, ({ requirement }) => requirement.areaId);
  return {
    see: ({ path, type, size, area }) => {
      if (type === 'directory') return;
      for (const counter of area === '' ? counters : (byArea.get(area) ?? [])) {
        if (!counter.requirement.matches(path)) continue;
        counter.files += 1;
        // A link is not nothing, although it has no content.
        counter.bytes += type === 'file' ? size : 1;
      }
    },
    rows: () => counters.map(rowOf),
  };
}

function rowOf({ requirement, files, bytes }: Counter): CoverageRow {
  const { areaId, what, why, leftOut } = requirement;
  const base = { area: areaId, what, why };
  if (files > 0) return { ...base, state: bytes > 0 ? 'present' : 'empty' };
  return leftOut === undefined
    ? { ...base, state: 'absent' }
    : { ...base, state: 'left-out', detail: leftOut };
}
