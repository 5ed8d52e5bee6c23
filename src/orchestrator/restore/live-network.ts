// `restore --apply-network`: the network that came back is set up now instead of at the next boot, and goes back by itself unless
// somebody confirms that the host can still be reached.

import type { LoadedConfig } from '../../config/load-config.ts';
import { EnvironmentError, RestoreUndoneError } from '../../errors.ts';
import { ownCommand } from '../../host/own-program.ts';
import type { Host } from '../../host/host.ts';
import { readJournal } from '../../restore/engine/journal.ts';
import { restoreDirectory } from '../../restore/engine/restore-directory.ts';
import { applyNetworkLive, type LiveNetworkEnd } from '../../restore/network/apply-live.ts';
import type { ConfirmationQuestion } from '../../restore/network/await-confirmation.ts';
import { hasSystemd } from '../../restore/network/guard.ts';
import type { NetworkPlan, NetworkTexts } from '../../restore/network/network-types.ts';
import { readManagement } from '../../restore/network/read-management.ts';
import { readNetworkTexts } from '../../restore/network/read-network-texts.ts';
import { canReloadNetwork, reloadNetwork } from '../../restore/network/reload-network.ts';
import { changesHost, type RestorePlan } from '../../restore/plan/restore-plan.ts';
import type { Run } from '../run-state.ts';

/** What the admin wants of it. */
export interface LiveNetworkWish {
  timeoutSeconds: number;
  /** Absent: nobody can be asked, `proxsave confirm` answers. */
  ask?: (question: ConfirmationQuestion) => Promise<'keep' | 'revert'>;
}

/** What has to be known before the files change. */
export interface LiveNetwork {
  wish: LiveNetworkWish;
  before: NetworkTexts;
  /** By which the host has to be reached afterwards, too. */
  addresses: readonly string[];
}

/** All but the scripts in if-up.d and its kin: `source` may name any file. */
const networkPath = /^etc\/network\/(?!if-)/u;

/**
 * Undefined: the plan changes nothing of the network. Called before anything is changed.
 * @throws EnvironmentError where the network cannot be changed under guard
 */
export async function prepareLiveNetwork(
  host: Host,
  wish: LiveNetworkWish,
  {
    plan,
    network,
    keepsAddress,
  }: { plan: RestorePlan; network: NetworkPlan | undefined; keepsAddress: boolean },
): Promise<LiveNetwork | undefined> {
  if (!plan.entries.some((entry) => networkPath.test(entry.path) && changesHost(entry))) return undefined;
  const without = 'Leave out --apply-network: the new configuration then takes effect at the next reboot.';
  const refuse = (why: string) => new EnvironmentError(`--apply-network: ${why}`, { hint: without });
  if (host.root !== '/') throw refuse(`the host below ${host.root} does not run`);
  if (!hasSystemd(host))
    throw refuse('systemd does not run this host, so nothing could take the change back');
  if (!canReloadNetwork(host)) throw refuse('neither ifupdown2 nor ifupdown is installed');
  if (network?.needsReboot === true) throw refuse('network cards get other names at the next boot');
  const management = keepsAddress ? await readManagement(host) : undefined;
  const address = management?.method === 'static' ? management.address.split('/')[0] : undefined;
  return { wish, before: readNetworkTexts(host), addresses: address === undefined ? [] : [address] };
}

/** --apply-network was asked for, and there is nothing to set up. */
export function reportNothingLive(run: Run, { entries }: Pick<RestorePlan, 'entries'>): void {
  const held = entries.find(({ path, action }) => networkPath.test(path) && action !== 'same');
  run.report({
    severity: held === undefined ? 'info' : 'warning',
    code: 'network-not-applied',
    message:
      held === undefined
        ? '--apply-network had nothing to do: the network configuration does not change'
        : `--apply-network had nothing to do: /${held.path} is left alone: ${held.reason}`,
    ...(held === undefined ? {} : { path: held.path, hint: 'See the plan: proxsave restore --dry-run' }),
  });
}

/**
 * Command that takes a restore back, network and all; absolute, for a unit of systemd. Without `--config`: where restores are
 * kept does not depend on it, and a file that is gone by then must not keep the undo from starting.
 */
function takeBackCommand(id: string): [string, ...string[]] {
  return [...ownCommand(), 'undo', id, '--yes', '--reload-network'];
}

/**
 * Gives `waiting` when this process was interrupted before anybody answered.
 * @throws RestoreUndoneError when it was taken back, EnvironmentError, RunFailedError
 */
export async function setUpNetwork(
  run: Run,
  config: LoadedConfig,
  id: string,
  { wish, before, addresses }: LiveNetwork,
): Promise<LiveNetworkEnd> {
  const { host } = run;
  const directory = restoreDirectory(config.places.state, id);
  const { timeoutSeconds, ask } = wish;
  const question = { isOpen: false };
  const end = await applyNetworkLive(
    host,
    { id, before, addresses, timeoutSeconds, revertCommands: [takeBackCommand(id)] },
    {
      report: teller(run, question),
      isUndone: () => readJournal(host, directory).status === 'undone',
      ...(ask === undefined
        ? {}
        : {
            ask: async (about) => {
              question.isOpen = true;
              return ask(about).finally(() => {
                question.isOpen = false;
              });
            },
          }),
    },
  );
  if (end.outcome === 'confirmed' || end.outcome === 'waiting') {
    for (const message of end.problems)
      run.report({ severity: 'warning', code: 'network-complaint', message });
    return end;
  }
  throw new RestoreUndoneError(whyTakenBack(end), {
    hint: 'Everything is as it was before the restore. Without --apply-network (or with --skip-network) the rest comes back.',
  });
}

function whyTakenBack({ outcome, problems }: LiveNetworkEnd): string {
  if (outcome === 'late') return 'nobody confirmed the new network in time: the restore was taken back';
  if (outcome === 'reverted') return 'the new network was not wanted: the restore was taken back';
  return `the new network does not work, and the restore was taken back: ${problems.join('; ')}`;
}

/** After an undo: the running network follows the files. `before`: those of before the undo. */
export async function reloadAfterUndo(run: Run, before: NetworkTexts): Promise<void> {
  const { problems } = await reloadNetwork(run.host, before);
  for (const message of problems) run.report({ severity: 'warning', code: 'network-complaint', message });
}

const tellEverySeconds = 10;

/** While a question stands on the screen nothing is written into it; the question names the time. */
function teller(
  run: Run,
  question: Readonly<{ isOpen: boolean }>,
): (progress: { message: string; secondsLeft?: number }) => void {
  return ({ message, secondsLeft }) => {
    if (secondsLeft !== undefined && secondsLeft % tellEverySeconds !== 0) return;
    run.log.line('STEP', message);
    if (!question.isOpen) run.reporter.phase(message);
  };
}
