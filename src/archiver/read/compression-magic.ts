// What a file is by its first bytes: for archives whose name no longer tells (renamed, copied by hand).

import { ArchiveError } from '../../errors.ts';
import type { CompressionType } from '../codec.ts';
import { decodeHeader, tarBlockBytes } from '../tar/tar-header.ts';

interface Magic {
  type: CompressionType;
  at: number;
  bytes: Buffer;
}

/** Sources: RFC 1952, RFC 8878, the .xz and .lzma format descriptions, bzip2's manual, POSIX ustar. */
const magics: readonly Magic[] = [
  { type: 'gz', at: 0, bytes: Buffer.of(0x1f, 0x8b) },
  { type: 'zst', at: 0, bytes: Buffer.of(0x28, 0xb5, 0x2f, 0xfd) },
  { type: 'xz', at: 0, bytes: Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00) },
  { type: 'bz2', at: 0, bytes: Buffer.from('BZh') },
  { type: 'none', at: 257, bytes: Buffer.from('ustar') },
  { type: 'lzma', at: 0, bytes: Buffer.of(0x5d, 0x00, 0x00) },
];
const ageMagics = [Buffer.from('age-encryption.org/'), Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----')];

/** Bytes that are enough for both checks. */
export const magicBytes = 512;

export function compressionOfBytes(head: Buffer): CompressionType | undefined {
  return magics.find(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes))?.type;
}

/** Whether a file whose name says `type` can be one. Wider than the table above: the name vouches for the rest. */
export function canBe(type: CompressionType, head: Buffer): boolean {
  if (type === 'none') return startsWithTarHeader(head);
  if (type === 'lzma') return isLzmaHead(head);
  if (type === 'zst' && isSkippableFrame(head)) return true;
  return compressionOfBytes(head) === (type === 'pigz' ? 'gz' : type);
}

/** Also of tars from before there was a magic. */
function startsWithTarHeader(head: Buffer): boolean {
  if (head.length < tarBlockBytes) return false;
  try {
    return decodeHeader(head.subarray(0, tarBlockBytes), 0) !== null;
  } catch (error) {
    if (error instanceof ArchiveError) return false;
    throw error;
  }
}

/** Properties (three small numbers in one byte), then the size of the dictionary: any but 0. */
function isLzmaHead(head: Buffer): boolean {
  const [properties = 255] = head;
  return properties < 9 * 5 * 5 && head.length >= 13 && head.readUInt32LE(1) > 0;
}

/** pzstd begins with one. */
function isSkippableFrame(head: Buffer): boolean {
  return head.length >= 4 && (head.readUInt32LE(0) & 0xfffffff0) === 0x184d2a50;
}

/** Binary or armored. */
export function isAgeFile(head: Buffer): boolean {
  return ageMagics.some((magic) => head.subarray(0, magic.length).equals(magic));
}
