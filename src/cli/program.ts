// Builds the parser from the command values, and turns what a command throws into a message and an exit code.

import { Command as CommanderCommand, CommanderError, Option } from 'commander';
import { posix } from 'node:path';
import { AppError, exitCodeOf, UsageError, type ExitCode } from '../errors.ts';
import { createHost } from '../host/create-host.ts';
import { asRealPath, type RealPath } from '../host/host.ts';
import { createJsonReporter, createTextReporter, type LogLevel } from '../ui/reporter.ts';
import { styleFor, type Style } from '../ui/style.ts';
import type { Terminal } from '../ui/terminal.ts';
import { version } from '../version.ts';
import {
  schemaVersion,
  type Command,
  type CommandContext,
  type CommandInput,
  type GlobalOptions,
} from './command.ts';
import { renderCommandHelp, renderExitCodes, renderOverview } from './help.ts';
import { commands } from './index.ts';
import { showOverview } from './overview.ts';

export interface ProgramRequest {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  terminal: Terminal;
  signal: AbortSignal;
}

/** Runs one command line; never throws for expected failures. */
export async function runProgram(request: ProgramRequest): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = createParser(request, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...request.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodeOf('usage');
    return reportFailure(request, error);
  }
}

const globalOptions: readonly Option[] = [
  new Option('-c, --config <file>', 'configuration file'),
  new Option('--root <dir>', 'work on the host whose root directory is DIR'),
  new Option('--json', 'machine-readable output on stdout'),
  new Option('-q, --quiet', 'only errors, warnings and the result'),
  new Option('-v, --verbose', 'tell more'),
  new Option('-l, --log-level <level>', 'error, warning, info or debug'),
  new Option('--no-color', 'no colours'),
  new Option('--no-progress', 'no progress line'),
];

function createParser(request: ProgramRequest, setExit: (code: ExitCode) => void): CommanderCommand {
  const program = new CommanderCommand('proxsave');
  prepare(program, request);
  program.version(version, '-V, --version').helpCommand(false).helpOption('-h, --help', 'show help');
  program.action(async () => {
    setExit(await showOverview(createContext(request, program.opts())));
  });
  program.helpInformation = () => renderOverview(commands);
  addHelpCommand(program, request);
  const groups = new Map<string, CommanderCommand>();
  for (const command of commands) addCommand({ program, groups, request, setExit }, command);
  return program;
}

function prepare(parser: CommanderCommand, request: ProgramRequest): void {
  parser.exitOverride().allowExcessArguments(false).showSuggestionAfterError(true);
  parser.configureOutput({
    writeOut: (text) => request.terminal.stdout.write(text),
    writeErr: (text) => request.terminal.stderr.write(text),
    outputError: (text, write) =>
      write(`${text}Try \`proxsave ${parser.name() === 'proxsave' ? '' : `${parser.name()} `}--help\`.\n`),
  });
  for (const option of globalOptions) parser.addOption(option);
}

function addHelpCommand(program: CommanderCommand, request: ProgramRequest): void {
  const help = program.command('help [topic...]', { hidden: true });
  prepare(help, request);
  help.action((topic: string[]) => {
    const name = topic.join(' ');
    const command = commands.find((candidate) => candidate.name === name);
    if (name === '') request.terminal.stdout.write(renderOverview(commands));
    else if (name === 'exit-codes') request.terminal.stdout.write(renderExitCodes());
    else if (command !== undefined) request.terminal.stdout.write(renderCommandHelp(command));
    else throw new UsageError(`there is no help on "${name}"`, { hint: 'proxsave help' });
  });
}

interface Assembly {
  program: CommanderCommand;
  groups: Map<string, CommanderCommand>;
  request: ProgramRequest;
  setExit: (code: ExitCode) => void;
}

function addCommand({ program, groups, request, setExit }: Assembly, command: Command): void {
  const words = command.name.split(' ');
  const last = words.at(-1) ?? '';
  const parent = words.length === 1 ? program : groupParser(program, groups, request, words[0] ?? '');
  const parser = parent.command(last).description(command.summary);
  prepare(parser, request);
  parser.helpInformation = () => renderCommandHelp(command);
  for (const argument of command.arguments) {
    const name = argument.isVariadic === true ? `${argument.name}...` : argument.name;
    parser.argument(argument.isOptional === true ? `[${name}]` : `<${name}>`, argument.description);
  }
  for (const option of command.options) parser.addOption(toCommanderOption(option));
  parser.action(async () => {
    const options = parser.optsWithGlobals();
    const context = createContext(request, options);
    setExit(await command.run(context, createInput(parser.args, options)));
  });
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

function groupParser(
  program: CommanderCommand,
  groups: Map<string, CommanderCommand>,
  request: ProgramRequest,
  name: string,
): CommanderCommand {
  const existing = groups.get(name);
  if (existing !== undefined) return existing;
  const group = program.command(name);
  prepare(group, request);
  const members = commands.filter((command) => command.name.startsWith(`${name} `));
  group.helpInformation = () => renderOverview(members);
  group.action(() => {
    throw new UsageError(
      `\`proxsave ${name}\` needs one of: ${members.map((member) => member.name.slice(name.length + 1)).join(', ')}`,
      {
        hint: `proxsave ${name} --help`,
      },
    );
  });
  groups.set(name, group);
  return group;
}

type RawOptions = Readonly<Record<string, unknown>>;

function createInput(args: readonly string[], options: RawOptions): CommandInput {
  return {
    args,
    flag: (name) => options[name] === true,
    isOff: (name) => options[name] === false,
    text: (name) => (typeof options[name] === 'string' ? options[name] : undefined),
    list: (name) =>
      Array.isArray(options[name]) ? options[name].map(String).filter((item) => item !== '') : [],
  };
}

const levels: readonly LogLevel[] = ['error', 'warning', 'info', 'debug'];

function readLevel(options: RawOptions): LogLevel {
  if (typeof options.logLevel === 'string') {
    const level = levels.find((candidate) => candidate === options.logLevel);
    if (level === undefined) {
      throw new UsageError(`--log-level ${options.logLevel}: no such level`, {
        hint: `use one of: ${levels.join(', ')}`,
      });
    }
    return level;
  }
  if (options.verbose === true) return 'debug';
  return options.quiet === true ? 'warning' : 'info';
}

function createContext(request: ProgramRequest, options: RawOptions): CommandContext {
  const { terminal, env } = request;
  const global: GlobalOptions = {
    isJson: options.json === true,
    isQuiet: options.quiet === true,
    level: readLevel(options),
    hasProgress: options.progress !== false && terminal.stderr.isTerminal && options.quiet !== true,
    configPath: realPathOf(request.cwd, options.config),
  };
  const hasColour = terminal.stderr.isTerminal && options.color !== false && (env.NO_COLOR ?? '') === '';
  const style = styleFor(hasColour);
  const root = realPathOf(request.cwd, options.root);
  const host = createHost({ env, signal: request.signal, ...(root === undefined ? {} : { root }) });
  if (root !== undefined && host.fs.lstatIfExists(asRealPath(`${root}/.`))?.kind !== 'directory') {
    throw new UsageError(`--root ${root}: no such directory`, {
      hint: 'name the directory that holds the host',
    });
  }
  const printJson = (value: object) => terminal.stdout.write(`${JSON.stringify(value)}\n`);
  return {
    host,
    terminal,
    style,
    global,
    print: (text) => terminal.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    printJson,
    note: (text) => {
      if (!global.isQuiet) terminal.stderr.write(`${text}\n`);
    },
    createReporter: (redact) => {
      if (global.isJson) return createJsonReporter(printJson);
      const monotonicMs = () => host.clock.monotonicMs();
      const { level, hasProgress: showProgress } = global;
      return createTextReporter({ stream: terminal.stderr, style, redact, level, showProgress, monotonicMs });
    },
  };
}

function realPathOf(cwd: string, value: unknown): RealPath | undefined {
  return typeof value === 'string' ? asRealPath(posix.resolve(cwd, value)) : undefined;
}

/** One failure, told once: text on stderr, or the closing error object on stdout with --json. */
function reportFailure(request: ProgramRequest, error: unknown): ExitCode {
  const isJson = request.argv.includes('--json');
  const style = styleFor(request.terminal.stderr.isTerminal && (request.env.NO_COLOR ?? '') === '');
  const exit = error instanceof AppError ? error.exit : 'bug';
  const code = exitCodeOf(exit);
  const message = error instanceof Error ? error.message : String(error);
  const hint =
    error instanceof AppError ? error.hint : 'please report this, with the command line and the text above';
  if (isJson) {
    request.terminal.stdout.write(
      `${JSON.stringify({ type: 'error', schemaVersion, code, exit, message, hint })}\n`,
    );
    return code;
  }
  writeFailureText(request, style, {
    message,
    hint,
    error: exit === 'bug' || wantsStack(request) ? error : undefined,
  });
  return code;
}

function wantsStack(request: ProgramRequest): boolean {
  const at = request.argv.indexOf('--log-level');
  return (at >= 0 && request.argv[at + 1] === 'debug') || request.argv.includes('--log-level=debug');
}

function writeFailureText(
  request: ProgramRequest,
  style: Style,
  failure: { message: string; hint: string | undefined; error: unknown },
): void {
  const lines = [`${style.red('error:')} ${failure.message}`];
  if (failure.error instanceof Error && failure.error.stack !== undefined)
    lines.push(style.dim(failure.error.stack));
  if (failure.hint !== undefined) lines.push(`  ${failure.hint}`);
  request.terminal.stderr.write(`${lines.join('\n')}\n`);
}
