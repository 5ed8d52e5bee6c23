// Waits, with a countdown, until a unit is what it should be.

import { InterruptedError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { readUnits, type UnitState } from './systemctl.ts';
import type { ServiceEvent, ServiceLimits } from './service-types.ts';

export interface UnitWork {
  host: Host;
  limits: ServiceLimits;
  report: (event: ServiceEvent) => void;
}

export interface UnitWait {
  unit: string;
  state: ServiceEvent['state'];
  /** `stopping`, `starting` ...: begins the line. */
  verb: string;
  limitMs: number;
  /** Undefined: go on waiting. */
  judge: (state: UnitState) => boolean | undefined;
  /** Ends the waiting with InterruptedError. */
  signal?: AbortSignal;
}

/** What `judge` said last, or `late` when it said nothing in time. @throws InterruptedError */
export async function waitForUnit(
  { host, limits, report }: UnitWork,
  wait: UnitWait,
): Promise<boolean | 'late'> {
  const { unit, state, verb, limitMs, judge, signal } = wait;
  const deadline = host.clock.monotonicMs() + limitMs;
  for (;;) {
    if (signal?.aborted === true) throw new InterruptedError();
    const leftMs = deadline - host.clock.monotonicMs();
    const secondsLeft = Math.max(0, Math.ceil(leftMs / 1_000));
    report({ unit, state, secondsLeft, message: `${verb} ${unit} (${secondsLeft} s left)` });
    const found = (await readUnits(host, [unit], limits.callMs)).get(unit);
    const verdict = found === undefined ? undefined : judge(found);
    if (verdict !== undefined) return verdict;
    if (host.clock.monotonicMs() >= deadline) return 'late';
    await host.clock.sleep(limits.pollMs, signal);
  }
}
