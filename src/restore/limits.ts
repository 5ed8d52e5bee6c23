// What an archive may hold. Far above any real configuration, far below what fills a disk unnoticed.

export interface RestoreLimits {
  entries: number;
  /** Size of one file, and of all together. */
  fileBytes: number;
  totalBytes: number;
}

const gibibyte = 1024 ** 3;

export const defaultLimits: RestoreLimits = {
  entries: 1_000_000,
  fileBytes: 16 * gibibyte,
  totalBytes: 64 * gibibyte,
};

/** Left free on every file system that is written to. */
export const spaceMarginBytes = 16 * 1024 * 1024;
