// Names of datastores, users and the like as parts of file names, in the way of the existing edition.

import { createHash } from 'node:crypto';

/** `/ \\ @ :` and `..` become `_`; empty becomes `entry`. */
export function sanitiseName(name: string): string {
  const safe = name.replace(/[/\\@:]/g, '_').replaceAll('..', '_');
  return safe === '' ? 'entry' : safe;
}

/** As sanitiseName, but names that had to change stay distinct: `_` and eight hex digits of their SHA-256 behind. */
export function fileKey(name: string): string {
  const safe = sanitiseName(name);
  if (safe === name) return safe;
  return `${safe}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
