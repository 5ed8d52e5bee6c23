// Which files of the host ProxSave wrote itself: archives, logs, records, the lock. They are never saved, or each
// archive would hold all earlier ones.

import { posix } from 'node:path';
import {
  bundleExtension,
  isPartialName,
  parseArchiveName,
  withoutSidecarEnding,
} from '../archiver/archive-name.ts';
import { isDeclaredPlace, type ClaimNode } from '../catalogue/ownership.ts';
import { hostPathOf } from '../config/layout.ts';
import type { ConfigValues } from '../config/options.ts';
import { isSystemError } from '../errors.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import { isRecordName } from '../report/run-record.ts';
import { isLogName } from '../report/run-log.ts';
import { followLinksOutsideMounts } from '../storage/mounts/mount-facts.ts';
import { howToRestoreName } from '../recovery/how-to-restore.ts';
import { recoverScriptName } from '../recovery/recover-script.ts';
import { lockName } from './run-lock.ts';

/**
 * Tells host paths that are left out. Finished and unfinished archives are, wherever they lie: a copy in /root would be saved
 * into each next archive, which then holds all before it. An output directory is left out whole, but for one that is a source itself or
 * holds one (BACKUP_PATH=/root): of such a directory only the files that ProxSave writes are.
 */
export function ownOutputs(
  source: Host,
  values: ConfigValues,
  ownership: ClaimNode,
): (hostPath: string) => boolean {
  const { BACKUP_PATH, SECONDARY_PATH, LOCK_PATH, LOG_PATH } = values;
  const realPath = (path: RealPath) => source.fs.realPath(path);
  // On a share, and nobody else of this process looks at it: its server may be dead.
  const realOnRoot = (path: RealPath) => followLinksOutsideMounts(source, path);
  const directories = new Set([
    ...[BACKUP_PATH, LOCK_PATH, LOG_PATH].flatMap((path) => namesOf(source, path, realPath)),
    ...(SECONDARY_PATH === undefined ? [] : namesOf(source, SECONDARY_PATH, realOnRoot)),
  ]);
  const whole = new Set([...directories].filter((directory) => !isDeclaredPlace(ownership, directory)));
  const shared = new Set([...directories].filter((directory) => !whole.has(directory)));
  return (hostPath) =>
    whole.has(hostPath) ||
    isBundleName(posix.basename(hostPath)) ||
    (shared.size > 0 && shared.has(posix.dirname(hostPath)) && isOwnName(posix.basename(hostPath)));
}

/** As it was given, and without links: a link elsewhere may lead into a source. */
function namesOf(source: Host, path: RealPath, withoutLinks: (path: RealPath) => RealPath): string[] {
  const given = hostPathOf(source, path);
  try {
    const root = source.fs.realPath(asRealPath(source.root));
    const real = withoutLinks(path);
    if (root === '/') return [given, real];
    return real.startsWith(`${root}/`) ? [given, real.slice(root.length)] : [given];
  } catch (error) {
    // Not there yet: then nothing of ours is in it.
    if (isSystemError(error)) return [given];
    throw error;
  }
}

/** Cheap first: this is asked for every file. */
function isBundleName(name: string): boolean {
  const isBundle = name.endsWith(bundleExtension) || name.endsWith(`${bundleExtension}.partial`);
  return isBundle && parseArchiveName(name.replace(/\.partial$/u, '')) !== undefined;
}

function isOwnName(name: string): boolean {
  return (
    name === lockName ||
    name === howToRestoreName ||
    name === recoverScriptName ||
    isLogName(name) ||
    isRecordName(name) ||
    isPartialName(name) ||
    parseArchiveName(withoutSidecarEnding(name)) !== undefined
  );
}
