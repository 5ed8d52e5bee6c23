// From candidates to plan entries: the selection of each, then the comparison with what is on the host. Reads, never writes.

import { describeSystemError, isSystemError } from '../../errors.ts';
import type { NamedOwner, Owner } from '../../host/file-owners.ts';
import type { Host } from '../../host/host.ts';
import { withHeldPlace } from '../../host/safe-tree.ts';
import { printable } from '../../util/printable.ts';
import { readLiveState, type LiveState } from '../live-state.ts';
import { checkRestorePath, parentsOf, type RestorePath } from '../restore-path.ts';
import type { Candidate, Candidates } from './candidates.ts';
import { compareStates } from './compare-entry.ts';
import { changesHost, withoutStates, type PlanEntry, type TreeState } from './restore-plan.ts';
import type { SelectEntry, Selection } from './select-entry.ts';
import type { RestoreMeta } from '../source.ts';

export interface PlanningContext {
  host: Host;
  candidates: Candidates;
  select: SelectEntry;
  ownerOf: (owner: NamedOwner) => Owner | undefined;
  keepsOwners: boolean;
  hasCluster: boolean;
  /** Stage kinds and merge kinds that somebody decides on; others are handed out. */
  hasStrategy: (selection: Selection) => boolean;
  /** Decided so far, parents before children. */
  planned: Map<RestorePath, PlanEntry>;
}

/** Merges and staged sets are left as `merge` and `stage` entries with `after` as archived: see apply-strategies.ts. */
export function planEntries(context: PlanningContext): void {
  for (const candidate of context.candidates.entries.values()) {
    context.planned.set(candidate.path, planOne(context, candidate));
  }
}

/**
 * Once the accounts are merged: whoever gets an account or a number by this restore gets the files as well, and nobody else
 * does who has that number here by chance. What strategies have decided keeps its owner.
 */
export function planForOwners(context: PlanningContext, ownerOf: PlanningContext['ownerOf']): void {
  if (!context.keepsOwners) return;
  const after = { ...context, ownerOf };
  const isMoved = ({ meta }: Candidate) => {
    const [here, there] = [context.ownerOf(meta), ownerOf(meta)];
    return here?.uid !== there?.uid || here?.gid !== there?.gid;
  };
  const { entries } = context.candidates;
  const firstName = ({ meta }: Candidate) =>
    meta.type === 'hardlink' ? entries.get(meta.linkTarget as RestorePath) : undefined;
  const concerned = [...entries.values()].filter(
    (candidate) =>
      isMoved(firstName(candidate) ?? candidate) &&
      context.select(candidate.path, candidate.owner).how === 'replace',
  );
  // A second name is as its first one.
  const isSecond = ({ meta }: Candidate) => Number(meta.type === 'hardlink');
  for (const candidate of concerned.sort((a, b) => isSecond(a) - isSecond(b)))
    context.planned.set(candidate.path, planOne(after, candidate));
}

/** Directories that are needed by what changes, and are missing here: part of the plan as well. */
export function planParents(context: PlanningContext): void {
  for (const entry of [...context.planned.values()]) if (changesHost(entry)) addParents(context, entry);
}

function planOne(context: PlanningContext, candidate: Candidate): PlanEntry {
  const selection = context.select(candidate.path, candidate.owner);
  const entry = emptyEntry(candidate);
  if (selection.how === 'skip') return { ...entry, reason: selection.reason };
  const after = stateAfter(context, candidate);
  if (after === undefined) return { ...entry, reason: 'its owner has a number that no system has' };
  const isByStrategy = selection.how !== 'replace';
  if (isByStrategy && after.kind === 'directory') {
    // Its state is for its time, should something in it come back.
    return { ...entry, reason: 'a directory: made where something in it comes back', after };
  }
  if (selection.how === 'export') return { ...entry, action: 'export', reason: selection.reason, after };
  if (isByStrategy && !context.hasStrategy(selection)) return handOut(entry, selection, after);
  try {
    return placed(context, candidate, { entry, selection, after });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { ...entry, reason: `what is in its place cannot be looked at: ${describeSystemError(error)}` };
  }
}

function emptyEntry({ path, meta, owner }: Candidate): PlanEntry {
  const base: PlanEntry = {
    path,
    type: meta.type,
    area: owner?.area.id ?? '',
    action: 'skip',
    reason: '',
    notes: specialModeNotes(meta),
    secret: owner?.item.secret ?? owner === undefined,
  };
  return owner === undefined ? base : { ...base, category: owner.item.category };
}

function specialModeNotes({ type, mode }: RestoreMeta): string[] {
  if (type !== 'file') return [];
  const bits = [(mode & 0o4000) === 0 ? [] : ['setuid'], (mode & 0o2000) === 0 ? [] : ['setgid']].flat();
  return bits.map((bit) => `it has the ${bit} bit: it runs with the rights of its owner`);
}

function stateAfter(
  { ownerOf, keepsOwners, host, candidates }: PlanningContext,
  candidate: Candidate,
): TreeState | undefined {
  const { meta } = candidate;
  const source =
    meta.type === 'hardlink' ? candidates.entries.get(meta.linkTarget as RestorePath) : candidate;
  const of = source?.meta.type === 'file' ? source : candidate;
  const owner = keepsOwners ? ownerOf(of.meta) : { uid: host.process.uid, gid: of.meta.gid };
  if (owner === undefined) return undefined;
  const kind = meta.type === 'hardlink' || meta.type === 'other' ? 'file' : meta.type;
  return {
    kind,
    mode: kind === 'symlink' ? 0o777 : of.meta.mode & 0o7777,
    ...owner,
    size: kind === 'file' ? of.meta.size : 0,
    mtimeNs: of.meta.mtimeNs.toString(),
    ...(of.sha256 === undefined ? {} : { sha256: of.sha256 }),
    ...(kind === 'symlink' ? { linkTarget: meta.linkTarget } : {}),
  };
}

/** Nobody decides on it here: kept in the restore's directory, for the admin or for whoever applies such files. */
function handOut(entry: PlanEntry, selection: Selection, after: TreeState): PlanEntry {
  if (selection.how === 'merge') {
    const reason = `it is merged by hand (${selection.kind}): handed out as a file`;
    return { ...entry, action: 'export', strategy: selection.kind, reason, after };
  }
  const strategy = selection.how === 'stage' ? selection.kind : selection.how;
  return {
    ...entry,
    action: 'stage',
    strategy,
    reason: `staged, then applied as a set (${strategy})`,
    after,
  };
}

interface Placing {
  entry: PlanEntry;
  selection: Selection;
  after: TreeState;
}

function placed(
  context: PlanningContext,
  candidate: Candidate,
  { entry, selection, after }: Placing,
): PlanEntry {
  const { path, meta } = candidate;
  const live = liveBelowPlan(context, path, after);
  if ('blocked' in live) {
    const { parent, kind } = live.blocked;
    return {
      ...entry,
      reason: `its parent ${printable(parent)} is a ${kind} here: nothing is written through it`,
    };
  }
  const before = live.state;
  if ((selection.how === 'merge' || selection.how === 'stage') && after.kind === 'file') {
    return forStrategy({ entry, selection, after }, before);
  }
  const options = {
    path,
    keepsOwners: context.keepsOwners,
    hasCluster: context.hasCluster,
    isEmptyDirectory:
      before?.kind === 'directory' && after.kind !== 'directory' && isEmpty(context.host, path),
  };
  const compared = { ...entry, ...compareStates(before, after, options), after, before };
  return meta.type === 'hardlink'
    ? asHardlink(context, compared, meta.linkTarget)
    : compared.action === 'skip'
      ? withoutStates(compared)
      : compared;
}

function forStrategy({ entry, selection, after }: Placing, before: TreeState | null): PlanEntry {
  if (before !== null && before.kind !== 'file') {
    return { ...entry, reason: `a ${before.kind} is in its place, which cannot be merged with a file` };
  }
  if (selection.how !== 'merge' && selection.how !== 'stage') return entry;
  const reason = selection.how === 'merge' ? 'merged with what is here' : 'decided as a set';
  const archivedSha256 = after.sha256;
  return {
    ...entry,
    action: selection.how,
    strategy: selection.kind,
    reason,
    after,
    before,
    ...(archivedSha256 === undefined ? {} : { archivedSha256 }),
  };
}

/** What is there when the parents have been put back as planned. */
function liveBelowPlan({ host, planned }: PlanningContext, path: RestorePath, after: TreeState): LiveState {
  const live = readLiveState(host, path, { digest: (size) => after.kind === 'file' && size === after.size });
  if (!('blocked' in live)) return live;
  const { parent, kind } = live.blocked;
  const parentEntry = planned.get(parent as RestorePath);
  const isReplaced = parentEntry?.type === 'directory' && changesHost(parentEntry);
  return kind === 'absent' || isReplaced ? { state: null } : live;
}

function isEmpty(host: Host, path: RestorePath): boolean {
  return withHeldPlace(host, path, ({ at }) => host.fs.readDirectory(at).length === 0);
}

/** A second name is made only for a file that this plan puts back or finds unchanged. */
function asHardlink(context: PlanningContext, entry: PlanEntry, target: string): PlanEntry {
  const skipped = withoutStates(entry);
  const first = context.planned.get(target as RestorePath) ?? planFirstName(context, target);
  const isThere = first?.type === 'file' && ['create', 'replace', 'same'].includes(first.action);
  if (!isThere) {
    return {
      ...skipped,
      action: 'skip',
      reason: `${printable(target)}, of which it is a second name, does not come back`,
    };
  }
  if (entry.action === 'skip') return { ...skipped, action: 'skip' };
  const isOneFile =
    first.action === 'same' && entry.action === 'same' && areOneFile(context.host, entry.path, target);
  if (isOneFile) return { ...entry, hardlinkTo: target };
  const action = entry.before === null ? 'create' : 'replace';
  // A file that stays as it is keeps its own time, under its new name too.
  const after = first.action === 'same' ? first.before : entry.after;
  if (after === null || after === undefined) return { ...skipped, action: 'skip' };
  return { ...entry, action, after, hardlinkTo: target, reason: `a second name of ${printable(target)}` };
}

/** The first name may come later in the order of names. */
function planFirstName(context: PlanningContext, target: string): PlanEntry | undefined {
  const candidate = context.candidates.entries.get(target as RestorePath);
  return candidate?.meta.type === 'file' ? planOne(context, candidate) : undefined;
}

function areOneFile(host: Host, ...paths: readonly string[]): boolean {
  const inodes = paths.map((path) =>
    withHeldPlace(host, path, ({ at }) => {
      const { device, inode } = host.fs.lstat(at);
      return `${device}:${inode}`;
    }),
  );
  return new Set(inodes).size === 1;
}

const plainDirectory = 0o755;

/** Missing parents are part of the plan too: with the mode of the archive where it has them, else as mkdir makes them. */
/** Directories that a strategy asks for, and their missing parents. Names that are refused are left out. */
export function planDirectories(
  context: PlanningContext,
  entry: PlanEntry,
  hostPaths: readonly string[],
): void {
  if (!changesHost(entry)) return;
  for (const hostPath of hostPaths) {
    const checked = checkRestorePath(hostPath.replace(/^\/+/u, ''));
    if ('path' in checked) addParents(context, { ...entry, path: `${checked.path}/.` });
  }
}

function addParents(context: PlanningContext, entry: PlanEntry): void {
  for (const parent of parentsOf(entry.path)) {
    const known = context.planned.get(parent);
    if (known !== undefined && changesHost(known)) continue;
    const live = readLiveState(context.host, parent, { digest: () => false });
    const isAbsent = 'blocked' in live || live.state === null;
    if (!isAbsent) continue;
    context.planned.set(parent, parentEntry(context, parent, entry));
  }
}

function parentEntry(context: PlanningContext, path: RestorePath, child: PlanEntry): PlanEntry {
  const candidate = context.candidates.entries.get(path);
  const isDirectory = candidate?.meta.type === 'directory';
  const fromArchive = isDirectory ? stateAfter(context, candidate) : undefined;
  const root = context.keepsOwners ? { uid: 0, gid: 0 } : { uid: context.host.process.uid, gid: 0 };
  const now = BigInt(context.host.clock.now().getTime()) * 1_000_000n;
  const after = fromArchive ?? {
    kind: 'directory',
    mode: plainDirectory,
    ...root,
    size: 0,
    mtimeNs: now.toString(),
  };
  return {
    path,
    type: 'directory',
    area: candidate?.owner?.area.id ?? child.area,
    action: 'create',
    reason: 'it is missing here, and something comes back in it',
    notes: [],
    secret: false,
    after,
    before: null,
  };
}
