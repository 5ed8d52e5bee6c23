// Starts, restarts and reloads units, each within its time, and looks whether they run then.

import { reasonOf, readUnits, systemctl, type UnitState } from './systemctl.ts';
import type { ServiceEnd } from './service-types.ts';
import { waitForUnit, type UnitWork } from './wait-for-unit.ts';

const settleMs = 1_000;

/** A unit that ended at once is not one that runs. */
function isUp({ active }: UnitState): boolean | undefined {
  if (active === 'active') return true;
  return active === 'failed' || active === 'inactive' ? false : undefined;
}

type Verb = 'start' | 'restart';
const words = {
  start: { state: 'starting', did: 'started' },
  restart: { state: 'restarting', did: 'restarted' },
} as const;

/** Never throws, and no signal stops it: what was stopped must run again. One more attempt when the first fails. */
export async function bringUp(work: UnitWork, unit: string, verb: Verb): Promise<ServiceEnd> {
  const { state, did } = words[verb];
  let reason = '';
  for (const attempt of [verb, 'restart'] as const) {
    // A unit that failed often in short time is refused until this.
    await systemctl(work.host, ['reset-failed', '--', unit], work.limits.callMs);
    const asked = await systemctl(work.host, [attempt, '--no-block', '--', unit], work.limits.callMs);
    reason = asked.status === 'ok' ? await whyNotUp(work, unit, state) : reasonOf(asked);
    if (reason === '') return told(work, { unit, did, message: `${unit} is ${did} and runs` });
  }
  return told(work, failed(unit, `${unit} was running before and does not run now: ${reason}`));
}

/** Empty: it runs, and still does a moment later. */
async function whyNotUp(work: UnitWork, unit: string, state: 'starting' | 'restarting'): Promise<string> {
  const wait = { unit, state, verb: state, limitMs: work.limits.startMs, judge: isUp };
  const end = await waitForUnit(work, wait);
  if (end === 'late') return 'it did not come up in its time';
  if (end) await work.host.clock.sleep(Math.min(settleMs, work.limits.startMs));
  const after = end ? (await readUnits(work.host, [unit], work.limits.callMs)).get(unit) : undefined;
  return after !== undefined && isUp(after) === true ? '' : 'it ended again at once';
}

/** Tells a running unit to read its configuration. A refused reload leaves it running as it was. */
export async function reloadUnit(work: UnitWork, unit: string): Promise<ServiceEnd> {
  work.report({ unit, state: 'reloading', message: `${unit} reads its configuration anew` });
  // Waiting is bounded by the time of the call; only its client is ended then.
  const result = await systemctl(work.host, ['reload', '--', unit], work.limits.startMs);
  const end: ServiceEnd =
    result.status === 'ok'
      ? { unit, did: 'reloaded', message: `${unit} has read its configuration anew` }
      : failed(unit, `${unit} did not take its new configuration: ${reasonOf(result)}`);
  return told(work, end);
}

export function failed(unit: string, message: string): ServiceEnd {
  return {
    unit,
    did: 'failed',
    message,
    hint: `journalctl -b -n 50 -u ${unit}\nsystemctl restart ${unit}`,
  };
}

function told({ report }: UnitWork, end: ServiceEnd): ServiceEnd {
  report({ unit: end.unit, state: end.did === 'failed' ? 'failed' : 'done', message: end.message });
  return end;
}
