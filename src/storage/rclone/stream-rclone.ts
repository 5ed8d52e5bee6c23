// Runs rclone for what it writes to stdout, piece by piece, as long as it gets on.

import { InterruptedError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { RunResult } from '../../host/programs.ts';
import { watchSilence } from '../../host/silence.ts';
import { createLogReader } from './log-lines.ts';
import { workingDirectory } from './rclone-arguments.ts';

/** How a run of rclone ended that was not well. */
export interface Ended {
  status: RunResult['status'];
  exitCode: number | null;
  stderr: string;
  messages: readonly string[];
  quietMs: number;
}

interface StreamProgram {
  argv: readonly [string, ...string[]];
  env: Readonly<Record<string, string | undefined>>;
}

/** undefined: it ended well. */
export async function streamOut(
  host: Host,
  program: StreamProgram,
  signal: AbortSignal,
  quietMs: number,
  onChunk: (chunk: Buffer) => Promise<void>,
): Promise<Ended | undefined> {
  if (signal.aborted) throw new InterruptedError();
  const filter = host.tools.startFilter({ ...program, cwd: workingDirectory });
  let status: Ended['status'] = 'failed';
  const stop = (reason: 'timeout' | 'aborted') => {
    status = reason;
    filter.kill();
    filter.stdout.destroy();
  };
  const watch = watchSilence(quietMs, () => stop('timeout'));
  const onAbort = () => stop('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    filter.stdin.on('error', () => undefined);
    filter.stdin.end();
    for await (const chunk of filter.stdout as AsyncIterable<Buffer>) {
      await onChunk(chunk);
      watch.restart();
    }
  } catch (error) {
    filter.kill();
    if (!isStopped(status)) throw error;
  } finally {
    watch.stop();
    signal.removeEventListener('abort', onAbort);
  }
  return endOf(filter.ended, status, quietMs);
}

function isStopped(status: Ended['status']): boolean {
  return status !== 'failed';
}

async function endOf(
  ended: ReturnType<Host['tools']['startFilter']>['ended'],
  status: Ended['status'],
  quietMs: number,
): Promise<Ended | undefined> {
  const { exitCode, stderr, startError } = await ended;
  if (exitCode === 0 && !isStopped(status)) return undefined;
  const log = createLogReader();
  for (const line of stderr.split('\n')) log.read(line);
  const isMissing = startError !== undefined;
  return { status: isMissing ? 'missing' : status, exitCode, stderr, messages: log.messages(), quietMs };
}
