// proxsave ls ARCHIVE: the entries of an archive.

import { readIndex } from '../archiver/read-index.ts';
import type { IndexEntry } from '../archiver/index-file.ts';
import { exitCodeOf } from '../errors.ts';
import { formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { schemaVersion, type Command } from './command.ts';
import { archiveArgument, openNamed } from './open-named.ts';
import { selectEntries } from './select-entries.ts';

export const lsCommand: Command = {
  name: 'ls',
  summary: 'List the files in an archive',
  arguments: [
    archiveArgument,
    {
      name: 'path',
      description: 'only these paths, directories or areas',
      isOptional: true,
      isVariadic: true,
    },
  ],
  options: [],
  examples: [
    { what: 'Everything', command: 'proxsave ls latest' },
    { what: 'One directory, and one area', command: 'proxsave ls latest /etc/network ssh' },
  ],
  exits: ['archive', 'compression', 'encryption', 'permission', 'interrupted'],
  run: async (context, input) => {
    const [words = '', ...wanted] = input.args;
    const archive = await openNamed(context, words);
    const isSelected = selectEntries(wanted);
    let count = 0;
    for await (const item of readIndex(context.host, archive, { signal: context.host.signal })) {
      if (item.kind !== 'entry' || !isSelected(item.entry.path, item.entry.area)) continue;
      count += 1;
      if (context.global.isJson) context.printJson({ type: 'entry', entry: item.entry });
      else context.print(lineOf(item.entry));
    }
    if (context.global.isJson) context.printJson({ type: 'summary', schemaVersion, entries: count });
    if (count === 0 && wanted.length > 0) {
      context.note(`nothing in the archive is at ${wanted.join(', ')}`);
      return exitCodeOf('warnings');
    }
    return exitCodeOf('ok');
  },
};

const typeLetters: Readonly<Record<IndexEntry['type'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
};

/** Like `ls -l`, with the area in front of the name. */
export function lineOf(entry: IndexEntry): string {
  const owner = `${entry.user === '' ? entry.uid : entry.user}:${entry.group === '' ? entry.gid : entry.group}`;
  const when = formatLocalTime(new Date(Number.parseFloat(entry.mtime) * 1000));
  const arrow = { symlink: ' -> ', hardlink: ' = ', file: '', directory: '' }[entry.type];
  const target = arrow === '' ? '' : `${arrow}${printable(entry.target ?? '')}`;
  const columns = [
    `${typeLetters[entry.type]}${entry.mode}`,
    owner.padEnd(16),
    String(entry.size).padStart(11),
    when,
    entry.area.padEnd(18),
    `/${printable(entry.path)}${target}`,
  ];
  return columns.join(' ');
}
