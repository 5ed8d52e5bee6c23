// Small files of the state directory that save work or tell more, and that nothing depends on: one that is damaged counts as
// none, one that cannot be written is done without. The first line is the SHA-256 of the JSON behind it.

import { createHash } from 'node:crypto';
import { isSystemError } from '../errors.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import { dirname } from 'node:path';

/** undefined: there is none, or it is not as it was written. */
export function readKeptFile(host: Host, path: RealPath): unknown {
  try {
    const text = host.fs.readTextIfExists(path) ?? '';
    const end = text.indexOf('\n');
    const json = text.slice(end + 1);
    return end > 0 && text.slice(0, end) === sha256(json) ? JSON.parse(json) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** Replaces it as a whole. False when that was not possible. */
export function writeKeptFile(host: Host, path: RealPath, value: unknown): boolean {
  const json = JSON.stringify(value);
  try {
    host.fs.makeDirectory(asRealPath(dirname(path)), 0o700);
    host.fs.writeFileAtomic(path, `${sha256(json)}\n${json}`, { mode: 0o600 });
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
