// A clock for tests that wait: waits end at once and are noted. It still heeds the signal.

import { InterruptedError } from '../../src/errors.ts';
import type { Host } from '../../src/host/host.ts';

export interface PatientHost {
  host: Host;
  /** Milliseconds of each wait. */
  waits: number[];
}

/** `isShort`: which waits end at once; others last until the signal ends them. Absent: all. */
export function withoutWaiting(host: Host, isShort: (ms: number) => boolean = () => true): PatientHost {
  const waits: number[] = [];
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    waits.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) reject(new InterruptedError());
      else if (isShort(ms)) resolve();
      else signal?.addEventListener('abort', () => reject(new InterruptedError()), { once: true });
    });
  };
  return { host: { ...host, clock: { ...host.clock, sleep } }, waits };
}
