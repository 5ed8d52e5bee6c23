// What a file is by its first bytes: for archives whose name no longer tells (renamed, copied by hand).

import type { CompressionType } from '../codec.ts';

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
const ageMagic = Buffer.from('age-encryption.org/');

/** Bytes that are enough for both checks. */
export const magicBytes = 512;

export function compressionOfBytes(head: Buffer): CompressionType | undefined {
  return magics.find(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes))?.type;
}

export function isAgeFile(head: Buffer): boolean {
  return head.subarray(0, ageMagic.length).equals(ageMagic);
}
