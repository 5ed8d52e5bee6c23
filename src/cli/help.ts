// Help texts, made from the command values.

import { exitCodes, type ExitName } from '../errors.ts';
import type { Command } from './command.ts';

const globalHelp = [
  ['-c, --config FILE', 'configuration file'],
  ['--root DIR', 'work on the host whose root directory is DIR'],
  ['--json', 'machine-readable output on stdout'],
  ['-q, --quiet', 'only errors, warnings and the result'],
  ['-v, --verbose', 'tell more'],
  ['-l, --log-level LEVEL', 'error, warning, info or debug'],
  ['--no-color, --no-progress', 'plain output'],
  ['-h, --help', 'this help'],
] as const;

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

export function renderOverview(commands: readonly Command[]): string {
  return [
    'ProxSave saves the configuration of Proxmox VE and Proxmox Backup Server hosts and brings dead hosts back.',
    '',
    'Usage: proxsave COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...table(commands.map((command) => [command.name, command.summary] as const)),
    '',
    'Options of every command:',
    ...table([...globalHelp, ['-V, --version', 'version of the program']]),
    '',
    '`proxsave COMMAND --help` shows examples; `proxsave help exit-codes` lists the exit codes.',
    'Without a command and without a terminal (cron), `proxsave` makes a backup.',
    '',
  ].join('\n');
}

export function renderCommandHelp(command: Command): string {
  const usage = command.arguments.map((argument) => {
    const name = argument.name.toUpperCase() + (argument.isVariadic === true ? '...' : '');
    return argument.isOptional === true ? `[${name}]` : name;
  });
  const lines = [`Usage: proxsave ${[command.name, ...usage].join(' ')} [OPTIONS]`, '', command.summary];
  if (command.description !== undefined) lines.push('', command.description);
  if (command.arguments.length > 0) {
    const rows = command.arguments.map(
      (argument) => [argument.name.toUpperCase(), argument.description] as const,
    );
    lines.push('', 'Arguments:', ...table(rows));
  }
  if (command.options.length > 0) {
    lines.push(
      '',
      'Options:',
      ...table(command.options.map((option) => [option.flags, option.description] as const)),
    );
  }
  lines.push('', 'Options of every command:', ...table(globalHelp));
  lines.push(
    '',
    'Examples:',
    ...command.examples.map(({ what, command: line }) => `  ${line}\n      ${what}`),
  );
  lines.push('', 'Exit codes:', ...exitRows(['ok', 'usage', ...command.exits, 'bug']), '');
  return lines.join('\n');
}

function exitRows(names: readonly ExitName[]): string[] {
  const rows = exitCodes.filter((row) => names.includes(row.name));
  return table(rows.map((row) => [String(row.code).padStart(3), row.meaning] as const));
}

export function renderExitCodes(): string {
  const rows = exitCodes.map(
    (row) => [String(row.code).padStart(3), `${row.name.padEnd(15)} ${row.meaning}`] as const,
  );
  return ['Exit codes of proxsave, the same for every command:', ...table(rows), ''].join('\n');
}
