// Keeps what a restore will change, before the first change: contents as second links to the very files (or copies where
// the file system cannot), states and absences in the list of steps. The host must still be what the plan saw.

import {
  DiskSpaceError,
  EnvironmentError,
  PermissionError,
  RunFailedError,
  SecurityError,
} from '../../errors.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { BlockedPathError, withHeldPlace } from '../../host/safe-tree.ts';
import { formatBytes, formatCount } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';
import { spaceMarginBytes } from '../limits.ts';
import { digestOf, readLiveState } from '../live-state.ts';
import type { RestorePlan } from '../plan/restore-plan.ts';
import { parentsOf } from '../restore-path.ts';
import { copyFile, isCrossing } from './place.ts';
import type { RestoreDirectory } from './restore-directory.ts';
import { contentName, matchesState, touchedParents, type RestoreStep, type StepList } from './steps.ts';

/** @throws RunFailedError when paths are not what the plan saw; SecurityError, the system's errors */
export function takeSnapshot(
  host: Host,
  directory: RestoreDirectory,
  steps: readonly RestoreStep[],
  plan: RestorePlan,
): StepList {
  const { keepsOwners } = plan;
  requireUnchanged(host, steps, keepsOwners);
  const kept = steps.map((step, index) =>
    keepOne(host, joinReal(directory.before, contentName(index)), step),
  );
  host.fs.syncDirectory(directory.before);
  return { schemaVersion: 1, keepsOwners, steps: kept, touched: timesOf(host, touchedParents(steps), plan) };
}

const namedPaths = 5;

/** @throws RunFailedError */
export function requireUnchanged(host: Host, steps: readonly RestoreStep[], keepsOwners: boolean): void {
  const changed = steps.filter((step) => !isAsPlanned(host, step, keepsOwners));
  if (changed.length === 0) return;
  const names = changed.slice(0, namedPaths).map(({ path }) => `/${printable(path)}`);
  const more = changed.length > namedPaths ? ', ...' : '';
  throw new RunFailedError(
    `${formatCount(changed.length, 'path')} changed on this host since the plan was made: ${names.join(', ')}${more}`,
    { hint: 'Make the plan again; nothing was changed.' },
  );
}

function isAsPlanned(host: Host, { path, before }: RestoreStep, owners: boolean): boolean {
  const live = readLiveState(host, path, { digest: () => false });
  if (!('blocked' in live)) return matchesState(live.state, before, { owners, times: true });
  // Below what is missing, or will be replaced by a directory.
  return before === null;
}

function keepOne(host: Host, to: RealPath, step: RestoreStep): RestoreStep {
  const { path, before } = step;
  if (before?.kind !== 'file') return step;
  const saved = withHeldPlace(host, path, ({ at }) => {
    if (host.fs.lstat(at).kind !== 'file') throw new SecurityError(`/${printable(path)} is no file any more`);
    return linkOrCopy(host, at, to);
  });
  return { ...step, saved, before: { ...before, sha256: digestOf(host, to) } };
}

function linkOrCopy(host: Host, from: RealPath, to: RealPath): 'link' | 'copy' {
  try {
    host.fs.link(from, to);
    return 'link';
  } catch (error) {
    if (!isCrossing(error)) throw error;
    copyFile(host, from, to);
    return 'copy';
  }
}

function timesOf(host: Host, directories: readonly string[], plan: RestorePlan): StepList['touched'] {
  const unchanged = plan.entries.filter(
    ({ type, action }) => type === 'directory' && (action === 'same' || action === 'skip'),
  );
  const archived = new Map(unchanged.map(({ path, after }) => [path, after?.mtimeNs]));
  return directories.flatMap((path) => {
    const live = readLiveState(host, path, { digest: () => false });
    if ('blocked' in live || live.state?.kind !== 'directory') return [];
    const afterNs = archived.get(path);
    return [{ path, mtimeNs: live.state.mtimeNs, ...(afterNs === undefined ? {} : { afterNs }) }];
  });
}

/**
 * What would fail only when half of the host is changed.
 * @throws DiskSpaceError when a file system that is written to has too little room; EnvironmentError when it is read-only,
 *   PermissionError when its directories are somebody else's
 */
export function requireSpace(
  host: Host,
  directory: RestoreDirectory,
  plan: RestorePlan,
  steps: readonly RestoreStep[],
): void {
  const { sizes } = plan;
  // The snapshot may have to copy everything; what links save is a bonus.
  const own = sizes.writeBytes + sizes.snapshotBytes + sizes.exportBytes;
  requireRoom(host, directory.path, own);
  const needed = new Map<bigint, { at: RealPath; bytes: number; name: string }>();
  for (const { path, after } of steps) {
    const { device, name, availableBytes, isWritable } = fileSystemOf(host, path);
    if (!isWritable) throw notWritable(host, name);
    if (after.kind !== 'file') continue;
    const known = needed.get(device)?.bytes ?? 0;
    const bytes = known + after.size;
    needed.set(device, { at: host.resolve('/'), bytes, name });
    if (bytes + spaceMarginBytes > availableBytes) throw tooSmall(name, bytes, availableBytes);
  }
}

function requireRoom(host: Host, at: RealPath, bytes: number): void {
  const { availableBytes } = host.fs.space(at);
  if (bytes > 0 && bytes + spaceMarginBytes > availableBytes) throw tooSmall(at, bytes, availableBytes);
}

function tooSmall(name: string, bytes: number, availableBytes: number): DiskSpaceError {
  return new DiskSpaceError(
    `the restore needs ${formatBytes(bytes + spaceMarginBytes)} on the file system of ${name}, which has ${formatBytes(availableBytes)} free`,
    { hint: 'Make room, or restore less (--only, --skip). Nothing was changed.' },
  );
}

function notWritable(host: Host, name: string): EnvironmentError | PermissionError {
  if (host.process.uid !== 0) {
    return new PermissionError(`${name} cannot be written to by this user`, {
      hint: 'Restore as root. Nothing was changed.',
    });
  }
  return new EnvironmentError(`${name} cannot be written to: its file system is read-only`, {
    hint: `Make it writable (mount -o remount,rw ...; dmesg tells why it is not), or leave it out (--skip ${name}). Nothing was changed.`,
  });
}

interface WrittenPlace {
  device: bigint;
  /** The directory, for people. */
  name: string;
  availableBytes: number;
  isWritable: boolean;
}

/** The file system on which a path will be written: that of its nearest parent which exists. */
function fileSystemOf(host: Host, path: string): WrittenPlace {
  for (const at of [path, ...parentsOf(path).reverse()]) {
    try {
      return withHeldPlace(host, at, ({ directory, directoryFd }) => ({
        device: host.fs.statFd(directoryFd).device,
        name: `/${printable(at.slice(0, Math.max(0, at.lastIndexOf('/'))))}`,
        availableBytes: host.fs.space(directory).availableBytes,
        isWritable: host.fs.isWritable(directory),
      }));
    } catch (error) {
      if (!(error instanceof BlockedPathError)) throw error;
    }
  }
  const root = host.resolve('/');
  const { availableBytes } = host.fs.space(root);
  return { device: 0n, name: '/', availableBytes, isWritable: host.fs.isWritable(root) };
}
