// Failures of compression, in one wording for programs and for the in-process codecs.

import type { Duplex } from 'node:stream';
import { AppError, CompressionError } from '../../errors.ts';
import type { FilterEnd } from '../../host/programs.ts';

export type CodecAction = 'compress' | 'decompress';

const debianPackages: Readonly<Record<string, string>> = { xz: 'xz-utils', lzma: 'xz-utils' };
const shownStderrLines = 2;

/** What became of a program that did not do its work. */
export function programFailure(program: string, action: CodecAction, end: FilterEnd): CompressionError {
  if (end.startError !== undefined) {
    return new CompressionError(`${program} could not be started to ${action}: ${end.startError.message}`, {
      hint: `Install it: apt install ${debianPackages[program] ?? program}`,
      cause: end.startError,
    });
  }
  const how =
    end.killedBy === null
      ? `ended with exit code ${end.exitCode ?? 'unknown'}`
      : `was killed by ${end.killedBy}`;
  const lines = end.stderr.trim().split('\n').slice(-shownStderrLines).join('; ');
  return new CompressionError(
    `${program} failed to ${action}: it ${how}${lines === '' ? '' : `: ${lines}`}`,
    {
      hint: hintFor(action, end),
    },
  );
}

function hintFor(action: CodecAction, end: FilterEnd): string {
  if (action === 'decompress') return 'The archive may be damaged or cut short: check another copy of it.';
  if (end.killedBy === 'SIGKILL') {
    return 'The kernel may have killed it for lack of memory: set a lower COMPRESSION_LEVEL or COMPRESSION_THREADS=1.';
  }
  return 'Run it by hand to see why, or set another COMPRESSION_TYPE.';
}

/**
 * Makes a stream of node:zlib fail with CompressionError. Its errors all pass through `destroy`; a wrapping stream would
 * cost a copy of every chunk's bookkeeping.
 */
export function withCompressionErrors<Stage extends Duplex>(
  stage: Stage,
  name: string,
  action: CodecAction,
): Stage {
  const destroy = stage.destroy.bind(stage);
  stage.destroy = (error) => destroy(error === undefined ? error : asCompressionError(error, name, action));
  return stage;
}

function asCompressionError(error: Error, name: string, action: CodecAction): Error {
  const isOfCodec = 'errno' in error && 'code' in error && String(error.code).startsWith('Z');
  if (error instanceof AppError || !isOfCodec) return error;
  return new CompressionError(`${name} failed to ${action}: ${error.message}`, {
    cause: error,
    ...(action === 'decompress' && {
      hint: 'The archive may be damaged or cut short: check another copy of it.',
    }),
  });
}
