// Help texts, made from the command values. 80 columns wide, whatever the terminal: a golden file holds each.

import { nearest } from '../config/nearest.ts';
import { exitCodes, UsageError, type ExitName } from '../errors.ts';
import { wrapText } from '../ui/wrap-text.ts';
import type { Command } from './command.ts';

const helpWidth = 80;

/** Options of every command. */
export const globalOptions = [
  { flags: '-c, --config <file>', description: 'configuration file' },
  { flags: '--root <dir>', description: 'work on the host whose root directory is DIR' },
  { flags: '--json', description: 'machine-readable output on stdout' },
  { flags: '-q, --quiet', description: 'only errors, warnings and the result' },
  { flags: '-v, --verbose', description: 'tell more: also what changes nothing' },
  { flags: '-l, --log-level <level>', description: 'error, warning, info or debug' },
  { flags: '--no-color', description: 'no colours; NO_COLOR in the environment does the same' },
  { flags: '--no-progress', description: 'no progress line' },
] as const;

const globalRows = [...globalOptions.map(optionRow), ['-h, --help', 'this help'] as const];

function optionRow({ flags, description }: { flags: string; description: string }) {
  return [flags.replace(/<(.+?)>/g, (_, name: string) => name.toUpperCase()), description] as const;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) => {
    const [first = '', ...more] = wrapText(right, helpWidth - width - 4);
    return [`  ${left.padEnd(width)}  ${first}`, ...more.map((line) => `${' '.repeat(width + 4)}${line}`)];
  });
}

export function renderOverview(commands: readonly Command[]): string {
  return [
    ...wrapText(
      'ProxSave saves the configuration of Proxmox VE and Proxmox Backup Server hosts and brings dead hosts back.',
      helpWidth,
    ),
    '',
    'Usage: proxsave COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...table(commands.map((command) => [command.name, command.summary] as const)),
    '',
    'Options of every command:',
    ...table([...globalRows, ['-V, --version', 'version of the program']]),
    '',
    '`proxsave COMMAND --help` shows examples; `proxsave help exit-codes` lists the',
    'exit codes. Without a command and without a terminal (cron), `proxsave` makes',
    'a backup.',
    '',
  ].join('\n');
}

export function renderGroupHelp(name: string, members: readonly Command[]): string {
  return [
    `Usage: proxsave ${name} COMMAND [OPTIONS]`,
    '',
    'Commands:',
    ...table(members.map((command) => [command.name, command.summary] as const)),
    '',
    `\`proxsave ${name} COMMAND --help\` shows options and examples.`,
    '',
  ].join('\n');
}

/** The command with its arguments: `ls ARCHIVE [PATH...] [OPTIONS]`. */
export function usageWords(command: Command): string {
  const words = command.arguments.map(({ name, isOptional, isVariadic }) => {
    const word = name.toUpperCase() + (isVariadic === true ? '...' : '');
    return isOptional === true ? `[${word}]` : word;
  });
  return [command.name, ...words, '[OPTIONS]'].join(' ');
}

/** `members`: commands of the group that the command leads, as `relay code` is one of `relay`. */
export function renderCommandHelp(command: Command, members: readonly Command[] = []): string {
  const { description = '', options } = command;
  return [
    `Usage: proxsave ${usageWords(command)}`,
    '',
    ...wrapText(`${command.summary}.`, helpWidth),
    ...(description === '' ? [] : ['', ...wrapText(description.replaceAll('\n', ' '), helpWidth)]),
    ...section(
      'Commands:',
      members.map(({ name, summary }) => [name, summary] as const),
    ),
    ...section(
      'Arguments:',
      command.arguments.map(({ name, description: text }) => [name.toUpperCase(), text] as const),
    ),
    ...section('Options:', options.map(optionRow)),
    ...section('Options of every command:', globalRows),
    '',
    'Examples:',
    ...command.examples.flatMap(({ what, command: line }) => [`  ${line}`, `      ${what}`]),
    '',
    'Exit codes:',
    ...exitRows(['ok', 'usage', ...command.exits, 'bug']),
    '',
  ].join('\n');
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  return rows.length === 0 ? [] : ['', title, ...table(rows)];
}

function exitRows(names: readonly ExitName[]): string[] {
  const rows = exitCodes.filter((row) => names.includes(row.name));
  return table(rows.map((row) => [String(row.code).padStart(3), row.meaning] as const));
}

export function renderExitCodes(): string {
  const rows = exitCodes.map(
    (row) => [`${String(row.code).padStart(3)}  ${row.name.padEnd(15)}`, row.meaning] as const,
  );
  return ['Exit codes of proxsave, the same for every command:', ...table(rows), ''].join('\n');
}

/** `proxsave help TOPIC`. @throws UsageError when there is no such topic */
export function renderHelpTopic(topic: string, commands: readonly Command[]): string {
  if (topic === '') return renderOverview(commands);
  if (topic === 'exit-codes') return renderExitCodes();
  const command = commands.find(({ name }) => name === topic);
  const members = commands.filter(({ name }) => name.startsWith(`${topic} `));
  if (command !== undefined) return renderCommandHelp(command, members);
  if (members.length > 0) return renderGroupHelp(topic, members);
  const topics = ['exit-codes', ...commands.map(({ name }) => name)];
  const guess = nearest(topic, topics);
  throw new UsageError(`there is no help on "${topic}"`, {
    hint: guess === undefined ? `topics: ${topics.join(', ')}` : `did you mean \`proxsave help ${guess}\`?`,
  });
}
