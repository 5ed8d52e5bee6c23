// What the options of every command decide: host, streams, colours, how much is told.

import { posix } from 'node:path';
import { describeSystemError, isSystemError, UsageError } from '../errors.ts';
import { createHost } from '../host/create-host.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import { createPrompts } from '../ui/prompts.ts';
import { createJsonReporter, createTextReporter } from '../ui/reporter.ts';
import { styleFor } from '../ui/style.ts';
import type { OutputStream, Terminal } from '../ui/terminal.ts';
import { printableLines } from '../util/printable.ts';
import type { CommandContext, GlobalOptions } from './command.ts';
import { renderJson } from './json-output.ts';
import { hintLines } from './hint-lines.ts';
import { chooseLevel } from './log-level.ts';
import { createConfigSource } from './read-config.ts';

/** What signals mean while a command runs; changed by the command, read by main.ts. */
export interface InterruptPolicy {
  /** Why a second Ctrl-C must not end the program now; undefined: it does. */
  held: string | undefined;
}

export interface ProgramRequest {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  terminal: Terminal;
  signal: AbortSignal;
  interrupts?: InterruptPolicy;
}

/** Values by camel-cased long name, as the parser gives them. */
export type RawOptions = Readonly<Record<string, unknown>>;

export function createContext(request: ProgramRequest, options: RawOptions): CommandContext {
  const { terminal, env } = request;
  const { stdout, stderr } = terminal;
  const host = hostOf(request, options);
  const configPath = realPathOf(request.cwd, options.config);
  const config = createConfigSource(host, configPath);
  const ioTimeoutSeconds = config.peek('FS_IO_TIMEOUT');
  if (typeof ioTimeoutSeconds === 'number') host.mounts.setPatience(ioTimeoutSeconds * 1000);
  const global = globalOptionsOf(options, config.peek('DEBUG_LEVEL'), configPath);
  const isColourful = (stream: OutputStream) =>
    hasColour(stream, env) && options.color !== false && config.peek('USE_COLOR') !== false;
  const errorStyle = styleFor(isColourful(stderr));
  const { redact } = config;
  const printJson = (value: object) => {
    stdout.write(renderJson(value, redact));
  };
  const cleanUps: (() => void)[] = [];
  const warn = (message: string) => {
    stderr.write(`${errorStyle.yellow('warning:')} ${printableLines(redact(message), '  ')}\n`);
  };
  return {
    host,
    terminal,
    style: styleFor(isColourful(stdout)),
    errorStyle,
    global,
    config,
    print: (text) => {
      stdout.write(redact(text.endsWith('\n') ? text : `${text}\n`));
    },
    printJson,
    note: (text) => {
      if (!global.isQuiet) stderr.write(`${hintLines(redact(text), stderr.columns).join('\n')}\n`);
    },
    warn,
    atEnd: (cleanUp) => {
      cleanUps.push(cleanUp);
    },
    end: () => {
      cleanUpAll(cleanUps.splice(0), warn);
    },
    holdInterrupts: (why) => {
      if (request.interrupts !== undefined) request.interrupts.held = why;
    },
    prompts: terminal.prompts === undefined ? undefined : createPrompts(terminal.prompts, host.signal),
    hasReader: () => stdout.failure === undefined,
    createReporter: () => {
      if (global.isJson) return createJsonReporter(printJson, redact);
      return createTextReporter({
        stream: stderr,
        style: errorStyle,
        redact,
        level: global.level,
        showProgress: options.progress !== false && stderr.isTerminal && env.TERM !== 'dumb',
        monotonicMs: () => host.clock.monotonicMs(),
      });
    },
  };
}

function cleanUpAll(cleanUps: readonly (() => void)[], warn: (message: string) => void): void {
  for (const cleanUp of cleanUps) {
    try {
      cleanUp();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      warn(`something of this command is left over: ${describeSystemError(error)}`);
    }
  }
}

/** As far as stream and environment say; flag and configuration may still refuse. */
export function hasColour(stream: OutputStream, env: ProgramRequest['env']): boolean {
  return stream.isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

function globalOptionsOf(
  options: RawOptions,
  debugLevel: unknown,
  configPath: RealPath | undefined,
): GlobalOptions {
  const flags = {
    logLevel: typeof options.logLevel === 'string' ? options.logLevel : undefined,
    isVerbose: options.verbose === true,
    isQuiet: options.quiet === true,
  };
  return {
    isJson: options.json === true,
    isQuiet: flags.isQuiet,
    level: chooseLevel(flags, typeof debugLevel === 'string' ? debugLevel : undefined),
    configPath,
  };
}

function hostOf(request: ProgramRequest, options: RawOptions): Host {
  const root = realPathOf(request.cwd, options.root);
  const host = createHost({
    env: request.env,
    signal: request.signal,
    ...(root === undefined ? {} : { root }),
  });
  if (root !== undefined && host.fs.lstatIfExists(asRealPath(`${root}/.`))?.kind !== 'directory') {
    throw new UsageError(`--root ${root}: there is no such directory`, {
      hint: 'name the directory in which the root file system of the host is: --root /mnt/pve1',
    });
  }
  return host;
}

function realPathOf(cwd: string, value: unknown): RealPath | undefined {
  return typeof value === 'string' ? asRealPath(posix.resolve(cwd, value)) : undefined;
}
