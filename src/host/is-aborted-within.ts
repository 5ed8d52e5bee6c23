// A wait of which the caller wants to know whether a stop ended it.

import { InterruptedError } from '../errors.ts';
import type { Host } from './host.ts';

/** True as soon as `signal` aborts; false when `ms` have passed. */
export async function isAbortedWithin(host: Host, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await host.clock.sleep(ms, signal);
    return false;
  } catch (error) {
    if (error instanceof InterruptedError) return true;
    throw error;
  }
}
