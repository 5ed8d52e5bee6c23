// What people and runs decided about archives, as a value: holds, adoptions, the first archive, runs that looked broken.
// Kept as JSON in the state directory (state-file.ts, parse-state.ts).

import type { TierName } from '../store.ts';
import { isSameArchive } from './retention-archive.ts';

/** One archive that stays on every tier until it is released. */
export interface Hold {
  /** File name of the archive, with or without the bundle's ending. */
  name: string;
  reason: string;
  since: Date;
}

/** Archives of a tier that this installation did not make but looks after, by `proxsave adopt`. */
export interface Adoption {
  tier: TierName;
  /** Exactly as in the manifests. */
  hostname: string;
  /** Installation that made them; null: archives of editions without installation ids. */
  installId: string | null;
  /** Only archives made until then: another installation that goes on writing keeps its own. */
  before: Date;
}

/** An archive of a run that looked broken: counted apart, so that it never pushes good ones out. */
export interface Suspect {
  name: string;
  reason: string;
  /** When the archive was made, as its manifest has it. */
  since: Date;
}

export interface FirstArchive {
  name: string;
  since: Date;
  /** Undefined: still held. */
  releasedAt: Date | undefined;
}

export interface RetentionState {
  /** The first good archive of this installation, held until released. Undefined: not known yet. */
  firstArchive: FirstArchive | undefined;
  holds: readonly Hold[];
  adoptions: readonly Adoption[];
  suspects: readonly Suspect[];
  /** Only archives from then on are a measure for new runs (`acceptSuspects`). */
  measuredSince: Date | undefined;
}

export const emptyRetentionState: RetentionState = {
  firstArchive: undefined,
  holds: [],
  adoptions: [],
  suspects: [],
  measuredSince: undefined,
};

/** Why an archive stays on every tier, or undefined. */
export function protectionOf(state: RetentionState, name: string): 'held' | 'first-archive' | undefined {
  if (state.holds.some((hold) => isSameArchive(hold.name, name))) return 'held';
  const { firstArchive } = state;
  if (firstArchive === undefined || firstArchive.releasedAt !== undefined) return undefined;
  return isSameArchive(firstArchive.name, name) ? 'first-archive' : undefined;
}

/** Holding again replaces the reason and keeps the time. */
export function holdArchive(state: RetentionState, hold: Hold): RetentionState {
  const earlier = state.holds.find(({ name }) => isSameArchive(name, hold.name));
  const others = state.holds.filter((other) => other !== earlier);
  return { ...state, holds: [...others, { ...hold, since: earlier?.since ?? hold.since }] };
}

/** Ends the hold of an archive, also that of the first one; the same state when nothing holds it. */
export function releaseArchive(state: RetentionState, name: string, now: Date): RetentionState {
  const protection = protectionOf(state, name);
  if (protection === undefined) return state;
  const holds = state.holds.filter((hold) => !isSameArchive(hold.name, name));
  const { firstArchive } = state;
  const isFirst = firstArchive !== undefined && isSameArchive(firstArchive.name, name);
  return { ...state, holds, firstArchive: isFirst ? { ...firstArchive, releasedAt: now } : firstArchive };
}

/** To be called after each complete run; only the first call of an installation changes anything. */
export function recordFirstArchive(state: RetentionState, name: string, now: Date): RetentionState {
  if (state.firstArchive !== undefined) return state;
  return { ...state, firstArchive: { name, since: now, releasedAt: undefined } };
}

/** Adopting the same archives again moves `before` on. */
export function adoptArchives(state: RetentionState, adoptions: readonly Adoption[]): RetentionState {
  const isSame = (a: Adoption, b: Adoption) =>
    a.tier === b.tier && a.hostname === b.hostname && a.installId === b.installId;
  const others = state.adoptions.filter((old) => !adoptions.some((added) => isSame(old, added)));
  return { ...state, adoptions: [...others, ...adoptions] };
}

export function markSuspect(state: RetentionState, suspect: Suspect): RetentionState {
  if (state.suspects.some(({ name }) => isSameArchive(name, suspect.name))) return state;
  return { ...state, suspects: [...state.suspects, suspect] };
}

/** "The host is smaller now, and that is right": suspects become good archives and, from the first on, the measure. */
export function acceptSuspects(state: RetentionState): RetentionState {
  const times = state.suspects.map(({ since }) => since.getTime());
  if (times.length === 0) return state;
  return { ...state, suspects: [], measuredSince: new Date(Math.min(...times)) };
}

/** Forgets suspects whose archives are on no tier any more. */
export function forgetGoneSuspects(state: RetentionState, names: readonly string[]): RetentionState {
  const suspects = state.suspects.filter((suspect) =>
    names.some((name) => isSameArchive(name, suspect.name)),
  );
  return suspects.length === state.suspects.length ? state : { ...state, suspects };
}
