// A change that may cut off the admin (network, firewall) is guarded: a timer of systemd, which outlives us, the SSH
// connection and a reboot, takes it back unless it is confirmed. Armed before the change is made.

import { EnvironmentError, RunFailedError, isSystemError } from '../../errors.ts';
import { hostNames, hostPathKind } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import type { RunResult } from '../../host/programs.ts';
import {
  guardIdOf,
  guardUnitNames,
  guardVariable,
  renderGuardUnits,
  type GuardRequest,
} from './guard-units.ts';

const unitDirectory = '/etc/systemd/system';
const systemctlTimeoutMs = 30_000;
const pollMs = 500;

/**
 * `armed`: waiting. `reverting`: the change is being taken back. `reverted`: it was. `failed`: taking it back failed and
 * is tried again by systemd. `stopped`: its timer does not run, because the host shuts down or somebody stopped it; the next boot
 * starts it. `none`: there is no such guard.
 */
export type GuardState = 'armed' | 'reverting' | 'reverted' | 'failed' | 'stopped' | 'none';

export interface ArmedGuard {
  id: string;
  /** When the change is taken back, unless a reboot comes between: then the time starts anew. */
  deadline: Date;
}

/**
 * Starts the timer and proves that it runs. Throws EnvironmentError where there is no systemd, and RunFailedError when
 * the timer did not start; in both cases nothing is left behind.
 */
export async function armGuard(host: Host, request: GuardRequest): Promise<ArmedGuard> {
  const units = renderGuardUnits(request);
  requireSystemd(host);
  try {
    writeUnit(host, units.serviceName, units.service);
    writeUnit(host, units.timerName, units.timer);
    await systemctl(host, ['daemon-reload']);
    await systemctl(host, ['enable', '--now', units.timerName]);
    syncWants(host);
    const state = await guardState(host, request.id);
    if (state !== 'armed') throw new RunFailedError(`the timer ${units.timerName} did not start (${state})`);
  } catch (error) {
    await removeGuard(host, request.id);
    throw error;
  }
  const now = host.clock.now().getTime();
  return { id: request.id, deadline: new Date(now + request.timeoutSeconds * 1_000) };
}

/**
 * The change stays. `confirmed`: from now on nothing takes it back. `too-late`: it was, or is being, taken back.
 */
export async function confirmGuard(host: Host, id: string): Promise<'confirmed' | 'too-late' | 'none'> {
  const { timerName } = guardUnitNames(id);
  if ((await guardState(host, id)) === 'none') return 'none';
  // Stopped first, looked at afterwards: the timer may fire while we look.
  await systemctl(host, ['stop', timerName], 'tolerate');
  const state = await stateOfService(host, id);
  if (state === 'reverting') {
    await systemctl(host, ['start', timerName], 'tolerate');
    return 'too-late';
  }
  // Half of it may have been taken back: that is for `proxsave undo` to end, not to be called confirmed.
  if (state === 'failed') return 'too-late';
  const isOver = state === 'reverted' || !(await isEnabled(host, timerName));
  await removeGuard(host, id);
  return isOver ? 'too-late' : 'confirmed';
}

/**
 * Takes the change back now, by the same service, so that it goes on when the connection breaks. Waits for its end at
 * most `timeoutMs`, signals or not. Throws RunFailedError when it did not succeed; the timer then stays and systemd tries again.
 */
export async function revertGuard(host: Host, id: string, timeoutMs = 120_000): Promise<void> {
  const { serviceName, timerName } = guardUnitNames(id);
  if ((await guardState(host, id)) === 'none')
    throw new RunFailedError(`there is no guarded change ${id}`, {
      hint: '`proxsave undo --list` shows what can be taken back.',
    });
  // One that failed often in short time is refused until this.
  await systemctl(host, ['reset-failed', serviceName], 'tolerate');
  await systemctl(host, ['start', '--no-block', serviceName]);
  const giveUpAt = host.clock.monotonicMs() + timeoutMs;
  while (host.clock.monotonicMs() < giveUpAt) {
    await host.clock.sleep(pollMs);
    const state = await stateOfService(host, id);
    if (state === 'failed') break;
    if (!(await isEnabled(host, timerName)) && state !== 'reverting') {
      await removeGuard(host, id);
      return;
    }
  }
  throw new RunFailedError(`taking back ${id} did not end well`, {
    hint: `See \`journalctl -u ${serviceName}\`; systemd tries again, and so does the next boot.`,
  });
}

export async function guardState(host: Host, id: string): Promise<GuardState> {
  const { timerName } = guardUnitNames(id);
  if (hostPathKind(host, `${unitDirectory}/${timerName}`) !== 'file') return 'none';
  const service = await stateOfService(host, id);
  if (service === 'reverting' || service === 'failed') return service;
  if (!(await isEnabled(host, timerName))) return 'reverted';
  return (await isActive(host, timerName)) ? 'armed' : 'stopped';
}

/** Ids of all guards of this host, whatever their state. */
export function listGuards(host: Host): string[] {
  return hostNames(host, unitDirectory).flatMap((name) => guardIdOf(name) ?? []);
}

/** Removes every trace of a guard. Does nothing when there is none. */
export async function removeGuard(host: Host, id: string): Promise<void> {
  const { timerName, serviceName } = guardUnitNames(id);
  await systemctl(host, ['disable', '--now', timerName], 'tolerate');
  for (const name of [timerName, serviceName]) {
    const path = host.resolve(`${unitDirectory}/${name}`);
    if (host.fs.lstatIfExists(path) !== undefined) host.fs.unlink(path);
  }
  // systemctl may be missing or fail: the link that would start the timer at boot must not stay.
  const wanted = host.resolve(`${unitDirectory}/timers.target.wants/${timerName}`);
  if (host.fs.lstatIfExists(wanted) !== undefined) host.fs.unlink(wanted);
  await systemctl(host, ['daemon-reload'], 'tolerate');
  await systemctl(host, ['reset-failed', timerName, serviceName], 'tolerate');
}

/** This process was started by the guard `id`, to take its change back. */
export function isWorkOfGuard({ env }: Pick<Host, 'env'>, id: string): boolean {
  return env[guardVariable] === id;
}

/** systemd is PID 1 of this host: its runtime directory says so (sd_booted(3)). */
export function hasSystemd(host: Host): boolean {
  return (
    hostPathKind(host, '/run/systemd/system') === 'directory' && host.commands.find('systemctl') !== undefined
  );
}

function requireSystemd(host: Host): void {
  if (hasSystemd(host)) return;
  throw new EnvironmentError('a guarded change needs systemd, which does not run this host', {
    hint: 'Leave out --apply-network: the new configuration then takes effect at the next reboot.',
  });
}

function writeUnit(host: Host, name: string, text: string): void {
  host.fs.makeDirectory(host.resolve(unitDirectory), 0o755);
  host.fs.writeFileAtomic(host.resolve(`${unitDirectory}/${name}`), text, { mode: 0o644 });
}

/** The link by which the timer starts at boot must survive a loss of power, too. */
function syncWants(host: Host): void {
  try {
    host.fs.syncDirectory(host.resolve(`${unitDirectory}/timers.target.wants`));
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

async function stateOfService(host: Host, id: string): Promise<'idle' | 'reverting' | 'reverted' | 'failed'> {
  const { serviceName } = guardUnitNames(id);
  const properties = await showUnit(host, serviceName, [
    'ActiveState',
    'SubState',
    'Result',
    'ExecMainStartTimestampMonotonic',
  ]);
  const active = properties.get('ActiveState');
  if (active === 'activating' || active === 'deactivating' || active === 'reloading') return 'reverting';
  if (active === 'failed') return 'failed';
  const hasRun = !['0', '', undefined].includes(properties.get('ExecMainStartTimestampMonotonic'));
  return hasRun ? 'reverted' : 'idle';
}

async function isEnabled(host: Host, unit: string): Promise<boolean> {
  return (await systemctl(host, ['is-enabled', '--quiet', unit], 'tolerate')).status === 'ok';
}

async function isActive(host: Host, unit: string): Promise<boolean> {
  return (await systemctl(host, ['is-active', '--quiet', unit], 'tolerate')).status === 'ok';
}

async function showUnit(
  host: Host,
  unit: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const result = await systemctl(host, ['show', `--property=${names.join(',')}`, unit], 'tolerate');
  return new Map(
    result.stdout
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        const at = line.indexOf('=');
        return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
      }),
  );
}

async function systemctl(
  host: Host,
  args: readonly string[],
  onFailure: 'throw' | 'tolerate' = 'throw',
): Promise<RunResult> {
  const result = await host.commands.run({
    argv: ['systemctl', '--no-ask-password', ...args],
    timeoutMs: systemctlTimeoutMs,
    maxOutputBytes: 64 * 1024,
    // No signal: an interrupt must not leave half a guard; the time is bounded.
  });
  if (result.status === 'ok' || onFailure === 'tolerate') return result;
  const reason = result.stderr.trim().split('\n').at(-1) ?? '';
  throw new RunFailedError(`systemctl ${args.join(' ')} failed: ${reason === '' ? result.status : reason}`, {
    hint: 'Look at `systemctl status`, or leave the change to the next reboot.',
  });
}
