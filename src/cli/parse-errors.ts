// What the parser refuses, in our words: what was wrong, and what to type instead.

import type { CommanderError } from 'commander';
import { nearest } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import { usageWords } from './help.ts';
import { notHere } from './not-here.ts';

/** `command` is absent for the program itself and for groups. */
export function usageErrorOf(error: CommanderError, command: Command | undefined): UsageError {
  const caller = command === undefined ? 'proxsave' : `proxsave ${command.name}`;
  const help = `see \`${caller} --help\``;
  const example = command?.examples[0]?.command ?? caller;
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const guess = /^\(Did you mean (.+)\?\)$/.exec(more.join(' '))?.[1];
  switch (error.code) {
    case 'commander.missingArgument': {
      const name = /'(.+)'/.exec(first)?.[1]?.toUpperCase() ?? 'an argument';
      return new UsageError(`\`${caller}\` needs ${name}`, { hint: `for example: ${example}` });
    }
    case 'commander.excessArguments': {
      const usage = command === undefined ? caller : `proxsave ${usageWords(command)}`;
      return new UsageError(first.replace(/ for '.*'/, ` for \`${caller}\``), { hint: `usage: ${usage}` });
    }
    case 'commander.unknownOption': {
      const hint = guess === undefined ? help : `did you mean ${guess}? Else ${help}`;
      return new UsageError(`\`${caller}\`: ${first}`, { hint });
    }
    default:
      return new UsageError(`\`${caller}\`: ${first}`, { hint: help });
  }
}

/** For a word that is no command, of the program or (`group` not empty) of a group; or for no word at all. */
export function unknownCommand(
  word: string | undefined,
  group: string,
  members: readonly Command[],
): UsageError {
  const caller = group === '' ? 'proxsave' : `proxsave ${group}`;
  const names = members.map(({ name }) => name.slice(group === '' ? 0 : group.length + 1));
  if (word === undefined) {
    return new UsageError(`\`${caller}\` needs one of: ${names.join(', ')}`, {
      hint: `see \`${caller} --help\``,
    });
  }
  const absent = group === '' ? notHere(word) : undefined;
  if (absent !== undefined) return absent;
  const first = [...new Set(names.map((name) => name.split(' ')[0] ?? name))];
  const guess = nearest(word, first);
  const all = `commands: ${first.join(', ')}`;
  return new UsageError(`there is no command \`${caller} ${word}\``, {
    hint: guess === undefined ? all : `did you mean \`${caller} ${guess}\`?\n${all}`,
  });
}
