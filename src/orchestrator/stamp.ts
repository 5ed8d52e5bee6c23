// Names of archives and logs carry the second in which the run began. Two runs within one second would collide; the
// later one waits for the next second.

import type { LoadedConfig } from '../config/load-config.ts';
import { isSystemError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { formatStamp } from '../util/format.ts';

/** The start time of this run: now, or up to two seconds later if an archive has that stamp already. */
export async function waitForFreshStamp(host: Host, { values }: LoadedConfig): Promise<Date> {
  for (let attempt = 0; ; attempt += 1) {
    const now = host.clock.now();
    if (attempt >= 20 || !isTaken(host, values.BACKUP_PATH, formatStamp(now))) return now;
    await host.clock.sleep(100);
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
