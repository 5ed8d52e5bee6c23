// Decides what a restore would do, without doing anything: reads the archive once and looks at the host.

import { createArchiveOwners, type ArchiveOwner } from '../../catalogue/archive-owners.ts';
import type { PathContext } from '../../catalogue/claimed-paths.ts';
import { areas } from '../../catalogue/index.ts';
import type { HostFacts } from '../../host/facts.ts';
import { createOwnerLookup, type OwnerLists } from '../../host/file-owners.ts';
import type { Host } from '../../host/host.ts';
import { decodeBytePath } from '../../util/byte-path.ts';
import type { RestoreLimits } from '../limits.ts';
import { readLiveFile } from '../live-state.ts';
import { compareSides, sideOfHost, type Side } from '../preflight/crossing.ts';
import { detectHardware, hardwareOfArchive, tellsHardware } from '../preflight/hardware.ts';
import { judgePreflight } from '../preflight/judge-preflight.ts';
import type { RestoreRequest } from '../request.ts';
import type { RestorePath } from '../restore-path.ts';
import type { RestoreSource } from '../source.ts';
import type { RestoreStrategies } from '../strategies.ts';
import { decideByStrategies, type StrategyInput } from './apply-strategies.ts';
import { maxTextBytes, readCandidates, type Candidates, type Refused } from './candidates.ts';
import {
  planDirectories,
  planEntries,
  planForOwners,
  planParents,
  type PlanningContext,
} from './plan-entries.ts';
import { changesHost, planSchemaVersion, type PlanEntry, type RestorePlan } from './restore-plan.ts';
import { createSelect, type Selection } from './select-entry.ts';
import { summariseEntries } from './summarise-entries.ts';

export interface PlanOptions {
  request: RestoreRequest;
  /** Facts of the host that is restored to (detectFacts). */
  live: HostFacts;
  /** Configured places of the catalogue's paths; defaults on a host without configuration. */
  paths: PathContext;
  strategies: RestoreStrategies;
  /** Keep small texts of both sides of changed files, for a diff. */
  withDifferences?: boolean;
  signal?: AbortSignal;
  limits?: Partial<RestoreLimits>;
}

/** Both sides of a small file that changes; `live` is absent when it is created. Not to be shown where the entry is secret. */
export interface TextDifference {
  live: string | undefined;
  planned: string;
}

export interface PlannedRestore {
  plan: RestorePlan;
  /** By path; empty unless `withDifferences`. */
  differences: ReadonlyMap<string, TextDifference>;
}

/** @throws SecurityError for an archive beyond the limits, VerificationError for damaged content, what the source throws */
export async function planRestore(
  host: Host,
  source: RestoreSource,
  options: PlanOptions,
): Promise<PlannedRestore> {
  const owners = createArchiveOwners(areas, options.paths);
  const candidates = await readCandidates(source, {
    owners,
    wantsText: (path, owner) =>
      options.withDifferences === true || wantsText(path, owner, options.strategies),
    signal: options.signal ?? host.signal,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const [backup, here] = bothSides(host, source, options, candidates);
  const context: PlanningContext = {
    host,
    candidates,
    select: createSelect(options.request, options.live, compareSides(backup, here)),
    ownerOf: createOwnerLookup(ownerLists(host)),
    keepsOwners: host.process.uid === 0,
    hasCluster: options.live.pve !== undefined,
    hasStrategy: (selection) => hasStrategy(options.strategies, selection),
    planned: new Map(),
  };
  planEntries(context);
  const contents = decide(context, { source, options });
  planForOwners(context, createOwnerLookup(ownerLists(host, contents)));
  planParents(context);
  const entries = [...context.planned.values(), ...candidates.refused.map(refusedEntry)].sort(byPath);
  const plan = describePlan(host, source, { options, entries, verdicts: judgePreflight(backup, here) });
  return { plan, differences: differencesOf(host, entries, { options, candidates, contents }) };
}

function byPath(a: PlanEntry, b: PlanEntry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** What strategies and preflight checks read, at the plan and again when contents are staged. */
export function wantsText(
  path: string,
  owner: ArchiveOwner | undefined,
  strategies: RestoreStrategies,
): boolean {
  if (tellsHardware(path) || strategies.wants?.(path) === true) return true;
  const restore = owner?.item.restore;
  if (restore?.how === 'merge') return strategies.merge[restore.kind] !== undefined;
  return restore?.how === 'stage' && strategies.stage[restore.kind] !== undefined;
}

function hasStrategy(strategies: RestoreStrategies, selection: Selection): boolean {
  if (selection.how === 'merge') return strategies.merge[selection.kind] !== undefined;
  return selection.how === 'stage' && strategies.stage[selection.kind] !== undefined;
}

const maxListBytes = 16 * 1024 * 1024;

/** As they are here, or as they will be. */
function ownerLists(host: Host, planned: ReadonlyMap<string, Buffer> = new Map()): OwnerLists {
  const text = (path: string) =>
    (planned.get(path) ?? readLiveFile(host, path, maxListBytes))?.toString('utf8');
  return { passwd: text('etc/passwd'), group: text('etc/group') };
}

function bothSides(
  host: Host,
  source: RestoreSource,
  { live }: PlanOptions,
  { texts }: Candidates,
): [Side, Side] {
  const { facts, hostname, products, versions } = source;
  const backup = { facts, hostname, products, versions, hardware: hardwareOfArchive(texts) };
  return [backup, sideOfHost(live, detectHardware(host))];
}

interface Decider {
  source: RestoreSource;
  options: PlanOptions;
}

/** Replaces merge and stage entries by what the strategies say; gives the contents that they made. */
function decide(context: PlanningContext, decider: Decider): Map<string, Buffer> {
  const { host, candidates, planned } = context;
  const { source, options } = decider;
  const open = [...planned.values()].filter(({ archivedSha256 }) => archivedSha256 !== undefined);
  const contents = new Map<string, Buffer>();
  // Only what a strategy may see: the same when the content is staged, whether differences are shown or not.
  const archived = new Map(
    [...candidates.texts].filter(([path]) =>
      wantsText(path, candidates.entries.get(path as RestorePath)?.owner, options.strategies),
    ),
  );
  for (const { entry, content, directories = [] } of decideByStrategies(
    strategyInput(host, source, options, archived),
    open,
  )) {
    planned.set(entry.path as RestorePath, entry);
    if (content !== undefined) contents.set(entry.path, content);
    planDirectories(context, entry, directories);
  }
  return contents;
}

export function strategyInput(
  host: Host,
  source: RestoreSource,
  options: Pick<PlanOptions, 'live' | 'request' | 'strategies'>,
  archived: ReadonlyMap<string, string>,
): StrategyInput {
  const mtimeNs = (BigInt(host.clock.now().getTime()) * 1_000_000n).toString();
  const { live, request, strategies } = options;
  return { host, strategies, live, backup: source.facts, request, archived, mtimeNs };
}

function refusedEntry({ name, type, reason }: Refused): PlanEntry {
  return { path: name, type, area: '', action: 'skip', reason, notes: [], secret: true };
}

interface Described {
  options: PlanOptions;
  entries: PlanEntry[];
  verdicts: RestorePlan['preflight'];
}

function describePlan(
  host: Host,
  source: RestoreSource,
  { options, entries, verdicts }: Described,
): RestorePlan {
  return {
    schemaVersion: planSchemaVersion,
    createdAt: host.clock.now().toISOString(),
    archive: {
      location: source.location,
      hostname: source.hostname,
      createdAt: source.createdAt.toISOString(),
    },
    host: { hostname: options.live.hostname, root: host.root },
    request: options.request,
    preflight: verdicts,
    keepsOwners: host.process.uid === 0,
    entries,
    ...summariseEntries(entries),
  };
}

interface Contents {
  options: PlanOptions;
  candidates: Candidates;
  contents: ReadonlyMap<string, Buffer>;
}

function differencesOf(
  host: Host,
  entries: readonly PlanEntry[],
  { options, candidates, contents }: Contents,
): Map<string, TextDifference> {
  const differences = new Map<string, TextDifference>();
  if (options.withDifferences !== true) return differences;
  for (const entry of entries) {
    if (entry.after?.kind !== 'file' || !changesHost(entry)) continue;
    const made = contents.get(entry.path);
    const planned = made === undefined ? candidates.texts.get(entry.path) : decodeBytePath(made);
    if (planned === undefined) continue;
    const live = readLiveFile(host, entry.path, maxTextBytes);
    differences.set(entry.path, { planned, live: live === undefined ? undefined : decodeBytePath(live) });
  }
  return differences;
}
