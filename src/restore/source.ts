// Where the restore engine gets its entries from. The orchestrator adapts the archive reader to this, so that the engine
// knows nothing of compression or encryption.

import type { EntryMeta } from '../entry.ts';
import type { HostFacts } from '../host/facts.ts';

export interface RestoreEntry {
  meta: EntryMeta;
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
  /** One pass over the archive, in its order; may be called again. */
  entries: (signal: AbortSignal) => AsyncIterable<RestoreEntry>;
}
