// proxsave find PATTERN: in which archives is a file, and which of its versions differ?

import picomatch from 'picomatch';
import type { IndexEntry } from '../archiver/index-file.ts';
import { openArchive, type OpenArchive } from '../archiver/open-archive.ts';
import { readIndex } from '../archiver/read-index.ts';
import { AppError, exitCodeOf } from '../errors.ts';
import { listArchives } from '../orchestrator/list-archives.ts';
import { formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { schemaVersion, type Command, type CommandContext } from './command.ts';
import { openNamed } from './open-named.ts';
import { readConfig } from './read-config.ts';

export const findCommand: Command = {
  name: 'find',
  summary: 'Find files by name in one or all archives',
  arguments: [
    { name: 'pattern', description: 'a name, a path or a pattern: interfaces, /etc/network/*, *.conf' },
    { name: 'archive', description: 'only in these archives', isOptional: true, isVariadic: true },
  ],
  options: [],
  examples: [
    {
      what: 'Every version of a file, newest archive first',
      command: 'proxsave find /etc/network/interfaces',
    },
    { what: 'In one archive', command: "proxsave find '*.service' latest" },
  ],
  exits: ['warnings', 'archive', 'compression', 'encryption', 'permission', 'interrupted'],
  run: async (context, input) => {
    const [pattern = '', ...words] = input.args;
    const matches = compilePattern(pattern);
    const { archives, unreadable } = await archivesToSearch(context, words);
    let found = 0;
    let damaged = unreadable;
    for (const archive of archives) {
      try {
        found += await searchArchive(context, archive, matches);
      } catch (error) {
        // One damaged archive must not hide what the others hold.
        if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
        damaged += 1;
        context.terminal.stderr.write(`warning: ${archive.path}: ${error.message}\n`);
      }
    }
    if (context.global.isJson)
      context.printJson({ type: 'summary', schemaVersion, found, archives: archives.length, damaged });
    else if (found === 0) context.note(`${pattern} is in none of ${archives.length} archives`);
    return exitCodeOf(found === 0 || damaged > 0 ? 'warnings' : 'ok');
  },
};

/** A pattern with a slash is matched against the whole path, else against the last name. */
export function compilePattern(pattern: string): (path: string) => boolean {
  const isPath = pattern.includes('/');
  const matches = picomatch(pattern.replace(/^\/+/, ''), { dot: true, noextglob: true, nonegate: true });
  return (path) => matches(isPath ? path : path.slice(path.lastIndexOf('/') + 1));
}

async function archivesToSearch(
  context: CommandContext,
  words: readonly string[],
): Promise<{ archives: OpenArchive[]; unreadable: number }> {
  if (words.length > 0) {
    const archives = [];
    for (const name of words) archives.push(await openNamed(context, name));
    return { archives, unreadable: 0 };
  }
  const listed = await listArchives(context.host, 'primary', readConfig(context).values.BACKUP_PATH);
  const archives = [];
  for (const { archive } of listed)
    if (archive !== undefined) archives.push(await openArchive(context.host, archive.path));
  return { archives, unreadable: listed.length - archives.length };
}

async function searchArchive(
  context: CommandContext,
  archive: OpenArchive,
  matches: (path: string) => boolean,
): Promise<number> {
  let found = 0;
  for await (const item of readIndex(context.host, archive, { signal: context.host.signal })) {
    if (item.kind !== 'entry' || !matches(item.entry.path)) continue;
    found += 1;
    if (context.global.isJson) context.printJson({ type: 'entry', archive: archive.path, entry: item.entry });
    else context.print(`${printable(archive.name)}: ${describe(item.entry)}`);
  }
  return found;
}

function describe(entry: IndexEntry): string {
  const when = formatLocalTime(new Date(Number.parseFloat(entry.mtime) * 1000));
  const content = entry.sha256 === undefined ? '' : ` ${entry.sha256.slice(0, 12)}`;
  return `/${printable(entry.path)}  ${entry.size} B  ${when}${content}`;
}
