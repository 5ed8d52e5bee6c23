// Builds the parser from the command values and runs one command line.

import { Command as CommanderCommand, CommanderError, Option } from 'commander';
import { asStorageError, exitCodeOf, type ExitCode, UsageError } from '../errors.ts';
import { version } from '../version.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { createContext, type ProgramRequest, type RawOptions } from './create-context.ts';
import {
  globalOptions,
  renderGroupHelp,
  renderHelpTopic,
  renderCommandHelp,
  renderOverview,
} from './help.ts';
import { commands } from './index.ts';
import { translateLegacyArguments } from './legacy-arguments.ts';
import { showOverview } from './overview.ts';
import { usageErrorOf, unknownCommand } from './parse-errors.ts';
import { reportFailure } from './report-failure.ts';

/** Runs one command line; never throws for expected failures. */
export async function runProgram(request: ProgramRequest): Promise<ExitCode> {
  const run: ProgramRun = { request, context: undefined, command: undefined, exitCode: 0 };
  try {
    const args = translateLegacyArguments(request.argv, request.terminal.isInteractive);
    await createParser(run).parseAsync(args, { from: 'user' });
  } catch (error) {
    // Help and version leave the parser this way.
    if (!(error instanceof CommanderError)) run.exitCode = reportFailure(request, run.context, error);
  }
  return withOutput(run);
}

/** What is known of the command line that runs; grows while it does. */
interface ProgramRun {
  readonly request: ProgramRequest;
  context: CommandContext | undefined;
  command: Command | undefined;
  exitCode: ExitCode;
}

/** A result that could not be written is no result; a reader that has seen enough (`| head`) is no fault. */
async function withOutput({ request, context, command, exitCode }: ProgramRun): Promise<ExitCode> {
  const { stdout } = request.terminal;
  await stdout.flush();
  if (stdout.failure === undefined || stdout.failure.code === 'EPIPE') return exitCode;
  const code = reportFailure(
    request,
    context,
    asStorageError(stdout.failure, 'the output cannot be written'),
  );
  // What a backup did stands in its archive and record: a report that was lost is only a warning there.
  const lost = command?.isRecorded === true ? exitCodeOf('warnings') : code;
  return exitCode === exitCodeOf('ok') || exitCode === exitCodeOf('warnings') ? lost : exitCode;
}

function createParser(run: ProgramRun): CommanderCommand {
  const program = new CommanderCommand('proxsave');
  prepare(program, run, []);
  program.version(version, '-V, --version').helpCommand(false).helpOption('-h, --help', 'show help');
  program.allowExcessArguments(true).action(async () => {
    const [word] = program.args;
    if (word !== undefined) throw unknownCommand(word, '', commands);
    run.context = createContext(run.request, program.opts());
    run.exitCode = await showOverview(run.context);
  });
  program.helpInformation = () => renderOverview(commands);
  addHelpCommand(program, run);
  const assembly: Assembly = { program, parsers: new Map(), run };
  for (const command of commands) addCommand(assembly, command);
  return program;
}

/** What is the same for every parser. `about`: the commands that its errors may speak of. */
function prepare(parser: CommanderCommand, { request }: ProgramRun, about: readonly Command[]): void {
  parser.exitOverride((error) => {
    throw error.exitCode === 0 ? error : usageErrorOf(error, about[0]);
  });
  parser.configureOutput({
    writeOut: (text) => {
      request.terminal.stdout.write(text);
    },
    // Errors are told once, by reportFailure.
    writeErr: () => undefined,
  });
  parser.allowExcessArguments(false);
  for (const { flags, description } of globalOptions) parser.addOption(new Option(flags, description));
}

function addHelpCommand(program: CommanderCommand, run: ProgramRun): void {
  const help = program.command('help [topic...]', { hidden: true });
  prepare(help, run, []);
  help.helpInformation = () => renderOverview(commands);
  help.action((topic: string[]) => {
    run.request.terminal.stdout.write(renderHelpTopic(topic.join(' '), commands));
  });
}

interface Assembly {
  program: CommanderCommand;
  /** By first word: commands of one word, and groups. A word can be both (`relay`, `relay code`). */
  parsers: Map<string, CommanderCommand>;
  run: ProgramRun;
}

function addCommand(assembly: Assembly, command: Command): void {
  const [first = '', second] = command.name.split(' ');
  const own = parserOf(assembly, first);
  const parser = second === undefined ? own : own.command(second);
  const members = second === undefined ? membersOf(first) : [];
  const { run } = assembly;
  prepare(parser, run, [command]);
  parser.helpInformation = () => renderCommandHelp(command, members);
  for (const argument of command.arguments) {
    const name = argument.isVariadic === true ? `${argument.name}...` : argument.name;
    parser.argument(argument.isOptional === true ? `[${name}]` : `<${name}>`, argument.description);
  }
  for (const option of command.options) parser.addOption(toCommanderOption(option));
  if (members.length > 0) parser.allowExcessArguments(true);
  parser.action(async () => {
    const [word] = parser.args;
    if (members.length > 0 && word !== undefined) throw unknownCommand(word, first, members);
    const options: RawOptions = parser.optsWithGlobals();
    demandValues(options);
    run.command = command;
    run.context = createContext(run.request, options);
    try {
      run.exitCode = await command.run(run.context, createInput(parser.args, options));
    } finally {
      run.context.end();
    }
  });
}

/** `--only "$NAMES"` with nothing in NAMES would mean everything, `--root "$DIR"` wherever somebody is. @throws UsageError */
function demandValues(options: RawOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const isEmpty = Array.isArray(value) ? value.every((one) => one === '') : value === '';
    if (!isEmpty) continue;
    const flag = `--${name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`${flag} has no value`, {
      hint: `write something behind it, or leave ${flag} out; a variable of the shell may be empty`,
    });
  }
}

function toCommanderOption(spec: Command['options'][number]): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.isList === true) {
    option.argParser((value: string, previous: string[] | undefined) => [
      ...(previous ?? []),
      ...value.split(','),
    ]);
  }
  return option;
}

function membersOf(group: string): Command[] {
  return commands.filter((command) => command.name.startsWith(`${group} `));
}

/** Of a first word; where that is no command itself, it only leads to those of its group. */
function parserOf({ program, parsers, run }: Assembly, word: string): CommanderCommand {
  const existing = parsers.get(word);
  if (existing !== undefined) return existing;
  const parser = program.command(word);
  parsers.set(word, parser);
  if (commands.some(({ name }) => name === word)) return parser;
  const members = membersOf(word);
  prepare(parser, run, []);
  parser.helpInformation = () => renderGroupHelp(word, members);
  parser.allowExcessArguments(true).action(() => {
    throw unknownCommand(parser.args[0], word, members);
  });
  return parser;
}

function createInput(args: readonly string[], options: RawOptions): CommandInput {
  return {
    args,
    flag: (name) => options[name] === true,
    isOff: (name) => options[name] === false,
    text: (name) => (typeof options[name] === 'string' ? options[name] : undefined),
    list: (name) =>
      Array.isArray(options[name])
        ? options[name].map((item) => String(item).trim()).filter((item) => item !== '')
        : [],
  };
}
