// What people decide about archives: hold, release, adopt. Kept in retention.json, changed only under the run lock.

import type { LoadedConfig } from '../../config/load-config.ts';
import type { Host } from '../../host/host.ts';
import type { Decision } from '../../storage/retention/decision.ts';
import { isSameArchive, type ReadableArchive } from '../../storage/retention/retention-archive.ts';
import type { Adoption, RetentionState } from '../../storage/retention/retention-state.ts';
import { updateRetentionState } from '../../storage/retention/state-file.ts';
import type { TierName } from '../../storage/store.ts';
import { withRunLock, type LockTaker } from '../run-lock.ts';
import type { SurveyedTier } from './survey-tiers.ts';

/** Gives what is in force now. @throws SkippedError while a run is at work; StorageError and its kin */
export function changeState(
  taker: LockTaker,
  config: LoadedConfig,
  hostname: string,
  change: (state: RetentionState, now: Date) => RetentionState,
): Promise<RetentionState> {
  const { host }: { host: Host } = taker;
  return withRunLock(taker, config, hostname, () =>
    Promise.resolve(
      updateRetentionState(host, config.places.state, (state) => change(state, host.clock.now())),
    ),
  );
}

/** Names that something holds, for words that mean an archive which is on no tier any more. */
export function heldNames({ holds, firstArchive }: RetentionState): string[] {
  const first =
    firstArchive === undefined || firstArchive.releasedAt !== undefined ? [] : [firstArchive.name];
  return [...new Set([...holds.map(({ name }) => name), ...first])];
}

export function isHeldName(state: RetentionState, name: string): boolean {
  return heldNames(state).some((held) => isSameArchive(held, name));
}

/** Archives of one maker on one tier that could be adopted. */
export interface Adoptable {
  tier: TierName;
  hostname: string;
  /** null: of editions without installation ids. */
  installId: string | null;
  /** Newest first. */
  archives: readonly ReadableArchive[];
}

/** What the tiers hold of a host name and this installation does not count. Pure. */
export function adoptableOn(tiers: readonly SurveyedTier[], hostname: string): Adoptable[] {
  return tiers.flatMap(({ name: tier, plan }) => {
    const foreign = (plan?.plan?.decisions ?? [])
      .flatMap(foreignOf)
      .filter((archive) => archive.hostname === hostname);
    const makers = Map.groupBy(foreign, ({ installId }) => installId ?? null);
    return [...makers].map(([installId, archives]) => ({ tier, hostname, installId, archives }));
  });
}

function foreignOf({ archive, verdict }: Decision): ReadableArchive[] {
  return verdict === 'foreign' && archive.state !== 'unreadable' ? [archive] : [];
}

/** Whatever was made until `before`; the maker may go on writing for itself. */
export function adoptionsOf(adoptable: readonly Adoptable[], before: Date): Adoption[] {
  return adoptable.map(({ tier, hostname, installId }) => ({ tier, hostname, installId, before }));
}
