// Taking a restore back, and bringing one to its end that was cut off: with lock and log, like the restore itself.

import type { LoadedConfig } from '../../config/load-config.ts';
import { AppError, UsageError } from '../../errors.ts';
import { detectFacts } from '../../host/detect-facts.ts';
import { detectHostname } from '../../host/detect-hostname.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { resumeRestore, type AppliedRestore } from '../../restore/engine/apply-restore.ts';
import { readJournal } from '../../restore/engine/journal.ts';
import { restoreDirectory } from '../../restore/engine/restore-directory.ts';
import {
  finishRestore,
  listRestores,
  undoRestore,
  type ListedRestore,
  type UndoneRestore,
} from '../../restore/engine/undo-restore.ts';
import { isWorkOfGuard, removeGuard, revertGuard } from '../../restore/network/guard.ts';
import { readNetworkTexts } from '../../restore/network/read-network-texts.ts';
import { parsePlan, type RestorePlan } from '../../restore/plan/restore-plan.ts';
import { formatCount } from '../../util/format.ts';
import { createRun, type Run } from '../run-state.ts';
import { choresAfter, type Chore } from './afterwards.ts';
import { areServicesDone, aroundServices } from './around-services.ts';
import { parseChoices } from './choices.ts';
import { handOutStaged, listMissingPackages } from './hand-out.ts';
import { reloadAfterUndo } from './live-network.ts';
import type { RestoreSession } from './plan-run.ts';
import { withRestoreLock, withUndoLock } from './restore-lock.ts';
import { openRestoreLog } from './restore-record.ts';
import type { RestoreOptions } from './run-restore.ts';

/** The restore that `undo` means without an id: the newest that can be taken back. @throws UsageError */
export function restoreToUndo(restores: readonly ListedRestore[], id: string | undefined): ListedRestore {
  const found = restores.find((one) => (id === undefined ? one.isUndoable : one.id === id));
  if (found !== undefined) return found;
  if (id === undefined) {
    throw new UsageError('there is no restore of this host that could be taken back', {
      hint: 'proxsave undo --list shows what there was',
    });
  }
  throw new UsageError(`there is no restore ${JSON.stringify(id)} on this host`, {
    hint: 'list them: proxsave undo --list',
  });
}

export interface UndoRequest extends RestoreOptions {
  config: LoadedConfig;
  id: string;
  /** The running network follows the files that were brought back. */
  reloadsNetwork?: boolean;
}

/** Takes a change back that waits for its confirmation, by its guard, so that it goes on when the connection breaks. */
export async function undoGuarded(
  host: Host,
  { config, id }: Pick<UndoRequest, 'config' | 'id'>,
): Promise<void> {
  const { state } = config.places;
  const isUndone = () => readJournal(host, restoreDirectory(state, id)).status === 'undone';
  if (isUndone()) await removeGuard(host, id);
  else await revertGuard(host, id);
}

/** @throws as undoRestore; SkippedError when another run holds the lock */
export async function runUndo(host: Host, request: UndoRequest): Promise<UndoneRestore> {
  const { config, id, reporter, holdInterrupts } = request;
  const run = createRun(host, reporter, host.clock.now());
  const hostname = await detectHostname(host);
  try {
    return await withUndoLock(run, { config, hostname, id }, async () => {
      openRestoreLog(run, { config, kind: 'undo', hostname });
      holdInterrupts('Half an undo helps nobody: it is brought to its end.');
      const { state } = config.places;
      const plan = planOf(host, config, id);
      const undo = () => undoUnlessDone(host, state, id);
      const work = () => run.phase('undo', `Bringing back what was there before restore ${id}`, undo);
      const before = readNetworkTexts(host);
      const undone = await (plan === undefined ? work() : aroundServices(run, plan, work));
      if (request.reloadsNetwork === true) await reloadAfterUndo(run, before);
      run.log.line('INFO', `${formatCount(undone.restored, 'path')} brought back`);
      for (const note of undone.notes) run.log.line('WARNING', note);
      return undone;
    });
  } catch (error) {
    logFailure(run, error);
    throw error;
  } finally {
    holdInterrupts(undefined);
    run.log.close();
  }
}

/** A guard that was cut off after its undo comes again: then only the network is left to do. */
async function undoUnlessDone(host: Host, state: RealPath, id: string): Promise<UndoneRestore> {
  const isDone = () => readJournal(host, restoreDirectory(state, id)).status === 'undone';
  if (isWorkOfGuard(host, id) && isDone()) return { id, restored: 0, notes: [] };
  return undoRestore(host, state, id);
}

/** Undefined when it was cut off before it was written, or cannot be read. */
export function planOf(host: Host, { places }: LoadedConfig, id: string): RestorePlan | undefined {
  const { plan } = restoreDirectory(places.state, id);
  try {
    return parsePlan(host.fs.readText(plan), plan);
  } catch {
    // The undo does not need it.
    return undefined;
  }
}

export interface ResumeRequest extends UndoRequest {
  /** Opens the archive of the plan; asked for only when the preparation was cut off. */
  openSession: (plan: RestorePlan) => Promise<RestoreSession>;
}

export interface ResumedRestore extends AppliedRestore {
  plan: RestorePlan;
  chores: readonly Chore[];
}

/** @throws as resumeRestore; SkippedError */
export async function runResume(host: Host, request: ResumeRequest): Promise<ResumedRestore> {
  const { config, id, reporter, holdInterrupts } = request;
  const { state } = config.places;
  const listed = restoreToUndo(listRestores(host, state), id);
  const plan = planOf(host, config, id);
  if (plan === undefined) {
    throw new UsageError(`restore ${id} was cut off before it had a plan; nothing was changed`, {
      hint: 'start anew: proxsave restore',
    });
  }
  const session = listed.status === 'preparing' ? await request.openSession(plan) : undefined;
  const run = createRun(host, reporter, host.clock.now());
  const live = session?.live ?? (await detectFacts(host));
  try {
    return await withRestoreLock(run, { config, hostname: live.hostname, id }, async () => {
      openRestoreLog(run, { config, kind: 'restore', hostname: live.hostname });
      holdInterrupts('What was begun is being taken back, which is not stopped half-way.');
      const choices = parseChoices(plan.choices, restoreDirectory(state, id).plan);
      const options = {
        state,
        live,
        paths: session?.paths ?? { values: config.values, knownPlaces: {} },
        strategies: session?.strategies.with(choices) ?? { merge: {}, stage: {} },
        ...(session === undefined ? {} : { source: session.source }),
      };
      const applied = await aroundServices(run, plan, () =>
        run.phase('resume', `Bringing restore ${id} to its end`, () => resumeRestore(host, id, options)),
      );
      const { export: exportDirectory, staged: stagedDirectory } = restoreDirectory(state, id);
      handOutStaged(host, plan, { exportDirectory, stagedDirectory });
      const missingPackages = listMissingPackages(host, exportDirectory);
      const chores = choresAfter({
        plan,
        live,
        network: session?.strategies.network(),
        exportDirectory,
        areServicesDone: areServicesDone(host),
        ...(missingPackages === undefined ? {} : { missingPackages }),
      });
      finishRestore(host, state, id);
      return { ...applied, plan, chores };
    });
  } catch (error) {
    logFailure(run, error);
    throw error;
  } finally {
    holdInterrupts(undefined);
    run.log.close();
  }
}

function logFailure(run: Run, error: unknown): void {
  if (!(error instanceof Error)) return;
  const hint = error instanceof AppError && error.hint !== undefined ? ` (${error.hint})` : '';
  run.log.line('ERROR', `${error.message}${hint}`);
}
