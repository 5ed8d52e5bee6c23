// Takes archives off a tier, with all that belongs to them, oldest first.

import type { Store } from '../../storage/store.ts';
import { removalOrder } from './archive-files.ts';

export interface Removal {
  removed: readonly string[];
  failed: readonly { name: string; error: Error }[];
}

/** One that fails ends nothing: it is told, and tried again in the next run. */
export async function removeArchives(
  store: Store,
  archiveNames: readonly string[],
  signal: AbortSignal,
): Promise<Removal> {
  const names = archiveNames.flatMap(removalOrder);
  const failed = await store.remove(names, signal);
  const failedNames = new Set(failed.map(({ name }) => name));
  return { removed: archiveNames.filter((name) => !failedNames.has(name)), failed };
}
