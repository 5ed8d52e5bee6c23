// A stream stage made of another program (stdin -> stdout). It ends only after the program has ended well: a program that
// dies half-way fails the stage and never looks like a short stream, and one that hangs does not hang us.

import { Duplex } from 'node:stream';
import { CompressionError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { type CodecAction, programFailure } from './compression-error.ts';
import { watchInactivity } from './inactivity-watch.ts';

export interface ProgramStageOptions {
  /** How long the program may neither read nor write while it is its turn. Defaults: see defaultInactivityMs. */
  inactivityMs?: number;
}

/** Compressing has more patience: xz on several slow cores is silent while it works on blocks of 192 MiB. */
const defaultInactivityMs: Readonly<Record<CodecAction, number>> = {
  compress: 1_800_000,
  decompress: 300_000,
};

/** The stage is destroyed with CompressionError when the program cannot start, fails, is killed, hangs or stops reading early. */
export function createProgramStage(
  host: Host,
  argv: readonly [string, ...string[]],
  action: CodecAction,
  { inactivityMs = defaultInactivityMs[action] }: ProgramStageOptions = {},
): Duplex {
  const program = argv[0];
  const filter = host.tools.startFilter({ argv });
  const { stdin, stdout } = filter;
  let isGone = false;
  let inputError: Error | undefined;
  // Whose turn it is: the program's when it has input to take or to finish, and we take its output.
  let hasInput = false;
  let isOutputHeld = false;
  const watch = watchInactivity({
    inactivityMs,
    isExpected: () => hasInput && !isOutputHeld,
    onInactive: () => stage.destroy(hangingProgram(program, action, inactivityMs)),
  });
  const stage = new Duplex({
    // When a write fails (EPIPE) the program is dying: `ended` tells why, and destroys the stage.
    write: (chunk: Buffer, _encoding, done) => {
      hasInput = true;
      stdin.write(chunk, (error) => {
        watch.sawActivity();
        if (error) return;
        hasInput = false;
        done();
      });
    },
    final: (done) => {
      hasInput = true;
      stdin.end(() => {
        watch.sawActivity();
        done();
      });
    },
    read: () => {
      isOutputHeld = false;
      stdout.resume();
    },
    destroy: (error, done) => {
      watch.stop();
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
    watch.sawActivity();
    if (stage.push(chunk)) return;
    isOutputHeld = true;
    stdout.pause();
  });
  void filter.ended.then((end) => {
    isGone = true;
    watch.stop();
    if (end.exitCode !== 0) stage.destroy(programFailure(program, action, end));
    else if (inputError !== undefined) {
      stage.destroy(
        new CompressionError(`${program} stopped reading before the end of its input`, { cause: inputError }),
      );
    } else stage.push(null);
  });
  return stage;
}

function hangingProgram(program: string, action: CodecAction, inactivityMs: number): CompressionError {
  const seconds = Math.round(inactivityMs / 1000);
  return new CompressionError(
    `${program} failed to ${action}: it hangs; for ${seconds} seconds it read nothing and wrote nothing`,
    { hint: `Run ${program} by hand to see why; is its disk or the machine overloaded?` },
  );
}

/** The first of these programs that the host has; the first of all when it has none, so that its start says so. */
export function firstInstalled(host: Host, programs: readonly [string, ...string[]]): string {
  return programs.find((program) => host.tools.find(program) !== undefined) ?? programs[0];
}
