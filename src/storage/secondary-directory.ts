// The secondary tier as far as its own directory goes: the operations of a directory store, none of which touches
// anything before the mount has been checked. Runs inside the worker (isolated-directory/worker.ts).

import { describeSystemError, DiskSpaceError, isSystemError, StorageError } from '../errors.ts';
import type { ReportFinding } from '../findings.ts';
import type { Host, RealPath } from '../host/host.ts';
import { formatBytes } from '../util/format.ts';
import { createDirectoryStore, type DirectoryStore } from './directory-store.ts';
import { gatherMountFacts } from './mounts/mount-facts.ts';
import { decideMount, type MountFacts, type RequireMount } from './mounts/mount-rule.ts';
import { forgetMount, rememberedMounts, rememberMount } from './mounts/remembered-mounts.ts';

/** Plain data: it is sent to the worker. */
export interface SecondarySettings {
  path: RealPath;
  installId: string;
  /** Bytes that stay free beside the archive. */
  reservedBytes: number;
  requireMount: RequireMount;
  /** Where it is kept what was a mount. */
  stateDirectory: RealPath;
}

export interface SecondaryEvents {
  onActivity: () => void;
  report: ReportFinding;
}

export function createSecondaryDirectory(
  host: Host,
  settings: SecondarySettings,
  events: SecondaryEvents,
): DirectoryStore {
  const { path, installId, reservedBytes } = settings;
  const guard = () => {
    demandMount(host, settings);
    events.onActivity();
  };
  const store = createDirectoryStore(host, 'secondary', path, { installId, reservedBytes, guard, ...events });
  return {
    ...store,
    prepare: async (signal) => {
      await store.prepare(signal);
      keepMemory(host, settings, events);
      const space = await store.space(signal);
      if (space !== undefined) demandReserve(settings, space.availableBytes);
    },
  };
}

/** @throws StorageError with the reason when something should be mounted and is not */
function demandMount(host: Host, settings: SecondarySettings): void {
  const decision = decideMount(mountFacts(host, settings), settings.requireMount);
  if (decision.isRefused) {
    throw new StorageError(`${settings.path} is not used: ${decision.reason}`, { hint: decision.hint });
  }
}

function mountFacts(host: Host, { path, stateDirectory }: SecondarySettings): MountFacts {
  try {
    return gatherMountFacts(host, path, rememberedMounts(host, stateDirectory, path));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new StorageError(`${path} cannot be used: ${describeSystemError(error)}`, {
      hint: 'see what `mount` and dmesg say of it; a share whose server was away may have to be mounted again',
      cause: error,
    });
  }
}

function keepMemory(host: Host, settings: SecondarySettings, { report }: SecondaryEvents): void {
  const { path, stateDirectory, requireMount } = settings;
  try {
    if (requireMount === 'no') forgetMount(host, stateDirectory, path);
    else rememberMount(host, stateDirectory, mountFacts(host, settings));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    report({
      severity: 'info',
      code: 'mount-not-remembered',
      path: stateDirectory,
      message: `it cannot be kept in ${stateDirectory} what is mounted at ${path}: ${describeSystemError(error)}`,
    });
  }
}

function demandReserve({ path, reservedBytes }: SecondarySettings, availableBytes: number): void {
  if (availableBytes >= reservedBytes) return;
  throw new DiskSpaceError(
    `${path} has ${formatBytes(availableBytes)} free; MIN_DISK_SPACE_SECONDARY_GB asks for ${formatBytes(reservedBytes)}`,
    { hint: 'free some space there, or lower MIN_DISK_SPACE_SECONDARY_GB' },
  );
}
