// The newest archive of this host on its primary tier: what its keys must be able to open.

import type { LoadedConfig } from '../../config/load-config.ts';
import { AppError } from '../../errors.ts';
import { detectHostname } from '../../host/detect-hostname.ts';
import type { Host } from '../../host/host.ts';
import { listArchives, type ListedArchive } from '../list-archives.ts';
import { sourceHostOf } from '../prepare-backup.ts';

export interface NewestArchive {
  hostname: string;
  /** Undefined: there is none yet, or the place cannot be read. */
  archive: ListedArchive | undefined;
  /** Why the place cannot be read. */
  problem?: string;
}

/** Archives that cannot be read are passed over. Never throws for a place that cannot be looked into. */
export async function findNewest(host: Host, config: LoadedConfig): Promise<NewestArchive> {
  const hostname = await detectHostname(sourceHostOf(host, config));
  try {
    const archives = await listArchives(host, 'primary', config.values.BACKUP_PATH);
    return {
      hostname,
      archive: archives.find((listed) => listed.archive !== undefined && listed.hostname === hostname),
    };
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    return { hostname, archive: undefined, problem: error.message };
  }
}
