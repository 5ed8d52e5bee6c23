// The secondary tier from its configuration: a directory, usually on a share, worked on by a process that can be given up.

import type { ConfigValues } from '../config/options.ts';
import type { ReportFinding } from '../findings.ts';
import type { Host, RealPath } from '../host/host.ts';
import { createIsolatedStore, type IsolatedStore } from './isolated-directory/isolated-store.ts';
import { putWithRetries } from './put-with-retries.ts';

const gib = 1024 ** 3;

export interface SecondaryRequest {
  path: RealPath;
  values: Pick<ConfigValues, 'MIN_DISK_SPACE_SECONDARY_GB' | 'FS_IO_TIMEOUT' | 'SECONDARY_REQUIRE_MOUNT'>;
  installId: string;
  stateDirectory: RealPath;
  report: ReportFinding;
}

/**
 * `prepare` refuses a place that should be a mount and is not, and so does every other operation: nothing is made below
 * it. Operations of which the file system answers nothing for FS_IO_TIMEOUT end with StoreTimeoutError. `sweep` is for
 * whoever holds the run lock. Call `close` when the tier is done with.
 */
export function createSecondaryStore(host: Host, request: SecondaryRequest): IsolatedStore {
  const { path, values, installId, stateDirectory, report } = request;
  const store = createIsolatedStore(host, {
    settings: {
      path,
      installId,
      reservedBytes: Math.round(values.MIN_DISK_SPACE_SECONDARY_GB * gib),
      requireMount: values.SECONDARY_REQUIRE_MOUNT,
      stateDirectory,
    },
    inactivityMs: values.FS_IO_TIMEOUT * 1000,
    report,
  });
  return { ...store, put: (putRequest) => putWithRetries(host, store, putRequest) };
}
