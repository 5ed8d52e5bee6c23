// A put that failed for a reason which may pass is tried again, a few times and later each time.

import type { Host } from '../host/host.ts';
import { backOffMs } from '../util/back-off.ts';
import { isPassing } from './store-errors.ts';
import type { PutRequest, PutResult, Store } from './store.ts';

const attempts = 4;

/**
 * Gives what the last attempt gave or threw. Bytes that an attempt reported and lost are taken back (a negative number).
 * @throws InterruptedError when aborted while it waits
 */
export async function putWithRetries(host: Host, store: Store, request: PutRequest): Promise<PutResult> {
  for (let attempt = 1; ; attempt += 1) {
    let reported = 0;
    const onBytes = (bytes: number) => {
      reported += bytes;
      request.onBytes?.(bytes);
    };
    try {
      return await store.put({ ...request, onBytes });
    } catch (error) {
      if (attempt === attempts || request.signal.aborted || !isPassing(error)) throw error;
      request.onBytes?.(-reported);
      await host.clock.sleep(backOffMs(attempt, Math.random()), request.signal);
    }
  }
}
