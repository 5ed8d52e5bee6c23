// Calls of systemctl, bounded in time: systemctl itself may wait for a dead disk or a bus that does not answer.

import type { Host } from '../../host/host.ts';
import type { RunResult } from '../../host/programs.ts';

export interface UnitState {
  /** There is such a unit. */
  isLoaded: boolean;
  /** active, reloading, inactive, failed, activating, deactivating ... (systemctl(1)); empty: no answer. */
  active: string;
  /** enabled, disabled, static ...; empty: no answer, or no unit file. */
  enablement: string;
  canReload: boolean;
}

const maxOutputBytes = 1024 * 1024;

/** Never throws for what it does. No signal: what was begun with a unit is brought to its end, which is bounded. */
export function systemctl(host: Host, args: readonly string[], timeoutMs: number): Promise<RunResult> {
  return host.commands.run({ argv: ['systemctl', '--no-ask-password', ...args], timeoutMs, maxOutputBytes });
}

/** Why a call failed, in a few words. */
export function reasonOf({ status, stderr }: RunResult): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  if (status === 'timeout') return 'systemctl gave no answer';
  return line === '' ? status : line;
}

/** By the names that were asked for. A unit without an answer is absent. */
export async function readUnits(
  host: Host,
  units: readonly string[],
  timeoutMs: number,
): Promise<Map<string, UnitState>> {
  const states = new Map<string, UnitState>();
  if (units.length === 0) return states;
  const properties = '--property=LoadState,ActiveState,UnitFileState,CanReload';
  const { status, stdout } = await systemctl(host, ['show', properties, '--', ...units], timeoutMs);
  if (status !== 'ok') return states;
  const blocks = stdout.toString('utf8').trim().split('\n\n');
  for (const [index, unit] of units.entries()) {
    const block = blocks[index];
    if (block !== undefined) states.set(unit, parseBlock(block));
  }
  return states;
}

function parseBlock(block: string): UnitState {
  const values = new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  return {
    isLoaded: values.get('LoadState') === 'loaded',
    active: values.get('ActiveState') ?? '',
    enablement: values.get('UnitFileState') ?? '',
    canReload: values.get('CanReload') === 'yes',
  };
}

/** Runs, or is about to. */
export function isRunning(state: UnitState | undefined): boolean {
  return state !== undefined && ['active', 'reloading', 'activating', 'refreshing'].includes(state.active);
}

/** Names of services by a state of list-units, e.g. `running`, `failed`. */
export async function listServices(host: Host, state: string, timeoutMs: number): Promise<string[]> {
  const args = ['list-units', '--type=service', `--state=${state}`, '--all', '--plain', '--no-legend'];
  const { status, stdout } = await systemctl(host, args, timeoutMs);
  if (status !== 'ok') return [];
  return stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => /^\s*(\S+\.service)\s/u.exec(line)?.[1] ?? []);
}
