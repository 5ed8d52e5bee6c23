// Contract of a compression codec. One file each under codecs/, listed in codecs/index.ts.

import type { Duplex } from 'node:stream';
import type { Host } from '../host/host.ts';

export const compressionTypes = ['none', 'gz', 'pigz', 'bz2', 'xz', 'lzma', 'zst'] as const;
export type CompressionType = (typeof compressionTypes)[number];

export const compressionModes = ['fast', 'standard', 'maximum', 'ultra'] as const;
export type CompressionMode = (typeof compressionModes)[number];

/** What the configuration asks for. */
export interface CompressionRequest {
  type: CompressionType;
  /** Level for mode `standard`; undefined: the codec's own default. */
  level: number | undefined;
  mode: CompressionMode;
  /** 0: as many as make sense. */
  threads: number;
  /** Memory that xz may use; 0 or absent: a quarter of the machine's. */
  memoryLimitBytes?: number;
}

/** What is really used: every number decided. */
export interface CompressionSettings {
  type: CompressionType;
  level: number;
  mode: CompressionMode;
  threads: number;
  /** What a program that can cap its memory (xz, lzma) may use; it then works with fewer threads or a smaller dictionary. */
  memoryLimitBytes?: number;
}

/** Told when the bytes of an input chunk are not needed any more, so that its buffer can be used again. */
export type ChunkDone = (chunk: Buffer) => void;

export interface Codec {
  type: CompressionType;
  /** Of the archive name, after `.tar`: e.g. `.xz`; empty for none. */
  extension: string;
  /** null: has no levels. */
  levels: { min: number; max: number; default: number } | null;
  /** Programs of which one is needed on the host; empty: works in-process. */
  programs: readonly string[];
  /** Stream stage. Destroyed with CompressionError when the program fails, is killed, or the data is damaged. */
  compress(host: Host, settings: CompressionSettings, chunkDone?: ChunkDone): Duplex;
  decompress(host: Host): Duplex;
}
