// Stops units, one after the other, each within its time: an orderly stop, then SIGKILL where that does no harm.

import { RunFailedError } from '../../errors.ts';
import { reasonOf, systemctl, type UnitState } from './systemctl.ts';
import { mayBeKilled } from './touchable-units.ts';
import { waitForUnit, type UnitWait, type UnitWork } from './wait-for-unit.ts';

function hasStopped({ active }: UnitState): boolean | undefined {
  return active === 'inactive' || active === 'failed' ? true : undefined;
}

/** @throws RunFailedError when it does not stop, InterruptedError; the unit may then be anything between running and stopped */
export async function stopUnit(work: UnitWork, unit: string, signal: AbortSignal): Promise<void> {
  const { host, limits, report } = work;
  // Without waiting: systemctl would wait as long as the unit says, which may be hours.
  const asked = await systemctl(host, ['stop', '--no-block', '--', unit], limits.callMs);
  if (asked.status !== 'ok') throw cannotStop(unit, reasonOf(asked));
  const wait: UnitWait = {
    unit,
    state: 'stopping',
    verb: 'stopping',
    limitMs: limits.stopMs,
    judge: hasStopped,
    signal,
  };
  let end = await waitForUnit(work, wait);
  if (end === 'late' && mayBeKilled(unit)) {
    report({ unit, state: 'killing', message: `${unit} does not stop: it is killed` });
    await systemctl(host, ['kill', '--signal=SIGKILL', '--kill-who=all', '--', unit], limits.callMs);
    const { killMs: limitMs } = limits;
    end = await waitForUnit(work, { ...wait, state: 'killing', verb: 'killing', limitMs });
  }
  if (end === 'late') throw cannotStop(unit, 'it still runs after its time');
  report({ unit, state: 'done', message: `${unit} is stopped` });
}

function cannotStop(unit: string, reason: string): RunFailedError {
  return new RunFailedError(`${unit} does not stop: ${reason}. Nothing of the host was changed`, {
    hint: `See what it waits for (systemctl status ${unit}), stop it by hand, then again.`,
  });
}
