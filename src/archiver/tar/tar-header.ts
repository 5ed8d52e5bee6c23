// Tar header blocks: their layout, and decoding of what ustar, PAX, old GNU and v7 tars hold. Encoding is in
// encode-header.ts. Ours, because library headers treat names as text and lose bytes that are not UTF-8.
// Layout: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".

import type { EntryType } from '../../entry.ts';
import { ArchiveError } from '../../errors.ts';
import { decodeBytePath } from '../../util/byte-path.ts';
import { nanosecondsPerSecond, parsePaxTime, type PaxRecords } from './pax-records.ts';

export const tarBlockBytes = 512;
export const nameFieldBytes = 100;

/** Offsets of the fields in a header block. */
export const fieldAt = {
  name: 0,
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  mtime: 136,
  checksum: 148,
  type: 156,
  link: 157,
  magic: 257,
  userName: 265,
  groupName: 297,
  prefix: 345,
} as const;

export const typeFlags = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const satisfies Record<
  EntryType,
  string
>;

/** Type flag of a PAX header for the next member. */
export const paxHeaderFlag = 'x';
/** Type flag of a PAX header for all members that follow. */
export const paxGlobalFlag = 'g';
/** GNU: the data is the name of the next member, or its link target. */
export const gnuLongNameFlag = 'L';
export const gnuLongLinkFlag = 'K';

/** A header block as it stands in the archive; names verbatim (`./etc/hosts`), in byte-path form. */
export interface TarHeader {
  name: string;
  /** One character; '0' also for what v7 and contiguous files have, '5' for v7 directories. */
  typeFlag: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtimeNs: bigint;
  linkName: string;
  userName: string;
  groupName: string;
}

/** Room that data of this size takes: whole blocks. */
export function paddedBytes(size: number): number {
  return Math.ceil(size / tarBlockBytes) * tarBlockBytes;
}

/** Kind of entry for a type flag; undefined for what we neither write nor unpack (devices, FIFOs, sparse files). */
export function entryTypeOf(typeFlag: string): EntryType | undefined {
  if (typeFlag === typeFlags.file) return 'file';
  if (typeFlag === typeFlags.directory) return 'directory';
  if (typeFlag === typeFlags.symlink) return 'symlink';
  return typeFlag === typeFlags.hardlink ? 'hardlink' : undefined;
}

/**
 * As entryTypeOf, but a "file" whose whole name ends in a slash is a directory, as old tars wrote them. Only to be asked
 * when extended headers are merged: a long name that is cut in the header block may end in a slash by accident.
 */
export function memberTypeOf({
  typeFlag,
  name,
}: Pick<TarHeader, 'typeFlag' | 'name'>): EntryType | undefined {
  return typeFlag === typeFlags.file && name.endsWith('/') ? 'directory' : entryTypeOf(typeFlag);
}

/**
 * Decodes one 512-byte block; null for a block of zeros (end of archive).
 * @param offset where the block stands in the archive, for the error message
 * @throws ArchiveError when the checksum does not match or a number is malformed
 */
export function decodeHeader(block: Buffer, offset: number): TarHeader | null {
  if (!hasChecksum(block)) {
    if (isZeroBlock(block)) return null;
    throw new ArchiveError(`damaged tar archive: no valid header at byte ${offset}`);
  }
  const magic = block.toString('latin1', fieldAt.magic, fieldAt.magic + 6);
  const isPosix = magic === 'ustar\0';
  const hasOwnerNames = isPosix || magic === 'ustar ';
  const shortName = readName(block, fieldAt.name, nameFieldBytes);
  const prefix = isPosix ? readName(block, fieldAt.prefix, 155) : '';
  const name = prefix === '' ? shortName : `${prefix}/${shortName}`;
  return {
    name,
    typeFlag: normalisedFlag(String.fromCharCode(block[fieldAt.type] ?? 0)),
    mode: readNumber(block, fieldAt.mode, 8, offset) & 0o7777,
    uid: readCount(block, fieldAt.uid, 8, offset),
    gid: readCount(block, fieldAt.gid, 8, offset),
    size: readCount(block, fieldAt.size, 12, offset),
    mtimeNs: BigInt(readNumber(block, fieldAt.mtime, 12, offset)) * nanosecondsPerSecond,
    linkName: readName(block, fieldAt.link, nameFieldBytes),
    userName: hasOwnerNames ? readName(block, fieldAt.userName, 32) : '',
    groupName: hasOwnerNames ? readName(block, fieldAt.groupName, 32) : '',
  };
}

/** The header with what its PAX records (global ones first, then its own) override. @throws ArchiveError */
export function applyPaxRecords(header: TarHeader, records: PaxRecords, offset: number): TarHeader {
  const bytesOf = (key: string) => {
    const value = records.get(key);
    return value === undefined || value.length === 0 ? undefined : value;
  };
  const nameOf = (key: string, otherwise: string) => {
    const bytes = bytesOf(key);
    return bytes === undefined ? otherwise : decodeBytePath(bytes);
  };
  const numberOf = (key: string, otherwise: number) => {
    const text = bytesOf(key)?.toString('latin1');
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw malformed(`PAX ${key}`, offset);
    return value;
  };
  const mtimeText = bytesOf('mtime')?.toString('latin1');
  const mtimeNs = mtimeText === undefined ? header.mtimeNs : parsePaxTime(mtimeText);
  if (mtimeNs === undefined) throw malformed('PAX mtime', offset);
  return {
    ...header,
    name: nameOf('path', header.name),
    linkName: nameOf('linkpath', header.linkName),
    size: numberOf('size', header.size),
    uid: numberOf('uid', header.uid),
    gid: numberOf('gid', header.gid),
    mtimeNs,
    userName: nameOf('uname', header.userName),
    groupName: nameOf('gname', header.groupName),
  };
}

function malformed(what: string, offset: number): ArchiveError {
  return new ArchiveError(`damaged tar archive: ${what} of the header at byte ${offset} is malformed`);
}

const checksumBytes = 8;

/** The checksum field counts as spaces. Some old tars summed signed bytes. */
function hasChecksum(block: Buffer): boolean {
  let sum = 0;
  for (let position = 0; position < tarBlockBytes; position += 1) sum += block[position] ?? 0;
  for (let at = 0; at < checksumBytes; at += 1) sum += 0x20 - (block[fieldAt.checksum + at] ?? 0);
  const stored = parseOctal(block, fieldAt.checksum, checksumBytes);
  return stored === sum || (stored !== undefined && stored === sum - signedExcess(block));
}

/** What the sum would be smaller by, if bytes were signed. */
function signedExcess(block: Buffer): number {
  let excess = 0;
  for (let position = 0; position < tarBlockBytes; position += 1) {
    const isChecksum = position >= fieldAt.checksum && position < fieldAt.checksum + checksumBytes;
    if (!isChecksum && (block[position] ?? 0) > 127) excess += 256;
  }
  return excess;
}

function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** Regular files of all ages have one flag. Whether a name ends in a slash is judged later, see memberTypeOf. */
function normalisedFlag(flag: string): string {
  return flag === '\0' || flag === '7' ? typeFlags.file : flag;
}

function readName(block: Buffer, at: number, length: number): string {
  let end = at;
  let isAscii = true;
  for (; end < at + length; end += 1) {
    const byte = block[end] ?? 0;
    if (byte === 0) break;
    if (byte > 0x7f) isAscii = false;
  }
  if (end === at) return '';
  return isAscii ? block.toString('latin1', at, end) : decodeBytePath(block.subarray(at, end));
}

/** Octal digits among spaces and NULs, or GNU base-256 (first bit set, two's complement). */
function readNumber(block: Buffer, at: number, length: number, offset: number): number {
  const first = block[at] ?? 0;
  if (first >= 0x80) {
    const isNegative = (first & 0x40) !== 0;
    let value = isNegative ? (first & 0x7f) - 0x80 : first & 0x3f;
    for (let position = at + 1; position < at + length; position += 1)
      value = value * 256 + (block[position] ?? 0);
    if (!Number.isSafeInteger(value)) throw malformed('a number', offset);
    return value;
  }
  const value = parseOctal(block, at, length);
  if (value === undefined) throw malformed('a number', offset);
  return value;
}

/** Octal digits with spaces and NULs around them; 0 when there is none, undefined for anything else. */
function parseOctal(block: Buffer, at: number, length: number): number | undefined {
  const isFiller = (byte: number | undefined) => byte === 0x20 || byte === 0;
  let start = at;
  let end = at + length;
  while (start < end && isFiller(block[start])) start += 1;
  while (end > start && isFiller(block[end - 1])) end -= 1;
  let value = 0;
  for (let position = start; position < end; position += 1) {
    const digit = (block[position] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) return undefined;
    value = value * 8 + digit;
  }
  return value;
}

function readCount(block: Buffer, at: number, length: number, offset: number): number {
  const value = readNumber(block, at, length, offset);
  if (value < 0) throw malformed('a number', offset);
  return value;
}
