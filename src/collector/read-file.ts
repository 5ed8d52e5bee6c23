// Turns a file into an entry whose header is always true, whatever happens to the file meanwhile. Small files are
// read whole and the header is made from what was read; larger ones give exactly the size seen when they were
// opened, padded with zeros or cut, and a finding names the file.

import { describeSystemError, isSystemError } from '../errors.ts';
import type { SourceEntry } from '../entry.ts';
import type { FileStatus, FileSystem } from '../host/file-system.ts';
import type { RealPath } from '../host/host.ts';
import { SilentMountError } from '../host/mounts/mount-guard.ts';
import { silentMountFinding } from './silent-mounts.ts';
import { entryMeta, type CollectionContext, type ItemRules } from './context.ts';

const wholeReadLimitBytes = 4 * 1024 * 1024;
/** Room to see that a file is larger than that. */
export const readBufferBytes = wholeReadLimitBytes + 64 * 1024;
const pieceBytes = 1024 * 1024;

export interface FoundFile {
  /** Absolute path on the host. */
  hostPath: string;
  realPath: RealPath;
  archivePath: string;
  /** As the walk saw it; a survey needs no more. */
  status?: FileStatus;
}

/** The entry of a regular file, or undefined when it was left out (a finding says why). */
export function readFileEntry(
  context: CollectionContext,
  rules: ItemRules,
  found: FoundFile,
): SourceEntry | undefined {
  if (context.isSurvey) return found.status && surveyFileEntry(context, rules, found, found.status);
  const { fs } = context.host;
  let fd: number | undefined;
  try {
    fd = fs.openForRead(found.realPath);
    const status = fs.statFd(fd);
    if (status.kind !== 'file') {
      reportReplaced(context, rules, found.hostPath, status.kind);
      return undefined;
    }
    const otherName = firstNameOf(context, status);
    if (otherName !== undefined)
      return { ...hardLink(context, found, status, otherName), area: rules.areaId };
    if (status.size > rules.maxFileBytes) {
      reportTooLarge(context, rules, found.hostPath, status.size);
      return undefined;
    }
    const meta = { ...entryMeta(context, found.archivePath, status, 'file'), area: rules.areaId };
    if (status.size > wholeReadLimitBytes) {
      const content = readPieces(context, rules, { fs, fd, status, hostPath: found.hostPath });
      fd = undefined; // now owned by the generator
      rememberName(context, status, found.archivePath);
      return { ...meta, size: status.size, content };
    }
    const content = readWhole(context, fd, status.size);
    rememberName(context, status, found.archivePath);
    if (content === undefined) {
      // Grew past the limit while it was read: take what it was when opened.
      reportChanged(context, rules, found.hostPath, 'grew');
      const cut = readStart(fs, fd, status.size);
      return { ...meta, size: cut.length, content: cut };
    }
    return { ...meta, size: content.length, content };
  } catch (error) {
    // Opening does not follow links: what was a file a moment ago is a link now.
    if (isSystemError(error, 'ELOOP')) reportReplaced(context, rules, found.hostPath, 'link');
    else reportUnreadable(context, rules, found.hostPath, error);
    return undefined;
  } finally {
    if (fd !== undefined) fs.close(fd);
  }
}

function surveyFileEntry(
  context: CollectionContext,
  rules: ItemRules,
  found: FoundFile,
  status: FileStatus,
): SourceEntry | undefined {
  const otherName = firstNameOf(context, status);
  if (otherName !== undefined) return { ...hardLink(context, found, status, otherName), area: rules.areaId };
  const { size } = status;
  if (size > rules.maxFileBytes) {
    reportTooLarge(context, rules, found.hostPath, size);
    return undefined;
  }
  rememberName(context, status, found.archivePath);
  const meta = entryMeta(context, found.archivePath, status, 'file');
  return { ...meta, size, area: rules.areaId, content: null };
}

function inodeKey(status: FileStatus): string {
  return `${status.device}:${status.inode}`;
}

/** Under which name a file that has several went into the archive already. */
function firstNameOf(context: CollectionContext, status: FileStatus): string | undefined {
  return status.linkCount === 1 ? undefined : context.firstNames.get(inodeKey(status));
}

/** Only for a name whose content really goes in: a link to one that was left out would be a lost file. */
function rememberName(context: CollectionContext, status: FileStatus, archivePath: string): void {
  if (status.linkCount > 1) context.firstNames.set(inodeKey(status), archivePath);
}

function hardLink(context: CollectionContext, found: FoundFile, status: FileStatus, linkTarget: string) {
  return { ...entryMeta(context, found.archivePath, status, 'hardlink'), linkTarget, content: null };
}

/**
 * Reads to the end of the file, also when its status lies about the size (proc, FUSE). undefined: too much. The result
 * lies in the context's buffer and holds until the next read.
 */
function readWhole(context: CollectionContext, fd: number, expectedBytes: number): Buffer | undefined {
  const { readBuffer: buffer, host } = context;
  let length = 0;
  for (;;) {
    const wanted = Math.max(expectedBytes + 1, length + 64 * 1024);
    const count = host.fs.read(fd, buffer, length, Math.min(wanted, buffer.length) - length, null);
    length += count;
    // One read that gives just what was announced, although more was asked for, is the whole.
    if (count === 0 || (length === count && count === expectedBytes)) return buffer.subarray(0, length);
    if (length > wholeReadLimitBytes) return undefined;
  }
}

/** The first bytes again; zeros where the file has lost them meanwhile. */
function readStart(fs: FileSystem, fd: number, sizeBytes: number): Buffer {
  const start = Buffer.alloc(sizeBytes);
  let length = 0;
  while (length < sizeBytes) {
    const count = fs.read(fd, start, length, sizeBytes - length, length);
    if (count === 0) break;
    length += count;
  }
  return start;
}

interface OpenFile {
  fs: FileSystem;
  fd: number;
  status: FileStatus;
  hostPath: string;
}

function* readPieces(context: CollectionContext, rules: ItemRules, file: OpenFile): Generator<Buffer> {
  const { fs, fd, status, hostPath } = file;
  try {
    let remaining = status.size;
    // One buffer for all pieces: the archiver copies each before it asks for the next.
    const buffer = Buffer.allocUnsafe(pieceBytes);
    while (remaining > 0) {
      context.signal.throwIfAborted();
      const piece = buffer.subarray(0, Math.min(pieceBytes, remaining));
      const count = readPiece(context, rules, file, piece);
      if (count < piece.length) {
        if (count >= 0) reportChanged(context, rules, hostPath, 'shrank');
        yield* padded(piece, Math.max(0, count), remaining);
        return;
      }
      remaining -= piece.length;
      yield piece;
    }
    const after = fs.statFd(fd);
    if (after.size > status.size) reportChanged(context, rules, hostPath, 'grew');
    else if (after.mtimeNs !== status.mtimeNs) reportChanged(context, rules, hostPath, 'changed');
  } finally {
    fs.close(fd);
  }
}

/** Fills the piece; fewer bytes than its length: the end of the file came early; -1: a read error (reported). */
function readPiece(context: CollectionContext, rules: ItemRules, file: OpenFile, piece: Buffer): number {
  let length = 0;
  try {
    while (length < piece.length) {
      const count = file.fs.read(file.fd, piece, length, piece.length - length, null);
      if (count === 0) return length;
      length += count;
    }
    return length;
  } catch (error) {
    context.report({
      severity: 'error',
      code: 'file-read-error',
      area: rules.areaId,
      path: file.hostPath,
      message: `read error in ${file.hostPath}: ${describeSystemError(error)}; the rest is zeros in the archive`,
      hint: 'check the disk that the file is on',
    });
    return -1;
  }
}

function* padded(piece: Buffer, validBytes: number, totalBytes: number): Generator<Buffer> {
  yield piece.subarray(0, validBytes);
  const zeros = Buffer.alloc(pieceBytes);
  for (let missing = totalBytes - validBytes; missing > 0; missing -= pieceBytes) {
    yield zeros.subarray(0, Math.min(pieceBytes, missing));
  }
}

const changeWords = {
  grew: 'grew while it was read; the archive has what it was at the start',
  shrank: 'shrank while it was read; the missing end is zeros in the archive',
  changed: 'was written to while it was read; the archive may mix old and new content',
} as const;

function reportChanged(
  context: CollectionContext,
  rules: ItemRules,
  path: string,
  how: keyof typeof changeWords,
): void {
  context.report({
    severity: 'warning',
    code: 'file-changed',
    area: rules.areaId,
    path,
    message: `${path} ${changeWords[how]}`,
  });
}

function reportReplaced(context: CollectionContext, rules: ItemRules, path: string, kind: string): void {
  context.report({
    severity: 'warning',
    code: 'file-replaced',
    area: rules.areaId,
    path,
    message: `not saved: ${path} was replaced by a ${kind} while it was read`,
    hint: 'run the backup again',
  });
}

function reportTooLarge(context: CollectionContext, rules: ItemRules, path: string, sizeBytes: number): void {
  context.report({
    severity: 'warning',
    code: 'file-too-large',
    area: rules.areaId,
    path,
    message: `not saved: ${path} has ${sizeBytes} bytes, more than ${rules.maxFileOption} (${rules.maxFileBytes})`,
    hint: `raise ${rules.maxFileOption}, or add the file to BACKUP_EXCLUDE_PATTERNS to silence this`,
  });
}

/** A file that went away is no loss; anything else is. */
export function reportUnreadable(
  context: Pick<CollectionContext, 'host' | 'report'>,
  rules: Pick<ItemRules, 'areaId'>,
  path: string,
  error: unknown,
): void {
  if (!isSystemError(error)) throw error;
  if (error instanceof SilentMountError) {
    context.report(silentMountFinding(context.host, rules, error));
    return;
  }
  const isGone = isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR');
  const isDenied = isSystemError(error, 'EACCES') || isSystemError(error, 'EPERM');
  context.report({
    severity: isGone ? 'info' : 'warning',
    code: isGone ? 'file-vanished' : 'file-unreadable',
    area: rules.areaId,
    path,
    message: isGone
      ? `${path} vanished while it was read`
      : `not saved: ${path}: ${describeSystemError(error)}`,
    ...(isDenied && context.host.process.uid !== 0
      ? { hint: 'run as root to save what only root may read' }
      : {}),
  });
}
