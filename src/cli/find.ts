// proxsave find PATTERN: in which archives is a file, and which of its versions differ?

import picomatch from 'picomatch';
import type { IndexEntry } from '../archiver/index/index-file.ts';
import { readIndex } from '../archiver/index/read-index.ts';
import { AppError, EncryptionError, exitCodeOf, UsageError } from '../errors.ts';
import type { NamedArchive } from '../orchestrator/tiers/find-on-tier.ts';
import { formatBytes, formatCount, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext } from './command.ts';
import { archivesToSearch, type Searched } from './archives-to-search.ts';
import { createUnlock, keyOptions } from './keys-given.ts';
import { tierGiven, tierOption } from './open-named.ts';
import { areasOf, catalogueIds, unknownArea } from './select-entries.ts';

export const findCommand: Command = {
  name: 'find',
  summary: 'Find files by name in one or all archives, newest archive first',
  description:
    'A pattern with a slash is compared with the whole path, else with the last name. ' +
    'The first characters of the SHA-256 show which versions of a file are the same.',
  arguments: [
    { name: 'pattern', description: 'a name, a path or a pattern: interfaces, /etc/network/*, *.conf' },
    { name: 'archive', description: 'only in these archives', isOptional: true, isVariadic: true },
  ],
  options: [
    { flags: '--area <areas>', description: 'only in these areas (comma-separated)', isList: true },
    tierOption,
    ...keyOptions,
  ],
  examples: [
    {
      what: 'Every version of a file',
      command: 'proxsave find /etc/network/interfaces',
    },
    { what: 'In one archive', command: "proxsave find '*.service' latest" },
    { what: 'All that an area holds', command: "proxsave find '*' latest --area network,dns" },
  ],
  exits: [
    'warnings',
    'archive',
    'compression',
    'disk-space',
    'encryption',
    'permission',
    'storage',
    'interrupted',
  ],
  run: async (context, input) => {
    const [pattern = '', ...words] = input.args;
    const wantedAreas = input.list('area');
    const matchesPath = compilePattern(pattern);
    const matches = ({ path, area }: IndexEntry) =>
      (wantedAreas.length === 0 || wantedAreas.includes(area)) && matchesPath(path);
    const { archives, unreadable } = await archivesToSearch(context, words, tierGiven(input));
    checkAreas(wantedAreas, archives);
    const unlockArchive = createUnlock(context, input);
    let found = 0;
    let damaged = unreadable;
    let searched = 0;
    const locked: UsageError[] = [];
    for (const archive of archives) {
      try {
        const unlocked = await unlockArchive(await archive.open()).catch(keyProblem);
        if (unlocked instanceof UsageError) {
          locked.push(unlocked);
          continue;
        }
        found += await searchArchive(context, unlocked, matches);
        searched += 1;
      } catch (error) {
        // One damaged archive must not hide what the others hold.
        if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
        if (error instanceof GivenKeysError) throw error.cause;
        damaged += 1;
        context.warn(`${archive.location}: ${error.message}`);
      } finally {
        // A copy that was fetched is not kept while the next one comes.
        archive.release();
      }
      if (!context.hasReader()) return exitCodeOf('ok');
    }
    damaged += tellLocked(context, locked, searched);
    if (context.global.isJson) {
      context.printJson({ type: 'summary', found, archives: archives.length, damaged });
    } else noteCount(context, pattern, { found, searched, archives: archives.length });
    return exitCodeOf(found === 0 || damaged > 0 ? 'warnings' : 'ok');
  },
};

/** What was given to open archives is wrong: as wrong for the next one. */
class GivenKeysError extends EncryptionError {}

/** Without a key the archives that need none are searched all the same. */
function keyProblem(error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  throw error instanceof AppError ? new GivenKeysError(error.message, { cause: error }) : error;
}

/** Says once what was not searched for want of a key. @throws UsageError when that is all there is */
function tellLocked(context: CommandContext, locked: readonly UsageError[], searched: number): number {
  const [first] = locked;
  if (first === undefined) return 0;
  if (searched === 0) throw first;
  const one = locked.length === 1;
  context.warn(
    `${formatCount(locked.length, 'archive')} ${one ? 'was' : 'were'} not searched: encrypted, and no key was given`,
  );
  return locked.length;
}

/** A pattern with a slash is matched against the whole path, else against the last name. */
export function compilePattern(pattern: string): (path: string) => boolean {
  const isPath = pattern.includes('/');
  const matches = picomatch(pattern.replace(/^\/+/, ''), { dot: true, noextglob: true, nonegate: true });
  return (path) => matches(isPath ? path : path.slice(path.lastIndexOf('/') + 1));
}

function checkAreas(wanted: readonly string[], archives: readonly Searched[]): void {
  const known = [...new Set([...catalogueIds(), ...archives.flatMap(areasOf)])];
  for (const id of wanted) if (!known.includes(id)) throw unknownArea(id, known);
}

/** Says nothing of archives that could not be searched: each had a warning of its own. */
function noteCount(
  context: CommandContext,
  pattern: string,
  { found, searched, archives }: Record<'found' | 'searched' | 'archives', number>,
): void {
  const those = searched < archives ? ' that could be searched' : '';
  if (archives === 0) context.warn('there is no archive to search');
  else if (searched === 0) context.warn('no archive could be searched');
  else if (found === 0) {
    const count = formatCount(searched, 'archive');
    context.warn(`${pattern} is not in ${searched === 1 ? 'the archive' : `any of ${count}`}${those}`);
  } else {
    context.note(
      `found ${formatCount(found, 'entry', 'entries')} in ${formatCount(searched, 'archive')}${those}`,
    );
  }
}

async function searchArchive(
  context: CommandContext,
  archive: NamedArchive,
  matches: (entry: IndexEntry) => boolean,
): Promise<number> {
  let found = 0;
  for await (const item of readIndex(context.host, archive, { signal: context.host.signal })) {
    if (item.kind !== 'entry' || !matches(item.entry)) continue;
    if (!context.hasReader()) break;
    found += 1;
    if (context.global.isJson) {
      context.printJson({ type: 'entry', archive: archive.location, entry: item.entry });
      continue;
    }
    if (found === 1) context.print(context.style.bold(printable(archive.name)));
    context.print(describe(item.entry));
  }
  return found;
}

function describe({ type, size, mtime, sha256 = '', path, target }: IndexEntry): string {
  const what = type === 'file' ? formatBytes(size) : type;
  const when = formatLocalTime(new Date(Number.parseFloat(mtime) * 1000)).slice(0, -3);
  const link = target === undefined ? '' : ` -> ${printable(target)}`;
  return `  ${what.padStart(10)}  ${when}  ${sha256.slice(0, 12).padEnd(12)}  /${printable(path)}${link}`;
}
