// How often a request is sent again, and how long a service asks us to wait before that.

export interface RetryPolicy {
  /** Further attempts after the first. */
  maxRetries: number;
  /** Before the first further attempt; each later one doubles it. */
  delayMs: number;
  /** No single wait is longer; a service that asks for more is given up. */
  maxDelayMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { maxRetries: 3, delayMs: 2_000, maxDelayMs: 60_000 };

/** Milliseconds to wait for, from `Retry-After`: seconds (also with a fraction) or a date; undefined for anything else. */
export function parseRetryAfter(text: string | undefined, now: Date): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.ceil(Number(trimmed) * 1000);
  // The dates of RFC 9110 start with the name of a day; Date.parse alone would take almost anything.
  const time = /^[A-Z][a-z]+,? /.test(trimmed) ? Date.parse(trimmed) : NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}
