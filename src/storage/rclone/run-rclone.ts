// Runs rclone: two kinds of patience (short requests; transfers, which may take hours as long as they get on), and errors
// in plain words.

import { InterruptedError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { createLogReader } from './log-lines.ts';
import type { RclonePlace } from './place.ts';
import { createArguments, workingDirectory, type RcloneSettings } from './rclone-arguments.ts';
import { CloudError, problemIn, rcloneError } from './rclone-error.ts';
import { streamOut, type Ended } from './stream-rclone.ts';

export interface RcloneCall {
  /** Subcommand and its own flags. */
  verb: readonly [string, ...string[]];
  /** Paths. */
  paths: readonly string[];
  /** For the error: `the upload of NAME`. */
  action: string;
  signal: AbortSignal;
  input?: Buffer;
}

export interface Rclone {
  readonly place: RclonePlace;
  /** A short request: what rclone wrote to stdout, at most `maxOutputBytes`. @throws CloudError, InterruptedError */
  ask(call: RcloneCall, maxOutputBytes?: number): Promise<Buffer>;
  /** A transfer, or something else that takes long on the remote. `onBytes`: all bytes so far. @throws as `ask`, DiskSpaceError */
  transfer(
    call: RcloneCall,
    limits: { quietMs?: number; onBytes?: (total: number) => void },
  ): Promise<Buffer>;
  /** stdout piece by piece. `onChunk` may throw: that ends rclone. @throws as `transfer` */
  stream(call: RcloneCall, onChunk: (chunk: Buffer) => Promise<void>): Promise<void>;
}

const listingAtMost = 256 * 1024 * 1024;
/** Every wait ends some day, also with RCLONE_TIMEOUT_OPERATION=0. */
const longestSilenceMs = 7 * 86_400_000;

/** @throws UsageError for flags that cannot be used */
export function createRclone(host: Host, place: RclonePlace, settings: RcloneSettings): Rclone {
  const { argvFor, env } = createArguments(host, place, settings);
  const operationMs = settings.operationTimeoutMs === 0 ? longestSilenceMs : settings.operationTimeoutMs;
  const fail = async (call: RcloneCall, result: Ended): Promise<never> => {
    const error = failureOf(call, place, result);
    if (problemIn(error) !== 'remote' || call.verb[0] === 'listremotes') throw error;
    throw unknownRemote(place, await listRemotes(run, call.signal), error);
  };
  const run = async (call: RcloneCall, limits: RunLimits): Promise<Buffer> => {
    const log = createLogReader(limits.onBytes);
    const result = await host.tools.run({
      argv: argvFor(call.verb, call.paths, limits.onBytes !== undefined),
      timeoutMs: limits.quietMs,
      maxOutputBytes: limits.maxOutputBytes,
      env,
      cwd: workingDirectory,
      signal: call.signal,
      isProgress: (line) => log.read(line),
      ...(call.input === undefined ? {} : { input: call.input }),
    });
    if (result.status === 'ok') return result.stdout;
    return fail(call, { ...result, messages: log.messages(), quietMs: limits.quietMs });
  };
  return {
    place,
    ask: (call, maxOutputBytes = listingAtMost) =>
      run(call, { quietMs: settings.connectionTimeoutMs, maxOutputBytes }),
    transfer: (call, { quietMs = 0, onBytes = () => undefined }) =>
      run(call, { quietMs: operationMs + quietMs, maxOutputBytes: listingAtMost, onBytes }),
    stream: async (call, onChunk) => {
      if (host.tools.find('rclone') === undefined) return fail(call, missing);
      const ended = await streamOut(
        host,
        { argv: argvFor(call.verb, call.paths, false), env },
        call.signal,
        operationMs,
        onChunk,
      );
      if (ended !== undefined) await fail(call, ended);
    },
  };
}

interface RunLimits {
  quietMs: number;
  maxOutputBytes: number;
  onBytes?: (total: number) => void;
}

const missing: Ended = { status: 'missing', exitCode: null, stderr: '', messages: [], quietMs: 0 };

function failureOf(call: RcloneCall, { location }: RclonePlace, result: Ended): Error {
  switch (result.status) {
    case 'missing':
      return new CloudError(
        'program',
        `${call.action} failed: the program rclone is not installed`,
        'install it: apt install rclone',
      );
    case 'aborted':
      return new InterruptedError();
    case 'flooded':
      return new CloudError('other', `${call.action} failed: the remote gave far more than was asked for`);
    case 'timeout':
    case 'failed':
    case 'ok': {
      const { exitCode, messages } = result;
      const silent =
        result.status === 'timeout' ? { silentSeconds: Math.max(1, Math.round(result.quietMs / 1000)) } : {};
      const said = messages.length > 0 ? messages : lastWords(result.stderr);
      const { action, paths } = call;
      return rcloneError({ action, paths, location, exitCode, messages: said, ...silent });
    }
  }
}

/** A last line without its end, or why the program could not be started; no statistics. */
function lastWords(stderr: string): string[] {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  return lines.slice(-1);
}

type Run = (call: RcloneCall, limits: RunLimits) => Promise<Buffer>;

async function listRemotes(run: Run, signal: AbortSignal): Promise<string[]> {
  const call = { verb: ['listremotes'], paths: [], action: 'listing the remotes', signal } as const;
  try {
    const text = (await run(call, { quietMs: 10_000, maxOutputBytes: 1024 * 1024 })).toString('utf8');
    return text.split('\n').filter((line) => line !== '');
  } catch (error) {
    // It only was to help with the hint; the error that led here is thrown.
    if (error instanceof InterruptedError) throw error;
    return [];
  }
}

function unknownRemote({ location }: RclonePlace, remotes: readonly string[], cause: Error): CloudError {
  const there = remotes.length === 0 ? 'there are none: make one with `rclone config`' : remotes.join(' ');
  return new CloudError('remote', cause.message, `remotes that rclone has for ${location}: ${there}`, cause);
}
