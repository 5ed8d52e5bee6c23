// Our side of a worker: starts it, makes one call at a time, and gives it up when it stays silent for too long.

import { createInterface } from 'node:readline';
import { StorageError } from '../../errors.ts';
import type { ReportFinding } from '../../findings.ts';
import type { Host } from '../../host/host.ts';
import { ioWorkerArgument, ownCommand } from '../../host/own-program.ts';
import type { FilterEnd, FilterProcess } from '../../host/programs.ts';
import { CallWatch } from './call-watch.ts';
import type { Answer, CallName, Calls, Opening, Request } from './protocol.ts';

export interface WorkerOptions {
  opening: Opening;
  /** Longest silence during a call; 0: any. */
  inactivityMs: number;
  report: ReportFinding;
}

export interface CallOptions {
  signal: AbortSignal;
  onBytes?: ((bytes: number) => void) | undefined;
}

export interface Worker {
  /** False once it was given up or has ended: start another. */
  readonly isUsable: boolean;
  /** @throws what the worker's store throws; StoreTimeoutError; StorageError when it dies; InterruptedError */
  call<Name extends CallName>(
    name: Name,
    takes: Calls[Name]['takes'],
    options: CallOptions,
  ): Promise<Calls[Name]['gives']>;
  /** Lets it end; nothing is waited for. */
  close(): void;
}

/** What the start of a process may take on a busy machine; the directory has no part in it. */
const startMs = 60_000;

interface WorkerState {
  call: CallWatch | undefined;
  isUsable: boolean;
  /** It has said something: its silence is the file system's from now on. */
  isReady: boolean;
}

/** Throws the system's error when no process can be started. */
export function startWorker(host: Host, options: WorkerOptions): Worker {
  const [program, ...rest] = ownCommand();
  const child = host.tools.startFilter({ argv: [program, ...rest, ioWorkerArgument] });
  const state: WorkerState = { call: undefined, isUsable: true, isReady: false };
  listen(child, state, options);
  send(child, options.opening);
  return {
    get isUsable() {
      return state.isUsable;
    },
    call: async (name, takes, callOptions) => {
      const call = watchCall(host, { child, state, options }, callOptions);
      state.call = call;
      send(child, { call: name, takes } as Request);
      try {
        return (await call.outcome) as Calls[typeof name]['gives'];
      } finally {
        state.call = undefined;
      }
    },
    close: () => {
      state.isUsable = false;
      child.stdin.end();
    },
  };
}

function listen(child: FilterProcess, state: WorkerState, { opening }: WorkerOptions): void {
  child.stdin.on('error', () => {
    // It is gone; `ended` tells why.
  });
  createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
    state.isReady = true;
    state.call?.onAnswer(JSON.parse(line) as Answer);
  });
  void child.ended.then((end) => {
    state.isUsable = false;
    state.call?.fail(deathOf(end, opening.settings.path));
  });
}

function deathOf({ stderr, startError, killedBy }: FilterEnd, path: string): StorageError {
  const said = (startError?.message ?? stderr).trim().split('\n').at(-1) ?? '';
  const why = said === '' ? (killedBy ?? 'no reason given') : said;
  return new StorageError(`the process that works on ${path} has ended: ${why}`, {
    hint: 'run it again; dmesg tells whether the kernel killed it for lack of memory',
  });
}

interface Running {
  child: FilterProcess;
  state: WorkerState;
  options: WorkerOptions;
}

function watchCall({ clock }: Host, { child, state, options }: Running, call: CallOptions): CallWatch {
  const { inactivityMs, report, opening } = options;
  return new CallWatch({
    clock,
    path: opening.settings.path,
    inactivityMs,
    firstMs: state.isReady ? inactivityMs : Math.max(startMs, inactivityMs),
    signal: call.signal,
    report,
    onBytes: call.onBytes,
    cancel: () => {
      send(child, { cancel: true });
    },
    giveUp: () => {
      state.isUsable = false;
      child.abandon();
    },
  });
}

function send(child: FilterProcess, message: Opening | Request): void {
  child.stdin.write(`${JSON.stringify(message)}\n`);
}
