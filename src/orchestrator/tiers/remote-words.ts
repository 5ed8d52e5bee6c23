// `remote:path/NAME` on the command line: an archive on a remote of rclone, whether or not it is the cloud tier. Pure.

import { posix } from 'node:path';
import { parseArchiveName } from '../../archiver/archive-name.ts';

export interface RemoteWords {
  /** As CLOUD_REMOTE has it: `gdrive:proxsave`. */
  place: string;
  /** What is meant there: a name, a beginning of one, a date, `latest`. */
  words: string;
}

/**
 * Undefined for what is no such thing: a date with a time (`2026-07-24 02:00`) has a colon too, but no slash behind it and
 * no archive's name.
 */
export function parseRemoteWords(text: string): RemoteWords | undefined {
  const colon = text.indexOf(':', text.startsWith(':') ? 1 : 0);
  if (colon <= 0 || text.slice(0, colon).includes('/')) return undefined;
  const path = text.slice(colon + 1);
  const words = posix.basename(path);
  if (words === '' || path.endsWith('/')) return undefined;
  const isName = parseArchiveName(words) !== undefined || /^latest(?:~\d+)?$/.test(words);
  if (!path.includes('/') && !isName) return undefined;
  const place = text.slice(0, text.length - words.length);
  return { place: place.length > colon + 2 ? place.replace(/\/+$/, '') : place, words };
}
