// The second pass over the archive: everything that will be written is put aside first, checked against the plan and on
// disk. So neither a full disk nor a damaged archive is met with half of the host changed.

import { posix } from 'node:path';
import { createArchiveOwners } from '../../catalogue/archive-owners.ts';
import type { PathContext } from '../../catalogue/claimed-paths.ts';
import { areas } from '../../catalogue/index.ts';
import { VerificationError } from '../../errors.ts';
import type { HostFacts } from '../../host/facts.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { printable } from '../../util/printable.ts';
import type { RestoreLimits } from '../limits.ts';
import { decideByStrategies } from '../plan/apply-strategies.ts';
import { readCandidates, type ContentSink } from '../plan/candidates.ts';
import { strategyInput, wantsText } from '../plan/plan-restore.ts';
import { handsOut, type PlanEntry, type RestorePlan } from '../plan/restore-plan.ts';
import { checkRestorePath } from '../restore-path.ts';
import type { RestoreSource } from '../source.ts';
import type { RestoreStrategies } from '../strategies.ts';
import type { RestoreDirectory } from './restore-directory.ts';
import { contentName, type RestoreStep } from './steps.ts';

export interface StagingOptions {
  /** The same as for the plan. */
  live: HostFacts;
  paths: PathContext;
  strategies: RestoreStrategies;
  signal?: AbortSignal;
  limits?: Partial<RestoreLimits>;
}

export interface Staging extends StagingOptions {
  host: Host;
  source: RestoreSource;
  directory: RestoreDirectory;
  plan: RestorePlan;
  steps: readonly RestoreStep[];
}

interface Target {
  at: RealPath;
  sha256: string | undefined;
}

/** @throws VerificationError when the archive is not the one of the plan, what the source throws, the system's errors */
export async function stageContents(staging: Staging): Promise<void> {
  const { host, source, directory, plan, strategies } = staging;
  const owners = createArchiveOwners(areas, staging.paths);
  const targets = targetsOf(staging);
  const { texts } = await readCandidates(source, {
    owners,
    wantsText: (path, owner) => wantsText(path, owner, strategies),
    sinkFor: (path) => sinkOf(host, path, targets),
    signal: staging.signal ?? host.signal,
    ...(staging.limits === undefined ? {} : { limits: staging.limits }),
  });
  stageDecided(staging, texts);
  const [missing] = targets.keys();
  if (missing !== undefined) throw notOfThisPlan(missing);
  stageLinks(staging, plan.entries);
  for (const part of ['new', 'staged', 'export'] as const) host.fs.syncDirectory(directory[part]);
}

/** Where each file of the archive goes; a file is taken out of the map when it is there. */
function targetsOf({ host, directory, plan, steps }: Staging): Map<string, Target> {
  const byPath = new Map(plan.entries.map((entry) => [entry.path, entry]));
  const targets = new Map<string, Target>();
  for (const [index, { path, kind, after, hardlinkTo }] of steps.entries()) {
    const isDecided = byPath.get(path)?.archivedSha256 !== undefined;
    if (kind !== 'file' || hardlinkTo !== undefined || isDecided) continue;
    targets.set(path, { at: joinReal(directory.new, contentName(index)), sha256: after.sha256 });
  }
  for (const entry of plan.entries.filter((one) => handsOut(one) && one.type === 'file')) {
    targets.set(entry.path, { at: handedOutPlace(host, directory, entry), sha256: entry.after?.sha256 });
  }
  return targets;
}

/** Below export/ or staged/ under its own name, which is checked again: a plan may come from a file. */
function handedOutPlace(host: Host, directory: RestoreDirectory, entry: PlanEntry): RealPath {
  const checked = checkRestorePath(entry.path);
  if ('refusal' in checked)
    throw new VerificationError(`the plan names ${printable(entry.path)}: ${checked.refusal}`);
  const at = joinReal(entry.action === 'stage' ? directory.staged : directory.export, checked.path);
  host.fs.makeDirectory(posix.dirname(at) as RealPath, 0o700);
  return at;
}

function sinkOf(host: Host, path: string, targets: Map<string, Target>): ContentSink | undefined {
  const target = targets.get(path);
  if (target === undefined) return undefined;
  const fd = host.fs.createFile(target.at, 0o600);
  return {
    write: (piece) => host.fs.write(fd, piece, null),
    end: (sha256) => {
      try {
        if (sha256 !== target.sha256) throw notOfThisPlan(path);
        host.fs.sync(fd);
      } finally {
        host.fs.close(fd);
      }
      targets.delete(path);
    },
    abandon: () => {
      // After `end` it is closed already.
      if (targets.has(path)) closeQuietly(host, fd);
    },
  };
}

function closeQuietly(host: Host, fd: number): void {
  try {
    host.fs.close(fd);
  } catch {
    // Closed by `end`, which then threw.
  }
}

function notOfThisPlan(path: string): VerificationError {
  return new VerificationError(`${printable(path)} in the archive is not what the plan says`, {
    hint: 'The plan is of another archive, or the host or archive changed since. Make it again; nothing was changed.',
  });
}

/** Asks the strategies again: they must say what they said for the plan. */
function stageDecided(
  { host, source, directory, plan, steps, ...options }: Staging,
  texts: ReadonlyMap<string, string>,
): void {
  const open = plan.entries.filter(({ archivedSha256 }) => archivedSha256 !== undefined);
  const archived = new Map(texts);
  const input = strategyInput(host, source, { ...options, request: plan.request }, archived);
  const asked = open.map((entry) => ({ ...entry, notes: [] }));
  const contents = new Map(
    decideByStrategies(input, asked).map(({ entry, content }) => [entry.path, { entry, content }]),
  );
  for (const [index, { path, after }] of steps.entries()) {
    if (!open.some((entry) => entry.path === path)) continue;
    const made = contents.get(path);
    if (made?.content === undefined || made.entry.after?.sha256 !== after.sha256) throw notOfThisPlan(path);
    const fd = host.fs.createFile(joinReal(directory.new, contentName(index)), 0o600);
    try {
      host.fs.write(fd, made.content, null);
      host.fs.sync(fd);
    } finally {
      host.fs.close(fd);
    }
  }
}

/** Links that are handed out are made last, when nothing is written below the directory any more. */
function stageLinks({ host, directory }: Staging, entries: readonly PlanEntry[]): void {
  for (const entry of entries) {
    const target = entry.after?.linkTarget;
    if (!handsOut(entry) || entry.type !== 'symlink' || target === undefined) continue;
    host.fs.symlink(target, handedOutPlace(host, directory, entry));
  }
}
