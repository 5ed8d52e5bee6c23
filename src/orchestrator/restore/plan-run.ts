// Everything of a restore up to the first change: the archive proved, both hosts looked at, the plan, its checks.

import { hostPathOf } from '../../config/layout.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import type { PathContext } from '../../catalogue/claimed-paths.ts';
import { UsageError } from '../../errors.ts';
import { detectFacts } from '../../host/detect-facts.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import type { NetworkPlan } from '../../restore/network/network-types.ts';
import { planRestore, type PlannedRestore } from '../../restore/plan/plan-restore.ts';
import { parsePlan, type RestorePlan } from '../../restore/plan/restore-plan.ts';
import { leaveOut } from '../../restore/plan/summarise-entries.ts';
import type { RestoreRequest } from '../../restore/request.ts';
import type { Reporter } from '../../ui/reporter.ts';
import type { NamedArchive } from '../tiers/find-on-tier.ts';
import { createWorkDirectory } from '../work-directory.ts';
import { openArchiveSource, type ArchiveSource } from './archive-source.ts';
import { checkPlan } from './check-plan.ts';
import { parseChoices, type RestoreChoices } from './choices.ts';
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
  /** Sentences: what the system's own programs could not check. */
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

/** Changes nothing. */
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
    unchecked: [],
  };
}

/** What the system's own programs refuse is left out. Writes into ProxSave's private work directory only. */
export async function checkRun(session: RestoreSession, planned: PlannedRun): Promise<PlannedRun> {
  const { host, config } = session;
  const work = createWorkDirectory(host, config.places.run);
  try {
    const { refused, unchecked } = await checkPlan(host, planned.plan, planned.differences, work.path());
    return { ...planned, plan: leaveOut(planned.plan, refused), unchecked };
  } finally {
    work.remove();
  }
}

/** A plan that was saved, for this archive. @throws UsageError when it is of another archive or cannot be used */
export async function givenPlan(session: RestoreSession, text: string, where: string): Promise<PlannedRun> {
  const plan = parsePlan(lastDocument(text), where);
  const { source, host } = session;
  demandSameArchive(plan, source, where);
  if (plan.host.root !== host.root) {
    throw new UsageError(`${where} is a plan for the root ${plan.host.root}, not for ${host.root}`, {
      hint: 'use the same --root as for the plan, or make the plan again',
    });
  }
  const choices = parseChoices(plan.choices, where);
  const fresh = await planRun(session, plan.request, choices);
  return { ...fresh, plan };
}

/** What `--dry-run --json` printed is taken too: the plan is its last line. */
function lastDocument(text: string): string {
  const lines = text.trimEnd().split('\n');
  return lines.every((line) => line.startsWith('{')) ? (lines.at(-1) ?? '') : text;
}

function demandSameArchive({ archive }: RestorePlan, source: ArchiveSource, where: string): void {
  const isSame = archive.hostname === source.hostname && archive.createdAt === source.createdAt.toISOString();
  if (isSame) return;
  throw new UsageError(
    `${where} is a plan for the archive of ${archive.hostname} of ${archive.createdAt}, not for ${source.location}`,
    { hint: `name that archive (${archive.location}), or make the plan again` },
  );
}
