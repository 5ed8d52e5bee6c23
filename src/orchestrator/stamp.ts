// Names of archive, log and record carry the second in which the run began. Two runs within one second would collide;
// the later one waits for the next second.

import type { LoadedConfig } from '../config/load-config.ts';
import { isSystemError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { formatStamp } from '../util/format.ts';
import type { Run } from './run-state.ts';

const pauseMs = 100;
const maximumAttempts = 20;

/**
 * Moves the start of the run to a second that no archive has yet, if it must. Only while holding the run lock, or
 * another run may publish that stamp meanwhile; and before anything is named by it.
 */
export async function takeFreshStamp(run: Run, { values }: LoadedConfig): Promise<void> {
  const { host } = run;
  for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
    if (!isTaken(host, values.BACKUP_PATH, run.stamp)) return;
    await host.clock.sleep(pauseMs, host.signal);
    run.startedAt = host.clock.now();
    run.stamp = formatStamp(run.startedAt);
  }
}

function isTaken(host: Host, directory: LoadedConfig['values']['BACKUP_PATH'], stamp: string): boolean {
  try {
    return host.fs.readDirectory(directory).some((name) => name.includes(`-backup-${stamp}.`));
  } catch (error) {
    // Not there or not readable: the preflight says so.
    if (isSystemError(error)) return false;
    throw error;
  }
}
