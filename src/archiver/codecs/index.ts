// The list of codecs.

import type { Codec, CompressionType } from '../codec.ts';
import { bz2 } from './bz2.ts';
import { gz } from './gz.ts';
import { lzma } from './lzma.ts';
import { none } from './none.ts';
import { pigz } from './pigz.ts';
import { xz } from './xz.ts';
import { zst } from './zst.ts';

export const codecs = { none, gz, pigz, bz2, xz, lzma, zst } as const satisfies Record<
  CompressionType,
  Codec
>;

export function codecFor(type: CompressionType): Codec {
  return codecs[type];
}

/** Codec that reads what follows `.tar` in an archive's name (`.gz`, or empty); undefined for an unknown one. */
export function codecForExtension(extension: string): Codec | undefined {
  return Object.values<Codec>(codecs).find((codec) => codec.extension === extension);
}
