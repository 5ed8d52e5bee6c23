// How long the end of a run may still wait for the services that it tells: an interrupt is news that must get out, but
// nobody who stops a run, and no host that shuts down, waits minutes for a service that does not answer.

import type { Host } from '../host/host.ts';

/** After an interrupt in the middle of the telling: what goes through at all is through by then. */
const graceMs = 3_000;
/** For a run that was interrupted before: the host may be on its way down. */
const interruptedMs = 10_000;

/** The signal of the host is used up by the interrupt that is to be told; `work` gets one that is still good. */
export async function whileTelling<Result>(
  host: Host,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ended = new AbortController();
  const stop = new AbortController();
  const stopIn = (ms: number) => {
    const abort = () => {
      stop.abort();
    };
    // Rejects only when the telling has ended first.
    host.clock.sleep(ms, ended.signal).then(abort, () => undefined);
  };
  if (host.signal.aborted) stopIn(interruptedMs);
  const onInterrupt = () => {
    stopIn(graceMs);
  };
  host.signal.addEventListener('abort', onInterrupt, { once: true, signal: ended.signal });
  try {
    return await work(stop.signal);
  } finally {
    ended.abort();
  }
}
