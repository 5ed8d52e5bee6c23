// What is known of a run so far; grows while it goes on. The record is made from it, wherever the run ended.

import type { ResolvedCompression } from '../archiver/resolve-codec.ts';
import type { Selection } from '../collector/plan-collection.ts';
import type { HostFacts } from '../host/facts.ts';
import type { RealPath } from '../host/host.ts';
import type { PastRun } from '../report/past-runs.ts';
import type { AreaChanges, TierResult } from '../run-record.ts';
import type { MadeArchive } from './archive-job.ts';
import type { KeptIndexWriter } from './kept-index.ts';
import type { RunPings } from './monitoring.ts';
import type { RunMark } from './open-run.ts';
import type { TierName } from '../storage/store.ts';
import type { TierArchives } from './tiers/remove-run-files.ts';
import type { ServedTier } from './tiers/serve-tiers.ts';

export interface RunParts {
  selection: Selection;
  facts?: HostFacts;
  installId?: string;
  compression?: ResolvedCompression;
  archive?: MadeArchive;
  /** Tiers beyond the primary one that were served; still open. */
  served?: readonly ServedTier[];
  /** What lies on tiers on which retention acted. */
  archivesOnTiers?: ReadonlyMap<TierName, TierArchives>;
  /** What became of each tier, as far as it is known. */
  tiers?: readonly TierResult[];
  /** What the primary tier had left when the archive was there. */
  freeBytes?: number | undefined;
  /** The last good run of the whole host. */
  previous?: PastRun;
  /** The index of this run's archive, for the next one to compare with. */
  keptIndex?: KeptIndexWriter;
  /** Files that differ from the archive before, by area. */
  changes?: readonly AreaChanges[];
  pings?: RunPings;
  /** That it is at work; taken away when it has its record. */
  mark?: RunMark;
  /** The record of this run, once it ends: no past one. */
  recordPath?: RealPath;
  error?: unknown;
}
