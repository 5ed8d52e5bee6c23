// What an extraction is asked to do, and its limits.

import type { RealPath } from '../../host/host.ts';
import type { SelectEntry } from './extract-plan.ts';
import type { ReadOptions } from '../read/read-content.ts';

export interface ExtractLimits {
  /** Entries that are extracted. */
  entries: number;
  /** Size of one file, and of all together. */
  fileBytes: number;
  totalBytes: number;
}

const gibibyte = 1024 ** 3;
/** Far above any real configuration, far below what fills a disk array unnoticed. */
export const defaultLimits: ExtractLimits = {
  entries: 2_000_000,
  fileBytes: 256 * gibibyte,
  totalBytes: 1024 * gibibyte,
};

export interface ExtractOptions extends ReadOptions {
  /** Made (0700) when it is missing. Nothing outside of it is ever touched. */
  to: RealPath;
  /** Area is empty for archives without an index, and for the index itself. */
  select: SelectEntry;
  /** `keep` needs root; else files are ours and the report says so. */
  owner: 'keep' | 'mine';
  /** Replace files that exist. Default: they are left as they are, and reported. */
  overwrite?: boolean;
  /** Keep setuid and setgid bits. Default: dropped, and reported. */
  keepSpecialModes?: boolean;
  limits?: Partial<ExtractLimits>;
}
