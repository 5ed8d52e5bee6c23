// A stream stage made of another program (stdin -> stdout). It ends only after the program has ended well: a program that
// dies half-way fails the stage and never looks like a short stream.

import { Duplex } from 'node:stream';
import { CompressionError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { type CodecAction, programFailure } from './compression-error.ts';

/** The stage is destroyed with CompressionError when the program cannot start, fails, is killed or stops reading early. */
export function createProgramStage(
  host: Host,
  argv: readonly [string, ...string[]],
  action: CodecAction,
): Duplex {
  const program = argv[0];
  const filter = host.tools.startFilter({ argv });
  const { stdin, stdout } = filter;
  let isGone = false;
  let inputError: Error | undefined;
  const stage = new Duplex({
    // When a write fails (EPIPE) the program is dying: `ended` tells why, and destroys the stage.
    write: (chunk: Buffer, _encoding, done) => {
      stdin.write(chunk, (error) => {
        if (!error) done();
      });
    },
    final: (done) => {
      stdin.end(() => {
        done();
      });
    },
    read: () => {
      stdout.resume();
    },
    destroy: (error, done) => {
      if (!isGone) filter.kill();
      stdin.destroy();
      stdout.destroy();
      done(error);
    },
  });
  stdin.on('error', (error: Error) => {
    inputError = error;
  });
  stdout.on('error', (error: Error) => stage.destroy(error));
  stdout.on('data', (chunk: Buffer) => {
    if (!stage.push(chunk)) stdout.pause();
  });
  void filter.ended.then((end) => {
    isGone = true;
    if (end.exitCode !== 0) stage.destroy(programFailure(program, action, end));
    else if (inputError !== undefined) {
      stage.destroy(
        new CompressionError(`${program} stopped reading before the end of its input`, { cause: inputError }),
      );
    } else stage.push(null);
  });
  return stage;
}

/** The first of these programs that the host has; the first of all when it has none, so that its start says so. */
export function firstInstalled(host: Host, programs: readonly [string, ...string[]]): string {
  return programs.find((program) => host.tools.find(program) !== undefined) ?? programs[0];
}
