// Where the restore engine gets its entries from. The orchestrator adapts the archive reader to this, so that the engine
// knows nothing of compression or encryption.

import type { EntryMeta, EntryType } from '../entry.ts';
import type { HostFacts } from '../host/facts.ts';

/** `other`: a device, FIFO or unknown kind of member. It is refused, but named in the plan. */
export type RestoreMeta = Omit<EntryMeta, 'type'> & { type: EntryType | 'other' };

export interface RestoreEntry {
  /**
   * The name is as the archive has it (hostile until restore-path.ts has checked it). A link that only stands for a file
   * with equal content (deduplicated archives of the existing edition) is given as that file.
   */
  meta: RestoreMeta;
  /** Area of the index, when the archive has one. */
  area?: string;
  /** Lower-case hex of a file's content, when the index has it. */
  sha256?: string;
  /** File content; to be read before the next entry is asked for, or not at all. */
  content: () => AsyncIterable<Buffer>;
}

export interface RestoreSource {
  /** For people: the archive's place. */
  location: string;
  hostname: string;
  createdAt: Date;
  /** What the backed-up host was (host_facts.json of the archive); absent in archives of the existing edition. */
  facts?: HostFacts;
  /** Products of the manifest, for archives without facts. */
  products: readonly ('pve' | 'pbs')[];
  versions: { pve?: string; pbs?: string };
  /**
   * One pass over the archive, in its order; may be called again. Throws when the archive is damaged or its end is missing:
   * an archive that cannot be read to its end is never applied.
   */
  entries: (signal: AbortSignal) => AsyncIterable<RestoreEntry>;
}
