// Slows down who tries wrong pairing codes or signatures: counted by address, within a minute. In memory and bounded; the
// limits for messages are counted in the store instead and survive a restart.

const windowMs = 60_000;
const maxAddresses = 1_000;

export interface Throttle {
  /** Seconds until the address may try again; 0: now. */
  waitSeconds(address: string): number;
  failed(address: string): void;
}

/** `nowMs`: a clock that never jumps. */
export function createThrottle(maxFailures: number, nowMs: () => number): Throttle {
  const failures = new Map<string, { count: number; since: number }>();
  const current = (address: string) => {
    const entry = failures.get(address);
    return entry !== undefined && nowMs() - entry.since < windowMs ? entry : undefined;
  };
  return {
    waitSeconds: (address) => {
      const entry = current(address);
      if (entry === undefined || entry.count < maxFailures) return 0;
      return Math.max(1, Math.ceil((windowMs - (nowMs() - entry.since)) / 1000));
    },
    failed: (address) => {
      const entry = current(address) ?? { count: 0, since: nowMs() };
      failures.delete(address);
      failures.set(address, { ...entry, count: entry.count + 1 });
      const [oldest] = failures.keys();
      if (failures.size > maxAddresses && oldest !== undefined) failures.delete(oldest);
    },
  };
}
