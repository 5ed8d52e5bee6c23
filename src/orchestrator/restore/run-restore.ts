// A restore, from the plan that was agreed to until its record. Reads like a table of contents; each step has a file of its own.

import { hostPathOf } from '../../config/layout.ts';
import { AppError, InterruptedError } from '../../errors.ts';
import type { RealPath } from '../../host/host.ts';
import { applyRestore, type AppliedRestore } from '../../restore/engine/apply-restore.ts';
import { prepareRestore, type PreparedRestore } from '../../restore/engine/prepare-restore.ts';
import { finishRestore } from '../../restore/engine/undo-restore.ts';
import type { LiveNetworkEnd } from '../../restore/network/apply-live.ts';
import { planActions, type PlanAction, type RestorePlan } from '../../restore/plan/restore-plan.ts';
import { leaveOut } from '../../restore/plan/summarise-entries.ts';
import type { Reporter } from '../../ui/reporter.ts';
import { formatCount, formatLocalTime } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';
import { version } from '../../version.ts';
import { createRun, type Run } from '../run-state.ts';
import { choresAfter, type Chore } from './afterwards.ts';
import { areServicesDone, aroundServices } from './around-services.ts';
import { prepareLiveNetwork, reportNothingLive, setUpNetwork, type LiveNetworkWish } from './live-network.ts';
import { handOutStaged, listMissingPackages } from './hand-out.ts';
import type { PlannedRun, RestoreSession } from './plan-run.ts';
import { withRestoreLock } from './restore-lock.ts';
import {
  endingOf,
  keepRecord,
  openRestoreLog,
  timesOf,
  type RestoredPath,
  type RestoreRecord,
} from './restore-record.ts';

export interface RestoreOptions {
  reporter: Reporter;
  /** Called when from now on a second Ctrl-C must not end the program, with what it would break. */
  holdInterrupts: (why: string | undefined) => void;
  /** The network is set up at once, under guard; absent: at the next boot. */
  liveNetwork?: LiveNetworkWish;
}

export interface RestoreOutcome {
  record: RestoreRecord;
  recordPath?: RealPath;
  /** What ended it, when it did not succeed. */
  error?: unknown;
}

/** What is known of the restore; grows while it runs. */
interface RestoreParts {
  /** As it is carried out. */
  plan?: RestorePlan;
  prepared?: PreparedRestore;
  applied?: AppliedRestore;
  chores: readonly Chore[];
  error?: unknown;
}

/** Never throws for what goes wrong: the outcome says it, and the record is written whatever happens. */
export async function runRestore(
  session: RestoreSession,
  planned: PlannedRun,
  options: RestoreOptions,
): Promise<RestoreOutcome> {
  const { host, config, live } = session;
  const run = createRun(host, options.reporter, host.clock.now());
  const parts: RestoreParts = { chores: [] };
  try {
    await withRestoreLock(run, { config, hostname: live.hostname }, async () => {
      openRestoreLog(run, { config, kind: 'restore', hostname: live.hostname });
      logPlan(run, planned.plan);
      parts.plan = withoutOwnDirectories(session, planned.plan);
      await restore(run, session, { ...planned, plan: parts.plan }, { parts, options });
    });
  } catch (error) {
    parts.error = classify(run, error);
  } finally {
    options.holdInterrupts(undefined);
  }
  return finish(run, session, parts.plan ?? planned.plan, parts);
}

/** On a bare host ProxSave's own directories are made by now, so that the plan need not make them any more. */
function withoutOwnDirectories({ host, config }: RestoreSession, plan: RestorePlan): RestorePlan {
  const { state } = config.places;
  host.fs.makeDirectory(state, 0o700);
  const own = [state, config.values.LOG_PATH, config.values.LOCK_PATH].map(
    (path) => `${hostPathOf(host, path).slice(1)}/`,
  );
  const made = plan.entries.filter(
    ({ path, type, before }) =>
      type === 'directory' && before === null && own.some((place) => place.startsWith(`${path}/`)),
  );
  return leaveOut(plan, new Map(made.map(({ path }) => [path, 'ProxSave has made it for itself'])));
}

async function restore(
  run: Run,
  session: RestoreSession,
  planned: PlannedRun,
  { parts, options }: { parts: RestoreParts; options: RestoreOptions },
): Promise<void> {
  const { host, config, source, live, paths, strategies } = session;
  const { plan, choices } = planned;
  const { state } = config.places;
  reportDoubts(run, session, planned);
  const keepsAddress = choices.address === 'live';
  const liveNetwork =
    options.liveNetwork === undefined
      ? undefined
      : await prepareLiveNetwork(host, options.liveNetwork, { ...planned, keepsAddress });
  if (options.liveNetwork !== undefined && liveNetwork === undefined) reportNothingLive(run, plan);
  const prepared = await run.phase('prepare', 'Putting contents and a snapshot aside', () =>
    prepareRestore(host, source, plan, { state, live, paths, strategies: strategies.with(choices) }),
  );
  parts.prepared = prepared;
  run.log.line('INFO', `restore ${prepared.id}: ${formatCount(prepared.steps, 'path')} will change`);
  options.holdInterrupts('What was begun is being taken back, which is not stopped half-way.');
  parts.applied = await aroundServices(run, plan, () =>
    run.phase('apply', `Putting back ${formatCount(prepared.steps, 'path')}, and reading them back`, () =>
      applyRestore(host, state, prepared.id),
    ),
  );
  await run.phase('finish', 'Handing out what is for you', () => {
    handOutStaged(host, plan, prepared);
    const isLive = liveNetwork !== undefined;
    parts.chores = choresOf(session, isLive ? withoutNetworkReboot(planned) : planned, prepared);
  });
  const network =
    liveNetwork === undefined ? undefined : await setUpNetwork(run, config, prepared.id, liveNetwork);
  if (network?.outcome === 'waiting') parts.chores = [waitingChore(prepared.id, network), ...parts.chores];
  // What waits is finished by `proxsave confirm`.
  else finishRestore(host, state, prepared.id);
}

/** A network that is set up now needs no reboot. */
export function withoutNetworkReboot(planned: PlannedRun): PlannedRun {
  const rebootReasons = planned.plan.rebootReasons.filter((reason) => !reason.startsWith('network:'));
  return { ...planned, plan: { ...planned.plan, rebootReasons } };
}

function waitingChore(id: string, { deadline }: LiveNetworkEnd): Chore {
  return {
    what: `the new network goes back at ${formatLocalTime(deadline)} unless it is confirmed`,
    commands: [`proxsave confirm ${id}`, `proxsave undo ${id}`],
  };
}

/** What is not as sure as it should be; the restore goes on. */
function reportDoubts(run: Run, { source, config }: RestoreSession, { unchecked }: PlannedRun): void {
  const warn = (code: string, message: string) => {
    run.report({ severity: 'warning', code, message: config.redact(message) });
  };
  for (const note of source.unverified) warn('archive-not-proved', note);
  for (const note of unchecked) warn('not-checked', note);
}

export function choresOf(
  { host, live }: RestoreSession,
  { plan, network }: PlannedRun,
  { exportDirectory }: Pick<PreparedRestore, 'exportDirectory'>,
): Chore[] {
  const missingPackages = listMissingPackages(host, exportDirectory);
  return choresAfter({
    plan,
    live,
    network,
    exportDirectory,
    areServicesDone: areServicesDone(host),
    ...(missingPackages === undefined ? {} : { missingPackages }),
  });
}

function classify({ host }: Run, error: unknown): unknown {
  if (error instanceof AppError || !host.signal.aborted) return error;
  return new InterruptedError(undefined, { cause: error });
}

function logPlan(run: Run, { archive, entries }: RestorePlan): void {
  run.log.line('INFO', `archive: ${archive.location}, of ${archive.hostname}, made ${archive.createdAt}`);
  for (const { path, action, reason, notes } of entries) {
    if (action === 'same') continue;
    run.log.line('STEP', `${action} /${printable(path)}: ${[reason, ...notes].join('; ')}`);
  }
}

function finish(
  run: Run,
  { config, live }: RestoreSession,
  plan: RestorePlan,
  parts: RestoreParts,
): RestoreOutcome {
  const { prepared, applied, chores, error } = parts;
  logEnding(run, parts);
  run.log.close();
  const record: RestoreRecord = {
    schema_version: 1,
    kind: 'restore',
    hostname: live.hostname,
    archive: plan.archive,
    ...(prepared === undefined ? {} : { restore_id: prepared.id }),
    ...endingOf(run.findings, error),
    ...(error instanceof Error ? { error: error.message } : {}),
    ...timesOf(run),
    version,
    request: plan.request,
    counts: countActions(plan),
    applied: applied?.applied.length ?? 0,
    paths: pathsOf(plan, applied),
    ...(prepared === undefined ? {} : { export_directory: prepared.exportDirectory }),
    chores,
    findings: run.findings,
    phases: run.phases,
    log_path: run.log.path,
  };
  const recordPath = keepRecord(run, config, record);
  return {
    record,
    ...(recordPath === undefined ? {} : { recordPath }),
    ...(error === undefined ? {} : { error }),
  };
}

function logEnding(run: Run, { applied, error }: RestoreParts): void {
  if (error instanceof AppError) {
    run.log.line('ERROR', error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
  } else if (error instanceof Error) run.log.line('CRITICAL', `unexpected: ${error.stack ?? error.message}`);
  else run.log.line('INFO', `restored: ${formatCount(applied?.applied.length ?? 0, 'path')}, each read back`);
}

export function countActions({ entries }: Pick<RestorePlan, 'entries'>): Record<PlanAction, number> {
  const counts = Object.fromEntries(planActions.map((name) => [name, 0])) as Record<PlanAction, number>;
  for (const { action } of entries) counts[action] += 1;
  return counts;
}

function pathsOf(plan: RestorePlan, applied: AppliedRestore | undefined): RestoredPath[] {
  const changes = new Map(applied?.applied.map(({ path, change }) => [path, change]));
  return plan.entries
    .filter(({ action }) => action !== 'same')
    .map(({ path, area, action, reason, notes }) => {
      const change = changes.get(path);
      return { path, area, action, reason, notes, ...(change === undefined ? {} : { change }) };
    });
}
