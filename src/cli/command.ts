// A command is one typed value: help, parsing, completion and the manual are all made from it.

import type { ExitCode, ExitName } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { Prompts } from '../ui/prompts.ts';
import type { LogLevel, Reporter } from '../ui/reporter.ts';
import type { Style } from '../ui/style.ts';
import type { Terminal } from '../ui/terminal.ts';
import type { ConfigSource } from './read-config.ts';

export interface ArgumentSpec {
  name: string;
  description: string;
  isOptional?: true;
  isVariadic?: true;
}

export interface OptionSpec {
  /** As commander takes it: `-n, --dry-run` or `--to <dir>`. */
  flags: string;
  description: string;
  /** May be given several times and holds comma-separated values. */
  isList?: true;
  choices?: readonly string[];
}

export interface CommandInput {
  args: readonly string[];
  /** Values by camel-cased long name. */
  flag(name: string): boolean;
  /** `--no-NAME` was given. */
  isOff(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
}

export interface Command {
  /** `backup`, or `config show` for a command of a group. */
  name: string;
  summary: string;
  /** More than one sentence, where it helps. */
  description?: string;
  arguments: readonly ArgumentSpec[];
  options: readonly OptionSpec[];
  examples: readonly { what: string; command: string }[];
  /** What it did is recorded elsewhere too: output that is lost does not make it fail. */
  isRecorded?: true;
  /** Exits that apply besides ok, usage and bug. */
  exits: readonly ExitName[];
  run(context: CommandContext, input: CommandInput): Promise<ExitCode>;
}

/** What the global options decided. */
export interface GlobalOptions {
  isJson: boolean;
  isQuiet: boolean;
  level: LogLevel;
  configPath: RealPath | undefined;
}

export interface CommandContext {
  host: Host;
  terminal: Terminal;
  /** Of stdout, for the result. */
  style: Style;
  /** Of stderr. */
  errorStyle: Style;
  global: GlobalOptions;
  config: ConfigSource;
  /** The result, on stdout. Like all below it takes the secrets of the configuration out. */
  print(text: string): void;
  /** One JSON document or line on stdout; json-output.ts adds what is the same in all. */
  printJson(value: object): void;
  /** Something for the person, on stderr; not with --quiet. Long lists are wrapped. */
  note(text: string): void;
  /** Something is not as it was asked for; on stderr, also with --quiet. */
  warn(message: string): void;
  /** False when nobody reads stdout any more (`| head`): a command that only prints may stop. */
  hasReader(): boolean;
  /** How a long command tells what it does. */
  createReporter(): Reporter;
  /** Called when the command has ended, on every way out: takes away what was there for this command only. */
  readonly atEnd: (cleanUp: () => void) => void;
  /** Does that. */
  end(): void;
  /** From now on a second Ctrl-C does not end the program at once, and this is said instead; undefined: it does again. */
  holdInterrupts: (why: string | undefined) => void;
  /** Undefined: nobody can be asked. Say then which flag answers. */
  prompts: Prompts | undefined;
}
