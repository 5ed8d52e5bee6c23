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

/** Far above hundreds of keys. */
export const maxKeyFileBytes = 1024 * 1024;

/** Text of a small file of ours; undefined when there is none. `what` is for the message. @throws EncryptionError */
export function readKeyText(host: Host, path: RealPath, what: string): string | undefined {
  try {
    return host.fs.readTextIfExists(path, maxKeyFileBytes);
  } catch (error) {
    throw asKeyFileError(error, path, what);
  }
}

/** A file that must be there, or a pipe. The caller zeroes what it gets. @throws EncryptionError, InterruptedError */
export async function readSecretBytes(
  host: Host,
  path: RealPath,
  { what, signal }: { what: string; signal?: AbortSignal | undefined },
): Promise<Buffer> {
  try {
    return await host.fs.readBytesAsync(path, { maxBytes: maxKeyFileBytes, signal });
  } catch (error) {
    throw asKeyFileError(error, path, what);
  }
}

function asKeyFileError(error: unknown, path: RealPath, what: string): unknown {
  if (!isSystemError(error)) return error;
  return new EncryptionError(`cannot read ${what} ${path}: ${describeSystemError(error)}`, {
    hint: hintFor(error),
    cause: error,
  });
}

function hintFor({ code = '' }: NodeJS.ErrnoException): string {
  const isWrongFile = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EFBIG', 'ELOOP'].includes(code);
  return isWrongFile ? 'Correct the path.' : 'Check its owner and mode, or run the command as root.';
}
