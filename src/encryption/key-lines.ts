// Files with keys: reading them, and their lines, numbered as an editor numbers them.

import { describeSystemError, EncryptionError, isSystemError } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';

export interface KeyLine {
  /** Without white space at its ends. */
  line: string;
  /** From 1. */
  number: number;
}

/** Takes LF and CRLF, and a byte order mark in front. @throws EncryptionError for UTF-16 or a binary file */
export function numberLines(text: string, path: string): KeyLine[] {
  if (text.includes('\0')) {
    throw new EncryptionError(`${path} is not a text file in UTF-8`, {
      hint: 'Editors of Windows may save as UTF-16: save it again as UTF-8.',
    });
  }
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }));
}

/** Text of a small file of ours; undefined when there is none. `what` is for the message. @throws EncryptionError */
export function readKeyText(host: Host, path: RealPath, what: string): string | undefined {
  return reading(path, what, () => host.fs.readTextIfExists(path));
}

/** A file that must be there. The caller zeroes what it gets. @throws EncryptionError */
export function readSecretBytes(host: Host, path: RealPath, what: string): Buffer {
  return reading(path, what, () => host.fs.readBytes(path));
}

function reading<T>(path: RealPath, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new EncryptionError(`cannot read ${what} ${path}: ${describeSystemError(error)}`, {
      hint: isSystemError(error, 'ENOENT')
        ? 'Correct the path.'
        : 'Check its owner and mode, or run the command as root.',
      cause: error,
    });
  }
}
