// Whose archive is it, and what is it worth? Only what is surely ours is ever a candidate for removal: made by this
// installation under exactly this host name, or adopted. A shared directory holds archives of hosts pve, pve2 and pve-2,
// and after a reinstallation those of this host's earlier life, which are what one wants to restore.

import type { TierName } from '../store.ts';
import type { Reason } from './decision.ts';
import { isSameArchive, type ReadableArchive, type RetentionArchive } from './retention-archive.ts';
import type { RetentionState } from './retention-state.ts';

export interface Owner {
  tier: TierName;
  hostname: string;
  installId: string;
  state: Pick<RetentionState, 'adoptions' | 'suspects'>;
  now: Date;
}

/**
 * `counted`: a candidate. `series` keeps doubtful ones apart from complete ones, which they never push out.
 * `undatable`: ours, but the date in it cannot be right, so it is kept and takes nobody's place.
 */
export type Claim =
  | { kind: 'counted'; series: 'complete' | 'doubtful'; archive: ReadableArchive; reasons: readonly Reason[] }
  | { kind: 'undatable'; archive: ReadableArchive; reason: Reason }
  | { kind: 'foreign'; archive: ReadableArchive; reason: Reason }
  | { kind: 'unreadable'; archive: RetentionArchive; reason: Reason };

export function classifyArchive(archive: RetentionArchive, owner: Owner): Claim {
  if (archive.state === 'unreadable') {
    return { kind: 'unreadable', archive, reason: { rule: 'unreadable', text: archive.detail } };
  }
  const foreign = foreignReason(archive, owner);
  if (foreign !== undefined) return { kind: 'foreign', archive, reason: foreign };
  const undatable = undatableReason(archive, owner.now);
  if (undatable !== undefined) return { kind: 'undatable', archive, reason: undatable };
  const doubt = doubtOf(archive, owner);
  if (doubt === undefined) return { kind: 'counted', series: 'complete', archive, reasons: [] };
  return { kind: 'counted', series: 'doubtful', archive, reasons: [doubt] };
}

function foreignReason(archive: ReadableArchive, owner: Owner): Reason | undefined {
  if (isAdopted(archive, owner)) return undefined;
  const isOwnId = owner.installId !== '' && archive.installId === owner.installId;
  if (archive.hostname !== owner.hostname) {
    if (!isOwnId) return { rule: 'other-host', text: `made by host ${archive.hostname}` };
    const text = `made here under the host name ${archive.hostname}; after a renaming \`proxsave adopt --host ${archive.hostname}\` takes it in`;
    return { rule: 'former-name', text };
  }
  if (isOwnId) return undefined;
  const maker =
    archive.installId === undefined
      ? 'an edition without installation ids'
      : `another installation (${archive.installId})`;
  return { rule: 'other-installation', text: `made by ${maker}; \`proxsave adopt\` takes it in` };
}

function isAdopted(archive: ReadableArchive, { state, tier }: Owner): boolean {
  return state.adoptions.some(
    (adoption) =>
      adoption.tier === tier &&
      adoption.hostname === archive.hostname &&
      adoption.installId === (archive.installId ?? null) &&
      archive.createdAt.getTime() <= adoption.before.getTime(),
  );
}

/** Clocks of two machines, or one clock before and after it was set, differ by less. */
const clockToleranceMs = 10 * 60_000;
/** Long before there was anything that makes such archives: a clock that was not set. */
const firstPlausibleDate = Date.UTC(2015, 0, 1);

function undatableReason({ createdAt }: ReadableArchive, now: Date): Reason | undefined {
  if (createdAt.getTime() > now.getTime() + clockToleranceMs) {
    return {
      rule: 'future-date',
      text: 'dated in the future: a clock was or is wrong, so it is not counted until then',
    };
  }
  if (createdAt.getTime() < firstPlausibleDate) {
    return { rule: 'implausible-date', text: 'made while the clock was not set, so it is not counted' };
  }
  return undefined;
}

function doubtOf(archive: ReadableArchive, { state }: Owner): Reason | undefined {
  const suspect = state.suspects.find(({ name }) => isSameArchive(name, archive.name));
  if (suspect !== undefined) {
    return { rule: 'suspect', text: `its run looked broken (${suspect.reason}); counted apart` };
  }
  return archive.state === 'partial'
    ? { rule: 'partial', text: 'incomplete; counted apart from complete archives' }
    : undefined;
}
