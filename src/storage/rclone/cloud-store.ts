// The cloud tier as the configuration describes it.

import type { ConfigValues } from '../../config/options.ts';
import type { Host } from '../../host/host.ts';
import type { Store } from '../store.ts';
import { composeLogPlace, composePlace, type RclonePlace } from './place.ts';
import { createRcloneStore } from './rclone-store.ts';

/** @throws UsageError for a CLOUD_REMOTE or RCLONE_FLAGS that cannot be used */
export function createCloudStore(host: Host, values: ConfigValues, installId: string): Store {
  return createStoreAt(host, values, installId, composePlace(values.CLOUD_REMOTE, values.CLOUD_REMOTE_PATH));
}

/** A place that a user named, `remote:path`, with the settings of the cloud tier. @throws UsageError as above */
export function createRemoteStore(
  host: Host,
  values: ConfigValues,
  installId: string,
  remote: string,
): Store {
  return createStoreAt(host, values, installId, composePlace(remote, ''));
}

/** Where the log copies go; undefined: CLOUD_LOG_PATH is empty. @throws UsageError as above */
export function createCloudLogStore(host: Host, values: ConfigValues, installId: string): Store | undefined {
  if (values.CLOUD_LOG_PATH.trim() === '') return undefined;
  return createStoreAt(host, values, installId, composeLogPlace(values.CLOUD_REMOTE, values.CLOUD_LOG_PATH));
}

function createStoreAt(host: Host, values: ConfigValues, installId: string, place: RclonePlace): Store {
  return createRcloneStore(host, {
    place,
    installId,
    flags: values.RCLONE_FLAGS,
    connectionTimeoutMs: values.RCLONE_TIMEOUT_CONNECTION * 1000,
    operationTimeoutMs: values.RCLONE_TIMEOUT_OPERATION * 1000,
    bandwidthLimit: values.RCLONE_BANDWIDTH_LIMIT,
    transfers: values.RCLONE_TRANSFERS,
    attempts: values.RCLONE_RETRIES,
    proof: { checksum: values.CLOUD_VERIFY_CHECKSUM, download: values.CLOUD_VERIFY_DOWNLOAD },
    lookAt: values.RCLONE_VERIFY_METHOD === 'primary' ? 'file' : 'directory',
    writeTest: values.CLOUD_WRITE_HEALTHCHECK,
    batchSize: values.CLOUD_BATCH_SIZE,
    batchPauseMs: values.CLOUD_BATCH_PAUSE * 1000,
  });
}
