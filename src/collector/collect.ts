// The collection: plan -> stream of entries. Files first, area by area, in catalogue order; the commands run
// meanwhile and their outputs follow. One failing area never stops the others.

import type { Item, ReferencedItem } from '../catalogue/types.ts';
import type { SourceEntry } from '../entry.ts';
import type { ReportFinding } from '../findings.ts';
import type { Host, RealPath } from '../host/host.ts';
import { collectDatabases } from './collect-databases.ts';
import type { DatabaseReport } from './copy-database.ts';
import { collectInventories } from './collect-inventories.ts';
import { readOwnerNames, type CollectionContext } from './context.ts';
import { compileExclusions } from './exclusions.ts';
import { expandGlob } from './expand-glob.ts';
import { rulesOf } from './item-rules.ts';
import { ownerAt, positionOf } from '../catalogue/ownership.ts';
import { claimedPaths } from '../catalogue/claimed-paths.ts';
import type { CollectionPlan, PlannedArea } from './plan-collection.ts';
import { commandEntries, plannedCommands } from './planned-commands.ts';
import { referencedPaths } from './references/index.ts';
import { readBufferBytes, reportUnreadable } from './read-file.ts';
import { reportAbsent } from './report-absent.ts';
import { startCommands } from './run-commands.ts';
import { tellEachMountOnce } from './silent-mounts.ts';
import { isCovered, walkSource } from './walk-sources.ts';

export interface CollectionRequest {
  plan: CollectionPlan;
  /** Host paths of what ProxSave itself wrote: never saved. */
  isOwnOutput: (hostPath: string) => boolean;
  report: ReportFinding;
  signal: AbortSignal;
  /** `survey`: only what would be read, with sizes; no content, no commands. */
  mode: 'read' | 'survey';
  /** A private directory for database copies; made when it is first needed. */
  workDirectory: () => RealPath;
  /** Told what the copy of a database showed. */
  onDatabase?: (report: DatabaseReport) => void;
}

/** The entries in groups, see EntryGroups; what is waited for is waited for between them. */
export async function* collectEntries(
  host: Host,
  request: CollectionRequest,
): AsyncGenerator<Iterable<SourceEntry>> {
  const enabled = request.plan.areas.filter((planned) => planned.status.state === 'enabled');
  const report = tellEachMountOnce(request.report);
  const references = await readReferences(host, { ...request, report }, enabled);
  const context = createContext(host, { ...request, report }, references);
  const commands = request.mode === 'read' ? plannedCommands(host, request.plan, enabled) : [];
  const started = startCommands(context, commands);
  try {
    for (const planned of enabled) {
      host.mounts.renew();
      yield collectFiles(context, planned);
      yield* collectDatabases(context, planned);
    }
    for (const [index, command] of commands.entries()) {
      request.signal.throwIfAborted();
      const outcome = await started.outcomes[index];
      if (outcome !== undefined) yield commandEntries(context, command, outcome);
    }
    if (request.mode === 'read') {
      for (const planned of enabled) yield* collectInventories(context, planned, started.hung);
    }
  } finally {
    await started.stop();
  }
}

function createContext(
  host: Host,
  request: CollectionRequest,
  references: CollectionContext['referencedPaths'],
): CollectionContext {
  const { BACKUP_EXCLUDE_PATTERNS, BACKUP_BLACKLIST } = request.plan.values;
  const patterns = [...BACKUP_EXCLUDE_PATTERNS, ...BACKUP_BLACKLIST];
  return {
    host,
    plan: request.plan,
    isExcluded: compileExclusions(patterns, request.isOwnOutput),
    report: request.report,
    owners: readOwnerNames(host),
    signal: request.signal,
    isSurvey: request.mode === 'survey',
    readBuffer: Buffer.allocUnsafeSlow(request.mode === 'read' ? readBufferBytes : 0),
    workDirectory: request.workDirectory,
    onDatabase: (report) => request.onDatabase?.(report),
    emittedDirectories: new Set(),
    emittedLinks: new Set(),
    firstNames: new Map(),
    followedTargets: new Set(),
    referencedPaths: references,
  };
}

/** Before anything is read: some of them have to ask programs. */
async function readReferences(
  host: Host,
  { plan, report }: CollectionRequest,
  areas: readonly PlannedArea[],
): Promise<Map<ReferencedItem, string[]>> {
  const found = new Map<ReferencedItem, string[]>();
  for (const { area, items } of areas) {
    for (const { item, isEnabled } of items) {
      if (!isEnabled || item.kind !== 'referenced') continue;
      try {
        found.set(item, await referencedPaths(host, plan.facts, plan.values, item.references));
      } catch (error) {
        reportUnreadable(
          { host, report },
          { areaId: area.id },
          `files that name others (${item.references})`,
          error,
        );
      }
    }
  }
  return found;
}

function* collectFiles(context: CollectionContext, { area, items }: PlannedArea): Generator<SourceEntry> {
  for (const { item, index, isEnabled } of items) {
    if (!isEnabled || !isFileItem(item)) continue;
    const rules = rulesOf(context, area, item);
    for (const path of sourcesOf(context, item)) {
      if (!isResponsible(context, item, { areaId: area.id, itemIndex: index }, path)) continue;
      const fate = yield* walkSource(context, rules, path);
      if (fate === 'absent') reportAbsent(context, area.id, item, path);
    }
  }
}

function isFileItem(item: Item): boolean {
  return ['file', 'tree', 'glob', 'listed', 'referenced'].includes(item.kind);
}

/** Referenced files have no claim of their own: they are read unless somebody else does it. */
function isResponsible(
  context: CollectionContext,
  item: Item,
  self: { areaId: string; itemIndex: number },
  path: string,
): boolean {
  if (item.kind === 'referenced') return !isCovered(context, path);
  const owner = ownerAt(positionOf(context.plan.ownership, path));
  return owner?.areaId === self.areaId && owner.itemIndex === self.itemIndex;
}

function sourcesOf(context: CollectionContext, item: Item): readonly string[] {
  if (item.kind === 'glob') {
    return claimedPaths(item, context.plan).flatMap((pattern) => expandGlob(context, pattern));
  }
  if (item.kind === 'referenced') return context.referencedPaths.get(item) ?? [];
  return claimedPaths(item, context.plan);
}
