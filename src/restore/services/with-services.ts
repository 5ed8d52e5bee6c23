// Does work that changes what services read: those that must not run meanwhile are stopped right before it and started again on
// every way out, the others are told afterwards. What ran before runs after, or it is said which does not.

import { EnvironmentError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { armRevival, type Revival } from './revival.ts';
import {
  defaultLimits,
  type ServiceEnd,
  type ServicesDone,
  type ServicesOptions,
  type WantedServices,
} from './service-types.ts';
import { bringUp, failed, reloadUnit } from './start-units.ts';
import { stopUnit } from './stop-units.ts';
import { isRunning, listServices, readUnits, reasonOf, systemctl, type UnitState } from './systemctl.ts';
import { isLifeline, unitsOfSession } from './touchable-units.ts';
import type { UnitWork } from './wait-for-unit.ts';

interface Before {
  /** Wanted units that run, with their state. */
  running: ReadonlyMap<string, UnitState>;
  /** All services of the host that ran. */
  others: readonly string[];
  session: ReadonlySet<string>;
}

/**
 * Passes on what `work` throws, after the stopped services run again; the others are then left alone, because what they would
 * read is as before.
 * @throws EnvironmentError or RunFailedError when a service cannot be stopped, InterruptedError: then the work was not begun
 */
export async function withServices<Result>(
  host: Host,
  wanted: WantedServices,
  options: ServicesOptions,
  work: () => Promise<Result>,
): Promise<ServicesDone<Result>> {
  const unitWork: UnitWork = {
    host,
    limits: { ...defaultLimits, ...options.limits },
    report: options.report ?? (() => undefined),
  };
  const before = await lookAround(unitWork, wanted);
  const toStop = wanted.services.filter(({ unit, how }) => how === 'stop' && before.running.has(unit));
  for (const { unit } of toStop) refuseLifeline(unit, before.session);
  const units = toStop.map(({ unit }) => unit);
  const revival = units.length === 0 ? undefined : await armRevival(host, units);
  const stopped: string[] = [];
  const outcome = await settle(async () => {
    for (const unit of units) {
      // Noted first: one that is stopped half-way is started, too.
      stopped.unshift(unit);
      await stopUnit(unitWork, unit, options.signal ?? host.signal);
    }
    return work();
  });
  const ended = await bringBack(unitWork, wanted, stopped, revival);
  if ('error' in outcome) throw outcome.error;
  ended.push(...(await tellOthers(unitWork, wanted, before)));
  ended.push(...(await findLost(unitWork, before, ended)));
  return { result: outcome.result, ended };
}

async function settle<Result>(work: () => Promise<Result>): Promise<{ result: Result } | { error: unknown }> {
  try {
    return { result: await work() };
  } catch (error) {
    return { error };
  }
}

async function lookAround({ host, limits }: UnitWork, { services }: WantedServices): Promise<Before> {
  const names = services.map(({ unit }) => unit);
  const states = await readUnits(host, names, limits.callMs);
  // A unit that does not exist is an answer, too. Without one nobody knows what must be stopped.
  if (states.size < names.length) {
    throw new EnvironmentError('systemctl does not say which services run; nothing of the host was changed', {
      hint: 'See what it waits for: systemctl status, journalctl -b -n 50',
    });
  }
  return {
    running: new Map([...states].filter(([, state]) => isRunning(state))),
    others: await listServices(host, 'running', limits.callMs),
    session: unitsOfSession(host),
  };
}

function refuseLifeline(unit: string, session: ReadonlySet<string>): void {
  if (!isLifeline(unit) && !session.has(unit)) return;
  throw new EnvironmentError(`${unit} would have to be stopped, and this session runs through it`, {
    hint: 'Log in over SSH or on the console, and run it again from there.',
  });
}

/** Never throws: systemd is told of new unit files, and everything that was stopped is started. */
async function bringBack(
  work: UnitWork,
  { needsDaemonReload }: WantedServices,
  stopped: readonly string[],
  revival: Revival | undefined,
): Promise<ServiceEnd[]> {
  const ended: ServiceEnd[] = [];
  if (needsDaemonReload) ended.push(...(await reloadManager(work)));
  for (const unit of stopped) ended.push(await bringUp(work, unit, 'start'));
  await revival?.end();
  return ended;
}

async function reloadManager({ host, limits }: UnitWork): Promise<ServiceEnd[]> {
  const result = await systemctl(host, ['daemon-reload'], limits.startMs);
  if (result.status === 'ok') return [];
  const message = `systemd did not read its unit files anew: ${reasonOf(result)}`;
  return [{ unit: 'systemd', did: 'failed', message, hint: 'systemctl daemon-reload' }];
}

async function tellOthers(
  work: UnitWork,
  { services }: WantedServices,
  before: Before,
): Promise<ServiceEnd[]> {
  const ended: ServiceEnd[] = [];
  for (const { unit, how } of services) {
    const state = before.running.get(unit);
    if (state === undefined || how === 'stop') continue;
    // A reload keeps everything alive, so it is what units that must not stop get in any case.
    const mustNotStop = isLifeline(unit) || before.session.has(unit);
    if (state.canReload && (how === 'reload' || mustNotStop)) ended.push(await reloadUnit(work, unit));
    else if (mustNotStop) ended.push(leftAlone(unit));
    else ended.push(await bringUp(work, unit, 'restart'));
  }
  return ended;
}

function leftAlone(unit: string): ServiceEnd {
  return {
    unit,
    did: 'left-alone',
    message: `${unit} carries this session or the network: it was not restarted`,
    hint: `systemctl restart ${unit}`,
  };
}

/** Services that nobody asked for, which ran before and have failed now. */
async function findLost(
  { host, limits }: UnitWork,
  { others }: Before,
  ended: readonly ServiceEnd[],
): Promise<ServiceEnd[]> {
  const known = new Set(ended.map(({ unit }) => unit));
  const nowFailed = new Set(await listServices(host, 'failed', limits.callMs));
  return others
    .filter((unit) => nowFailed.has(unit) && !known.has(unit))
    .map((unit) => failed(unit, `${unit} was running before and has failed since`));
}
