// The state of one call to a worker: every sign of life sets the clock back, and when it runs out the worker is given up.

import { InterruptedError } from '../../errors.ts';
import type { ReportFinding } from '../../findings.ts';
import type { Clock } from '../../host/host.ts';
import { StoreTimeoutError } from '../store-errors.ts';
import { unpackError, type Answer } from './protocol.ts';

/** What a worker that was asked to stop may take to remove its unfinished file. */
const tidyUpMs = 2_000;

/**
 * After this process itself stood still (a busy moment, a paused machine) its timers ring before what has arrived
 * meanwhile is read. So a moment is left for that.
 */
const lastChanceMs = 250;

export interface CallWatchOptions {
  clock: Clock;
  /** For messages: the directory that the worker works on. */
  path: string;
  /** Longest silence; 0: any. */
  inactivityMs: number;
  /** The same before the first sign of life. */
  firstMs: number;
  signal: AbortSignal;
  report: ReportFinding;
  onBytes: ((bytes: number) => void) | undefined;
  /** Asks the worker to stop. */
  cancel: () => void;
  /** Nothing more is expected of the worker. */
  giveUp: () => void;
}

export class CallWatch {
  readonly #options: CallWatchOptions;
  readonly #outcome = Promise.withResolvers<unknown>();
  #alarm = new AbortController();

  constructor(options: CallWatchOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#awaitSign(options.firstMs);
  }

  /** What the worker gives; rejects with its error, StoreTimeoutError or InterruptedError. */
  get outcome(): Promise<unknown> {
    return this.#outcome.promise;
  }

  onAnswer(answer: Answer): void {
    const { signal, report, onBytes, inactivityMs } = this.#options;
    switch (answer.kind) {
      case 'result':
        this.#stop();
        this.#outcome.resolve(answer.gives);
        return;
      case 'error':
        this.fail(unpackError(answer.error));
        return;
      case 'finding':
        report(answer.finding);
        break;
      case 'bytes':
        onBytes?.(answer.bytes);
        break;
      case 'ready':
      case 'activity':
        break;
    }
    if (!signal.aborted) this.#awaitSign(inactivityMs);
  }

  fail(error: Error): void {
    this.#stop();
    this.#outcome.reject(error);
  }

  #awaitSign(ms: number): void {
    if (this.#options.inactivityMs === 0) return;
    this.#setAlarm(ms, () => silence(this.#options.path, ms));
  }

  readonly #onAbort = () => {
    this.#options.cancel();
    this.#setAlarm(tidyUpMs, () => new InterruptedError());
  };

  #setAlarm(ms: number, error: () => Error): void {
    this.#alarm.abort();
    const alarm = new AbortController();
    this.#alarm = alarm;
    const { clock, giveUp } = this.#options;
    clock
      .sleep(ms, alarm.signal)
      .then(() => clock.sleep(lastChanceMs, alarm.signal))
      .then(
        () => {
          giveUp();
          this.fail(error());
        },
        (ended: unknown) => {
          if (!(ended instanceof InterruptedError)) this.fail(ended as Error);
        },
      );
  }

  #stop(): void {
    this.#alarm.abort();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }
}

function silence(path: string, ms: number): StoreTimeoutError {
  return new StoreTimeoutError(`timeout: ${path} has not answered for ${ms / 1000} s`, {
    hint: 'a dead network mount or disk is the usual cause: see `mount` and dmesg; FS_IO_TIMEOUT sets the time',
  });
}
