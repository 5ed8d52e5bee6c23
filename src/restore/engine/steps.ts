// What a restore changes, one step a path, in the order in which it is done: directories from the top, files, hard links,
// symbolic links. Made from the plan, completed by the snapshot, then kept as steps.json for apply, undo and resume.

import { z } from 'zod';
import { RestoreBrokenError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import {
  changesHost,
  treeStateSchema,
  type PlanEntry,
  type RestorePlan,
  type TreeState,
} from '../plan/restore-plan.ts';
import { parentsOf } from '../restore-path.ts';
import type { RestoreDirectory } from './restore-directory.ts';

const stepSchema = z.object({
  path: z.string(),
  kind: z.enum(['directory', 'file', 'hardlink', 'symlink']),
  before: treeStateSchema.nullable(),
  after: treeStateSchema,
  hardlinkTo: z.string().optional(),
  /** What lies in before/: the file itself (a second link to it) or a copy. */
  saved: z.enum(['link', 'copy']).optional(),
});
export type RestoreStep = z.infer<typeof stepSchema>;

const stepListSchema = z.object({
  schemaVersion: z.literal(1),
  keepsOwners: z.boolean(),
  steps: z.array(stepSchema),
  /** Directories that stay as they are but in which names come and go: their times before, and in the archive. */
  touched: z.array(z.object({ path: z.string(), mtimeNs: z.string(), afterNs: z.string().optional() })),
});
export type StepList = z.infer<typeof stepListSchema>;

const order = ['directory', 'file', 'hardlink', 'symlink'] as const;

export function stepsOf(plan: RestorePlan): RestoreStep[] {
  const steps = plan.entries.filter(changesHost).flatMap(stepOf);
  return order.flatMap((kind) => steps.filter((step) => step.kind === kind));
}

function stepOf({ path, type, before, after, hardlinkTo }: PlanEntry): RestoreStep[] {
  if (after === undefined || before === undefined || type === 'other') return [];
  const link = hardlinkTo === undefined ? {} : { hardlinkTo };
  return [{ path, kind: type, before, after, ...link }];
}

/** Directories above the steps, deepest first; without the root itself. */
export function touchedParents(steps: readonly RestoreStep[]): string[] {
  const parents = new Set(steps.flatMap(({ path }) => parentsOf(path).slice(-1)));
  return [...parents].sort(deepestFirst);
}

export function deepestFirst(a: string, b: string): number {
  return b.split('/').length - a.split('/').length || (a < b ? 1 : -1);
}

export function writeSteps(host: Host, directory: RestoreDirectory, list: StepList): void {
  host.fs.writeFileAtomic(directory.steps, `${JSON.stringify(list)}\n`);
}

/** @throws RestoreBrokenError when the list cannot be read */
export function readSteps(host: Host, directory: RestoreDirectory): StepList {
  try {
    return stepListSchema.parse(JSON.parse(host.fs.readText(directory.steps)));
  } catch (error) {
    throw new RestoreBrokenError(`the list of steps of restore ${directory.id} cannot be read`, {
      hint: `What was there before lies in ${directory.before}; the plan is ${directory.plan}.`,
      cause: error,
    });
  }
}

/** Name of a step's content in new/ and before/, and part of its temporary name beside the target. */
export function contentName(step: number): string {
  return String(step).padStart(7, '0');
}

export function temporaryName(id: string, step: number): string {
  return `.proxsave-${id}-${contentName(step)}`;
}

export interface MatchOptions {
  owners: boolean;
  times: boolean;
}

/** Times as far as they can be set without `touch`. */
const timeSlackNs = 1_000n;

/** Whether what is there is what is wanted. Contents count where both were read. Times of directories never do. */
export function matchesState(
  live: TreeState | null,
  wanted: TreeState | null,
  options: MatchOptions,
): boolean {
  if (live === null || wanted === null) return live === wanted;
  if (live.kind !== wanted.kind || live.linkTarget !== wanted.linkTarget) return false;
  if (options.owners && (live.uid !== wanted.uid || live.gid !== wanted.gid)) return false;
  if (live.kind === 'symlink') return true;
  if (live.mode !== wanted.mode || live.size !== wanted.size || hasOtherContent(live, wanted)) return false;
  return !options.times || live.kind === 'directory' || isSameTime(live.mtimeNs, wanted.mtimeNs);
}

function hasOtherContent(live: TreeState, wanted: TreeState): boolean {
  return live.sha256 !== undefined && wanted.sha256 !== undefined && live.sha256 !== wanted.sha256;
}

function isSameTime(a: string, b: string): boolean {
  const apart = BigInt(a) - BigInt(b);
  return apart < timeSlackNs && apart > -timeSlackNs;
}
