// Command lines of the existing edition keep working: it has flags where we have commands, and a bare call from
// cron is a backup. Flags for what this edition does otherwise, or not yet, must never end in a backup that nobody
// asked for.

import { notHere } from './not-here.ts';

/** Flags that take a value in a command line without a command. */
const flagsWithValue = new Set(['-c', '--config', '-l', '--log-level', '--root', '--only', '--skip']);
const flagsOfText = ['-h', '--help', '-V', '--version'];

/**
 * Rewrites old argument lists; new ones pass unchanged. `isInteractive`: a person sits at the terminal.
 * @throws UsageError for an old flag that has no counterpart here
 */
export function translateLegacyArguments(argv: readonly string[], isInteractive: boolean): string[] {
  if (argv.length === 1 && argv[0] === '-v') return ['--version'];
  const commandAt = indexOfCommand(argv);
  if (commandAt >= 0 && isModern(argv.slice(0, commandAt))) return [...argv];
  const args = argv.flatMap(modernFlags);
  for (const argument of args) {
    const refusal = argument.startsWith('-') ? notHere(argument) : undefined;
    if (refusal !== undefined) throw refusal;
  }
  if (indexOfCommand(args) >= 0 || args.some((argument) => flagsOfText.includes(argument))) return args;
  const wantsBackup = ['--backup', '-n', '--dry-run'].some((flag) => args.includes(flag));
  if (!wantsBackup && isInteractive) return args;
  return ['backup', ...args.filter((argument) => argument !== '--backup')];
}

/** No flag in front of the command needs a look: what stands behind it belongs to the command. */
function isModern(leading: readonly string[]): boolean {
  return leading.every(
    (argument) => notHere(argument) === undefined && modernFlags(argument)[0] === argument,
  );
}

/** The old parser takes one dash or two for every flag, `-c=FILE`, and `=true` or `=false` behind a switch. */
function modernFlags(argument: string): string[] {
  const switched = /^--?(n|backup|dry-run)=(true|false)$/.exec(argument);
  if (switched !== null)
    return switched[2] === 'true' ? [switched[1] === 'n' ? '-n' : `--${switched[1] ?? ''}`] : [];
  const short = /^-([cl])=(.*)$/s.exec(argument);
  if (short !== null) return [`${short[1] === 'c' ? '--config' : '--log-level'}=${short[2] ?? ''}`];
  const long = /^-(backup|config|dry-run|log-level|version|help)(=.*)?$/s.exec(argument);
  return [long === null ? argument : `-${argument}`];
}

/** Index of the first word that is neither a flag nor a flag's value, or -1. */
function indexOfCommand(args: readonly string[]): number {
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (!argument.startsWith('-')) return index;
    if (flagsWithValue.has(argument) || /^-(config|log-level)$/.test(argument)) index += 1;
  }
  return -1;
}
