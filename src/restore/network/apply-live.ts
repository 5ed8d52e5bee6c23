// Changes the running network under guard: a timer of systemd that takes the change back unless somebody confirms it, whatever
// becomes of this process, of the connection and of the host meanwhile. A network that is visibly broken goes back at once.
//
// A caller: files are in place (restore `id` is applied), then
//   await applyNetworkLive(host, { id, before, addresses, revertCommands, timeoutSeconds }, { report, ask, isUndone })
// `revertCommands` undo the restore and then call reloadNetwork; see orchestrator/restore/live-network.ts.

import type { Host } from '../../host/host.ts';
import { armGuard, guardState, listGuards, removeGuard, revertGuard } from './guard.ts';
import { awaitConfirmation, type ConfirmationOptions } from './await-confirmation.ts';
import { healthProblems, readNetworkHealth, type HealthNeeds, type NetworkHealth } from './network-health.ts';
import { automaticCards, linkDoubts } from './network-links.ts';
import type { NetworkTexts } from './network-types.ts';
import { readNetworkTexts } from './read-network-texts.ts';
import { canReloadNetwork, reloadNetwork } from './reload-network.ts';

export const defaultConfirmSeconds = 120;

export interface LiveNetworkRequest {
  /** Of the restore that put the files in place; also names the guard. */
  id: string;
  /** The files that the running network was made from: readNetworkTexts before the restore. */
  before: NetworkTexts;
  /** Without prefix length: those by which the host is to be reached afterwards. */
  addresses: readonly string[];
  /** Absolute programs: bring the files back and the network with them. */
  revertCommands: readonly (readonly [string, ...string[]])[];
  timeoutSeconds: number;
}

export interface LiveNetworkOptions extends ConfirmationOptions {
  /** Time for links, bridges and leases to come up before a network counts as broken. Default 30 s. */
  healthMs?: number;
}

export interface LiveNetworkEnd {
  /**
   * `waiting`: nobody has answered yet, and the guard goes on without us. Taken back: `reverted` as somebody wished, `late` for want of
   * an answer, `broken` because the host could not be reached.
   */
  outcome: 'confirmed' | 'reverted' | 'late' | 'broken' | 'waiting';
  deadline: Date;
  /** Why it is `broken`; else what is not as it should be, though the host can be reached. */
  problems: readonly string[];
}

const pollMs = 1_000;

/**
 * @throws EnvironmentError without systemd or ifupdown, RunFailedError when the guard cannot be armed: then the network was not
 * touched. RunFailedError when a broken network could not be taken back at once; the guard tries again.
 */
export async function applyNetworkLive(
  host: Host,
  request: LiveNetworkRequest,
  options: LiveNetworkOptions,
): Promise<LiveNetworkEnd> {
  const { id, before, addresses, revertCommands, timeoutSeconds } = request;
  const { report } = options;
  if (!canReloadNetwork(host)) await reloadNetwork(host, before);
  const healthBefore = await readNetworkHealth(host);
  await removeSettled(host);
  const armed = await armGuard(host, {
    id,
    title: `network configuration of restore ${id}`,
    commands: revertCommands,
    timeoutSeconds,
  });
  const { deadline } = armed;
  report({ message: 'the new network is set up; it goes back by itself unless it is confirmed' });
  const reloaded = await reloadNetwork(host, before);
  const cards = automaticCards(readNetworkTexts(host));
  const { problems, health } = await watchHealth(host, {
    healthBefore,
    needs: { addresses, cards },
    healthMs: options.healthMs ?? 30_000,
  });
  if (problems.length > 0) {
    report({ message: `the new network does not work (${problems.join('; ')}): it is taken back now` });
    await revertGuard(host, id);
    return { outcome: 'broken', deadline, problems: [...problems, ...reloaded.problems] };
  }
  const doubts = [...reloaded.problems, ...linkDoubts(health.links, cards)];
  const outcome = await awaitConfirmation(host, armed, { ...options, problems: doubts });
  return { outcome, deadline, problems: doubts };
}

/** Units of guards that did their work while nobody watched. */
async function removeSettled(host: Host): Promise<void> {
  for (const id of listGuards(host))
    if ((await guardState(host, id)) === 'reverted') await removeGuard(host, id);
}

interface HealthWatch {
  healthBefore: NetworkHealth;
  needs: HealthNeeds;
  healthMs: number;
}

/** No problems as soon as it is healthy; what is still wrong after its time. */
async function watchHealth(
  host: Host,
  { healthBefore, needs, healthMs }: HealthWatch,
): Promise<{ problems: string[]; health: NetworkHealth }> {
  const giveUpAt = host.clock.monotonicMs() + healthMs;
  for (;;) {
    const health = await readNetworkHealth(host, healthBefore);
    const problems = healthProblems(healthBefore, health, needs);
    if (problems.length === 0 || host.clock.monotonicMs() >= giveUpAt) return { problems, health };
    await host.clock.sleep(pollMs);
  }
}
