// What must hold before anything is written: the target can be written to and has room; what a crashed run left
// behind is gone.

import { DiskSpaceError } from '../errors.ts';
import { isOrphanedSidecar, isPartialName } from '../archiver/archive-name.ts';
import type { DirectoryStore } from '../storage/directory-store.ts';
import { formatBytes } from '../util/format.ts';
import type { Run } from './run-state.ts';

const gib = 1024 ** 3;

/** What the archive will need, as well as it can be known. */
export interface SizeEstimate {
  bytes: number;
  /** `history`: size of the last archive with a margin. `survey`: all content, uncompressed. */
  basis: 'history' | 'survey';
}

/** Throws DiskSpaceError; an estimate from a survey only warns, because compression may well make it fit. */
export async function checkSpace(
  run: Run,
  store: DirectoryStore,
  minimumGib: number,
  estimate: SizeEstimate,
): Promise<void> {
  const space = await store.space(run.host.signal);
  if (space === undefined) return;
  const { availableBytes } = space;
  const minimumBytes = minimumGib * gib;
  if (availableBytes < minimumBytes) {
    throw new DiskSpaceError(
      `${store.location} has ${formatBytes(availableBytes)} free; MIN_DISK_SPACE_PRIMARY_GB asks for ${formatBytes(minimumBytes)}`,
      { hint: 'free some space there, or lower MIN_DISK_SPACE_PRIMARY_GB' },
    );
  }
  if (availableBytes - minimumBytes >= estimate.bytes) return;
  const reserve = minimumBytes === 0 ? '' : `, ${formatBytes(minimumBytes)} of it to be kept`;
  const needed = `about ${formatBytes(estimate.bytes)} may be needed and ${store.location} has ${formatBytes(availableBytes)} free${reserve}`;
  if (estimate.basis === 'history') {
    throw new DiskSpaceError(`not enough room: ${needed}`, {
      hint: 'free some space there, or choose another BACKUP_PATH',
    });
  }
  run.report({
    severity: 'warning',
    code: 'space-may-not-suffice',
    path: store.location,
    message: `room may run out: uncompressed, ${needed}`,
  });
}

/** Unfinished files of earlier runs of this host. Called under its lock; other hosts may be writing here meanwhile. */
export function sweepLeftovers(run: Run, store: DirectoryStore, hostname: string): void {
  const isOurs = (name: string) => name.startsWith(`${hostname}-backup-`);
  const removed = store.sweepLeftovers(
    (name, allNames) => isOurs(name) && (isPartialName(name) || isOrphanedSidecar(name, allNames)),
  );
  if (removed.length === 0) return;
  run.report({
    severity: 'info',
    code: 'leftovers-removed',
    path: store.location,
    message: `removed what an interrupted run left in ${store.location}: ${removed.join(', ')}`,
  });
}
