// proxsave ls ARCHIVE: the entries of an archive.

import { readIndex } from '../archiver/index/read-index.ts';
import type { IndexEntry } from '../archiver/index/index-file.ts';
import { exitCodeOf } from '../errors.ts';
import { formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command } from './command.ts';
import { keyOptions, unlock } from './keys-given.ts';
import { archiveArgument, openNamed, tierGiven, tierOption } from './open-named.ts';
import { areasOf, pathArgument, selectEntries, warnOfUnmatched } from './select-entries.ts';

export const lsCommand: Command = {
  name: 'ls',
  summary: 'List the files in an archive',
  arguments: [archiveArgument, pathArgument],
  options: [tierOption, ...keyOptions],
  examples: [
    { what: 'Everything', command: 'proxsave ls latest' },
    { what: 'One directory, and one area', command: 'proxsave ls latest /etc/network ssh' },
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
    const [words = '', ...wanted] = input.args;
    const archive = await unlock(context, input, await openNamed(context, words, { tier: tierGiven(input) }));
    const selection = selectEntries(wanted, areasOf(archive));
    let entries = 0;
    for await (const item of readIndex(context.host, archive, { signal: context.host.signal })) {
      if (item.kind !== 'entry' || !selection.includes(item.entry.path, item.entry.area)) continue;
      if (!context.hasReader()) return exitCodeOf('ok');
      entries += 1;
      if (context.global.isJson) context.printJson({ type: 'entry', entry: item.entry });
      else context.print(lineOf(item.entry));
    }
    const unmatched = selection.unmatched();
    if (context.global.isJson) {
      context.printJson({ type: 'summary', path: archive.location, entries, unmatched });
    } else warnOfUnmatched(context, archive, unmatched);
    return exitCodeOf(unmatched.length > 0 ? 'warnings' : 'ok');
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
  const when = formatLocalTime(new Date(Number.parseFloat(entry.mtime) * 1000)).slice(0, -3);
  const arrow = { symlink: ' -> ', hardlink: ' = /', file: '', directory: '' }[entry.type];
  const target = arrow === '' ? '' : `${arrow}${printable(entry.target ?? '')}`;
  const columns = [
    `${typeLetters[entry.type]}${entry.mode}`,
    printable(owner).padEnd(11),
    String(entry.size).padStart(9),
    when,
    ...(entry.area === '' ? [] : [printable(entry.area).padEnd(14)]),
    `/${printable(entry.path)}${target}`,
  ];
  return columns.join(' ');
}
