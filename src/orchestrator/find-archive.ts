// Finds the archive that a user means: a path, a file name, a unique beginning of one, a date, `latest`, `latest~2`.

import { posix } from 'node:path';
import { openArchive, type OpenArchive } from '../archiver/read/open-archive.ts';
import { isSystemError, UsageError } from '../errors.ts';
import type { FileKind } from '../host/file-system.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import { formatCount, formatLocalTime } from '../util/format.ts';
import { listArchives, type ListedArchive } from './list-archives.ts';

/** Where names are looked up; asked for only when the user's words are no path. */
export type BackupDirectory = () => RealPath;

/**
 * Looking into a bare file needs no configuration: `directory` is not called then.
 * @throws UsageError when nothing or more than one thing is meant; else as openArchive
 */
export async function findArchive(
  host: Host,
  words: string,
  directory: BackupDirectory,
): Promise<OpenArchive> {
  const path = asRealPath(posix.resolve(host.process.cwd, words));
  if (words.includes('/')) {
    requireFile(host, path);
    return openArchive(host, path);
  }
  if (kindOf(host, path) === 'file') return openArchive(host, path);
  const place = directory();
  const archives = await listArchives(host, 'primary', place);
  return openArchive(host, pickArchive(archives, words, place).path);
}

/** Whether the words are the path of a file of this machine, whatever else they may mean. */
export function isFileHere(host: Host, words: string): boolean {
  return kindOf(host, asRealPath(posix.resolve(host.process.cwd, words))) === 'file';
}

function requireFile(host: Host, path: RealPath): void {
  const kind = kindOf(host, path);
  if (kind === undefined) {
    throw new UsageError(`there is no file ${path}`, {
      hint: '`proxsave list` shows the archives there are',
    });
  }
  if (kind !== 'directory') return;
  throw new UsageError(`${path} is a directory, not an archive`, {
    hint: `see the archives in it: BACKUP_PATH=${path} proxsave list`,
  });
}

/** Follows links. Undefined: nothing is there. `hidden`: it may not be looked at, and opening will say why. */
function kindOf(host: Host, path: RealPath): FileKind | 'hidden' | undefined {
  try {
    return host.fs.stat(path).kind;
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
    if (isSystemError(error)) return 'hidden';
    throw error;
  }
}

const shownNames = 5;

/** No archive of the place is meant; another place may have it. */
export class NoMatchError extends UsageError {}
/** The place where names are looked up holds no archive at all. */
export class NoArchiveError extends NoMatchError {}

/** What of an archive a user may mean it by. */
type NamedByUser = Pick<ListedArchive, 'name' | 'createdAt'>;

/** Pure part: `archives` newest first. Throws UsageError when nothing or more than one thing is meant. */
export function pickArchive<Archive extends NamedByUser>(
  archives: readonly Archive[],
  words: string,
  place: string,
): Archive {
  const hint = '`proxsave list` shows the archives there are';
  if (words.trim() === '') throw new UsageError('an empty name means no archive', { hint });
  if (archives.length === 0) {
    throw new NoArchiveError(`there is no archive in ${place}, so none is named "${words}"`, {
      hint: 'make one: proxsave backup\nor name a file that lies elsewhere by its path: ./NAME',
    });
  }
  const relative = /^latest(?:~(\d+))?$/.exec(words);
  if (relative !== null) {
    const archive = archives[Number(relative[1] ?? 0)];
    if (archive !== undefined) return archive;
    const count = formatCount(archives.length, 'archive');
    const oldest = archives.length === 1 ? 'latest' : `latest~${archives.length - 1}`;
    throw new UsageError(
      `${words}: there ${archives.length === 1 ? 'is' : 'are'} only ${count} in ${place}; the oldest is ${oldest}`,
      { hint },
    );
  }
  const matches = archives.filter((archive) => archive.name === words || isMeantBy(archive, words));
  const exact = matches.find((archive) => archive.name === words);
  if (exact !== undefined) return exact;
  const [only, ...others] = matches;
  if (only === undefined) {
    throw new NoMatchError(`no archive in ${place} is named or dated "${words}"`, { hint });
  }
  if (others.length === 0) return only;
  const names = matches.slice(0, shownNames).map((archive) => `\n  ${archive.name}`);
  const more = matches.length > shownNames ? `\n  and ${matches.length - shownNames} more` : '';
  throw new UsageError(`"${words}" may mean ${matches.length} archives:${names.join('')}${more}`, {
    hint: 'write more of the name, or the time too: "2026-07-24 02:00"',
  });
}

/** A beginning of the file name, or of the local time: `20260724`, `2026-07-24`, `2026-07-24 02:00`. */
function isMeantBy(archive: NamedByUser, words: string): boolean {
  if (archive.name.startsWith(words)) return true;
  const digits = words.replace(/[-:T ]/g, '');
  if (!/^\d{4,14}$/.test(digits)) return false;
  return formatLocalTime(archive.createdAt).replace(/[-: ]/g, '').startsWith(digits);
}

/** Splits `ARCHIVE:path`; a path of the archive's host may have a slash in front or not. */
export function splitArchivePath(words: string): { archive: string; path: string } | undefined {
  // The archive part may hold a colon too (a time), the path part starts with a slash or is relative: take the last
  // colon that is followed by something path-like.
  // An archive's whole name tells where it ends, also behind `remote:/directory/`.
  const named = /^(.*-\d{8}-\d{6}\.tar[^:/]*):/s.exec(words)?.[1];
  if (named !== undefined) return { archive: named, path: words.slice(named.length + 1).replace(/^\/+/, '') };
  const slashed = words.indexOf(':/');
  const at = slashed >= 0 ? slashed : words.lastIndexOf(':');
  if (at <= 0) return undefined;
  return { archive: words.slice(0, at), path: words.slice(at + 1).replace(/^\/+/, '') };
}
