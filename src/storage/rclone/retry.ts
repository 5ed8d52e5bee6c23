// Attempts with growing pauses, for failures that may be over a little later.

import type { Host } from '../../host/host.ts';
import { CopyMismatchError } from '../store-errors.ts';
import { CloudError, isWorthRetrying } from './rclone-error.ts';

const longestPauseMs = 30_000;

/** Pauses of 2, 4, 8, 16, 30, 30 ... seconds. Rejects with the last error, or with InterruptedError during a pause. */
export async function withRetries<Result>(
  host: Host,
  { attempts, signal }: { attempts: number; signal: AbortSignal },
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof CopyMismatchError || isWorthRetrying(error);
      const isLast = attempt >= attempts;
      if (isLast && error instanceof CloudError) error.isFinal = true;
      if (!isPassing || isLast || signal.aborted) throw error;
    }
    await host.clock.sleep(Math.min(longestPauseMs, 1000 * 2 ** attempt), signal);
  }
}
