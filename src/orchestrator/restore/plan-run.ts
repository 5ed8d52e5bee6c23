// Everything of a restore up to the first change: the archive proved, both hosts looked at, the plan, its checks.

import { hostPathOf } from '../../config/layout.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import type { PathContext } from '../../catalogue/claimed-paths.ts';
import { detectFacts } from '../../host/detect-facts.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import type { NetworkPlan } from '../../restore/network/network-types.ts';
import { planRestore, type PlannedRestore } from '../../restore/plan/plan-restore.ts';
import type { RestorePlan } from '../../restore/plan/restore-plan.ts';
import { leaveOut } from '../../restore/plan/summarise-entries.ts';
import { UsageError } from '../../errors.ts';
import { namesWithoutMeaning, type RestoreRequest } from '../../restore/request.ts';
import type { Reporter } from '../../ui/reporter.ts';
import type { NamedArchive } from '../tiers/find-on-tier.ts';
import { createWorkDirectory } from '../work-directory.ts';
import { openArchiveSource, type ArchiveSource } from './archive-source.ts';
import { checkPlan } from './check-plan.ts';
import { parseChoices, type RestoreChoices } from './choices.ts';
import { agreedPlan, demandSameSubject, readGivenPlan } from './given-plan.ts';
import { gatherStrategies, type LiveStrategies } from './strategies.ts';

/** What stays the same however often the plan is made. */
export interface RestoreSession {
  host: Host;
  config: LoadedConfig;
  source: ArchiveSource;
  live: HostFacts;
  strategies: LiveStrategies;
  paths: PathContext;
}

export interface SessionRequest {
  config: LoadedConfig;
  archive: NamedArchive;
  reporter: Reporter;
}

export interface PlannedRun extends PlannedRestore {
  choices: RestoreChoices;
  /** Undefined: the plan holds no network. */
  network: NetworkPlan | undefined;
  /** Sentences: what the system's own programs could not check, and names that mean nothing in the archive. */
  unchecked: readonly string[];
}

/** @throws VerificationError and its kin for an archive that cannot be restored from */
export async function openSession(
  host: Host,
  { config, archive, reporter }: SessionRequest,
): Promise<RestoreSession> {
  reporter.phase(`Reading ${archive.location} to its end`);
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
    reporter.progress({ label: 'read', files: 0, bytes, totalBytes: archive.size });
  };
  const source = await openArchiveSource(host, archive, { signal: host.signal, onBytes });
  reporter.phase('Looking at this host');
  const live = await detectFacts(host);
  const strategies = await gatherStrategies(host, live, source.passwdText);
  reporter.done();
  const knownPlaces = config.file === undefined ? {} : { 'config-file': hostPathOf(host, config.file) };
  return { host, config, source, live, strategies, paths: { values: config.values, knownPlaces } };
}

/** Changes nothing. @throws UsageError when nothing of what was asked for is in the archive */
export async function planRun(
  session: RestoreSession,
  request: RestoreRequest,
  choices: RestoreChoices,
): Promise<PlannedRun> {
  const { host, source, live, paths, strategies } = session;
  const { plan, differences } = await planRestore(host, source, {
    request,
    live,
    paths,
    strategies: strategies.with(choices),
    withDifferences: true,
    signal: host.signal,
  });
  return {
    plan: { ...plan, choices },
    differences,
    choices,
    network: strategies.network(),
    unchecked: doubtsAboutNames(request, plan),
  };
}

function doubtsAboutNames(request: RestoreRequest, { entries, archive }: RestorePlan): string[] {
  const nothing = namesWithoutMeaning(request, entries);
  const only = nothing.filter(({ by }) => by === 'only').map(({ name }) => name);
  if (only.length > 0 && only.length === request.only.length) {
    throw new UsageError(`--only ${only.join(',')}: ${archive.location} has nothing of that name`, {
      hint: 'see what it holds: proxsave ls ARCHIVE',
    });
  }
  // The areas of the network are added where cards are mapped, whether the archive has them or not.
  return nothing
    .filter(({ by, name }) => by !== 'include' || name.startsWith('/'))
    .map(({ by, name }) => `--${by} ${name}: the archive has nothing of that name`);
}

/** What the system's own programs refuse is left out. Writes into ProxSave's private work directory only. */
export async function checkRun(session: RestoreSession, planned: PlannedRun): Promise<PlannedRun> {
  const { host, config } = session;
  const work = createWorkDirectory(host, config.places.run);
  try {
    const { refused, unchecked } = await checkPlan(host, planned.plan, planned.differences, work.path());
    return {
      ...planned,
      plan: leaveOut(planned.plan, refused),
      unchecked: [...planned.unchecked, ...unchecked],
    };
  } finally {
    work.remove();
  }
}

/**
 * A plan that was saved, for this archive.
 * @throws UsageError when it is of another archive or host, or cannot be used; RunFailedError when it is not so any more
 */
export async function givenPlan(session: RestoreSession, text: string, where: string): Promise<PlannedRun> {
  const plan = readGivenPlan(text, where);
  const { source, host, live } = session;
  demandSameSubject(plan, { archive: source, host: { hostname: live.hostname, root: host.root } }, where);
  const fresh = await planRun(session, plan.request, parseChoices(plan.choices, where));
  return { ...fresh, plan: agreedPlan(plan, fresh.plan, where) };
}
