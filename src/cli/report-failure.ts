// What a command throws, told once: text on stderr, or with --json an object that closes stdout.

import { AppError, exitCodeOf, type ExitCode } from '../errors.ts';
import type { Redact } from '../ui/redact.ts';
import { styleFor } from '../ui/style.ts';
import { printableLines } from '../util/printable.ts';
import type { CommandContext } from './command.ts';
import { hasColour, type ProgramRequest } from './create-context.ts';
import { hintLines } from './hint-lines.ts';
import { renderJson } from './json-output.ts';

/** `context` is absent when already the options were wrong. */
export function reportFailure(
  request: ProgramRequest,
  context: CommandContext | undefined,
  error: unknown,
): ExitCode {
  const exit = error instanceof AppError ? error.exit : 'bug';
  const code = exitCodeOf(exit);
  const redact = redactorOf(context);
  const message = redact(error instanceof Error ? error.message : String(error));
  const hint =
    error instanceof AppError ? error.hint : 'please report this, with the command line and the text above';
  const wantsStack = exit === 'bug' || context?.global.level === 'debug';
  const stack = wantsStack && error instanceof Error ? stackOf(error) : undefined;
  if (context?.global.isJson ?? request.argv.includes('--json')) {
    request.terminal.stdout.write(renderJson({ type: 'error', code, exit, message, hint, stack }, redact));
    return code;
  }
  const style = context?.errorStyle ?? styleFor(hasColour(request.terminal.stderr, request.env));
  const lines = [`${style.red('error:')} ${printableLines(message, '  ')}`];
  if (stack !== undefined) lines.push(style.dim(printableLines(redact(stack))));
  if (hint !== undefined)
    lines.push(...hintLines(asTyped(redact(hint), request.env), request.terminal.stderr.columns));
  request.terminal.stderr.write(`${lines.join('\n')}\n`);
  return code;
}

/** Without a context no configuration was read. */
function redactorOf(context: CommandContext | undefined): Redact {
  return context === undefined ? (text) => text : context.config.redact;
}

/** From a clone the program is called by its path: then a hint that is copied should be too. */
function asTyped(hint: string, env: ProgramRequest['env']): string {
  const program = env.PROXSAVE_PROGRAM;
  return program === undefined ? hint : hint.replaceAll(/(^|[\s`])proxsave (?=[a-z-])/gu, `$1${program} `);
}

function stackOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const cause = error.cause instanceof Error ? [`  caused by: ${error.cause.message}`] : [];
  return [...frames, ...cause].join('\n');
}
