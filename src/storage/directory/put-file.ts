// Puts one file into a directory so that a reader sees all of it or nothing, whenever the machine stops:
// temporary name -> bytes -> owner, mode, time -> fsync -> read again and compare -> name -> fsync of the directory.

import { DiskSpaceError, isSystemError, StorageError, VerificationError } from '../../errors.ts';
import type { ReportFinding } from '../../findings.ts';
import type { FileStatus } from '../../host/file-system.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { formatBytes } from '../../util/format.ts';
import { demandOtherPlace, samePlace } from '../same-place.ts';
import { CopyMismatchError } from '../store-errors.ts';
import type { PutRequest, PutResult } from '../store.ts';
import { copyBytes, digestFile, digestOpen, type CopiedBytes, type Watch } from './file-bytes.ts';
import { temporaryName } from './temporary-name.ts';

export interface PutPlace {
  directory: RealPath;
  /** Marks the unfinished file, see temporary-name.ts. */
  installId: string;
  /** Bytes that must stay free beside the file. */
  reservedBytes: number;
  report: ReportFinding;
}

/** Throws what the system says, or StorageError, VerificationError, DiskSpaceError. Leaves nothing when it fails. */
export async function putFile(
  host: Host,
  place: PutPlace,
  request: PutRequest,
  watch: Watch,
): Promise<PutResult> {
  const final = joinReal(place.directory, request.name);
  demandFileOrNothing(host, final);
  const existing = await digestFile(host, final, watch);
  const source = host.fs.openFollowing(request.source);
  try {
    const status = host.fs.statFd(source);
    if (existing !== undefined) {
      const wanted = request.sha256 ?? (await digestOpen(host, source, watch)).sha256;
      if (existing.sha256 !== wanted) throw alreadyTaken(final);
      await demandCopy(host, { place, request, source, status, final });
      return { status: 'already-there', proof: 'read-back' };
    }
    demandRoom(host, place, request.sizeBytes);
    await copyIn(host, { place, request, source, status, final }, watch);
  } finally {
    host.fs.close(source);
  }
  return { status: 'stored', proof: 'read-back' };
}

interface Copy {
  place: PutPlace;
  request: PutRequest;
  /** Descriptor of the file to copy, and its status. */
  source: number;
  status: FileStatus;
  final: RealPath;
}

/** A FIFO would never end, and a link may lead to the source itself. */
function demandFileOrNothing(host: Host, final: RealPath): void {
  const kind = host.fs.lstatIfExists(final)?.kind;
  if (kind === undefined || kind === 'file') return;
  const what = kind === 'directory' ? 'a directory' : kind === 'symlink' ? 'a link' : `a ${kind}`;
  throw new StorageError(`${final} exists already and is ${what}, no file; it was left as it is`, {
    hint: 'move it away, then do the same again',
  });
}

/** What is there already must not be the source itself. */
async function demandCopy(host: Host, { place, request, status, final }: Copy): Promise<void> {
  const { directory, installId } = place;
  const { inode, device } = host.fs.lstat(final);
  if (inode === status.inode && device === status.device) {
    throw samePlace(directory, request.source, request.name);
  }
  await demandOtherPlace(
    host,
    { source: request.source, name: request.name, location: directory, installId },
    (probe) => host.fs.lstatIfExists(joinReal(directory, probe)) !== undefined,
  );
}

async function copyIn(host: Host, copy: Copy, watch: Watch): Promise<void> {
  const { place, request } = copy;
  const temporary = joinReal(place.directory, temporaryName(place.installId));
  const target = host.fs.createFile(temporary, 0o600);
  try {
    let copied: CopiedBytes;
    try {
      copied = await copyBytes(host, copy.source, target, watch);
      demandSource(request, copied);
      keepPrivate(host, place, target, temporary);
      keepTime(host, temporary, copy.status.mtimeNs);
      await host.fs.syncAsync(target);
    } finally {
      host.fs.close(target);
    }
    // Opened again: what is compared is what a reader gets.
    demandSame(copied, await digestFile(host, temporary, watch), copy.final);
    watch.signal.throwIfAborted();
    giveName(host, temporary, copy.final);
  } catch (error) {
    removeQuietly(host, temporary);
    throw error;
  }
  host.fs.syncDirectory(place.directory);
}

/** What the caller knows of its file must be true, or a damaged archive would be copied as a good one. */
function demandSource({ source, sizeBytes, sha256 }: PutRequest, copied: CopiedBytes): void {
  if (copied.sizeBytes === sizeBytes && (sha256 === undefined || sha256 === copied.sha256)) return;
  const found =
    copied.sizeBytes === sizeBytes
      ? `its SHA-256 is ${copied.sha256} and should be ${sha256 ?? ''}`
      : `it has ${copied.sizeBytes} bytes and should have ${sizeBytes}`;
  throw new VerificationError(`${source} is not what was written there: ${found}`, {
    hint: `check it with: proxsave verify ${source}`,
  });
}

function demandSame(copied: CopiedBytes, readBack: CopiedBytes | undefined, final: RealPath): void {
  if (readBack?.sha256 === copied.sha256 && readBack.sizeBytes === copied.sizeBytes) return;
  throw new CopyMismatchError(`the copy ${final} does not read back as it was written`, {
    hint: 'it was removed; check that disk or share, and the memory of this machine',
  });
}

function demandRoom(host: Host, { directory, reservedBytes }: PutPlace, sizeBytes: number): void {
  const { availableBytes } = host.fs.space(directory);
  if (availableBytes >= sizeBytes + reservedBytes) return;
  const reserve = reservedBytes === 0 ? '' : `, and ${formatBytes(reservedBytes)} are to stay free`;
  throw new DiskSpaceError(
    `${directory} has ${formatBytes(availableBytes)} free; the archive has ${formatBytes(sizeBytes)}${reserve}`,
    { hint: 'free some space there, or lower the limits of its retention' },
  );
}

/**
 * Archives hold secrets: for root only, where the file system can. FAT and CIFS give every file one owner and mode from
 * their mount options; that is for the admin to know, and no failure.
 */
function keepPrivate(host: Host, { directory, report }: PutPlace, fd: number, path: RealPath): void {
  const { uid } = host.process;
  const before = host.fs.statFd(fd);
  if (before.uid !== uid) tryTo(() => host.fs.changeOwner(path, uid, before.gid));
  if (before.mode !== 0o600) tryTo(() => host.fs.changeMode(path, 0o600));
  const after = host.fs.statFd(fd);
  if (after.uid === uid && after.mode === 0o600) return;
  report({
    severity: 'info',
    code: 'owner-not-kept',
    path: directory,
    message: `the file system of ${directory} keeps no owner and mode of single files: its mount options decide who can read the copies`,
  });
}

function keepTime(host: Host, path: RealPath, mtimeNs: bigint): void {
  tryTo(() => host.fs.changeTimes(path, mtimeNs));
}

/** What a file system has not got is not asked for again; everything else throws. */
function tryTo(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** The words of file systems for "I cannot do that at all". */
function isRefused(error: unknown): boolean {
  return ['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'EMLINK'].some((code) =>
    isSystemError(error, code),
  );
}

/** A hard link, unlike a rename, never replaces a file that somebody else has put there meanwhile. */
function giveName(host: Host, temporary: RealPath, final: RealPath): void {
  try {
    host.fs.link(temporary, final);
  } catch (error) {
    if (isRefused(error)) {
      if (host.fs.lstatIfExists(final) !== undefined) throw alreadyTaken(final);
      host.fs.rename(temporary, final);
      return;
    }
    // A network file system may answer a repeated request that was already done.
    if (!isSystemError(error, 'EEXIST') || !isSameFile(host, temporary, final)) {
      throw isSystemError(error, 'EEXIST') ? alreadyTaken(final) : error;
    }
  }
  host.fs.unlink(temporary);
}

function isSameFile(host: Host, one: RealPath, other: RealPath): boolean {
  const [first, second] = [host.fs.lstat(one), host.fs.lstat(other)];
  return first.inode === second.inode && first.device === second.device;
}

function alreadyTaken(final: RealPath): StorageError {
  return new StorageError(`${final} exists already and has other content; it was left as it is`, {
    hint: 'look at both with `proxsave show`, then move one of them away',
  });
}

function removeQuietly(host: Host, path: RealPath): void {
  try {
    host.fs.unlink(path);
  } catch (error) {
    // What caused the failure may also keep us from tidying up; the next run sweeps.
    if (!isSystemError(error)) throw error;
  }
}
