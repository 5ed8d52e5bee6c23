// Waiting that an abort ends.

import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError } from '../errors.ts';

/** @throws InterruptedError */
export async function sleepUnlessAborted(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new InterruptedError(undefined, { cause: error });
  }
}
