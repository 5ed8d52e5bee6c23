// How long to wait before the next attempt: doubled each time, with jitter, so that many hosts whose runs start at the
// same minute do not come back at the same second.

export interface BackOff {
  /** Before the first further attempt. */
  firstMs: number;
  /** Doubling ends here. */
  longestMs: number;
}

const defaultBackOff: BackOff = { firstMs: 2_000, longestMs: 30_000 };

/** `attempt`: the one that failed, from 1. `random`: from 0 to 1, as Math.random gives it. */
export function backOffMs(attempt: number, random: number, backOff: BackOff = defaultBackOff): number {
  const full = Math.min(backOff.longestMs, backOff.firstMs * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * random);
}
