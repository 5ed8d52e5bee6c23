// The plan of a restore as a value: what would happen to each entry, and why. It can be saved, read by people and given back;
// apply takes nothing else. It holds no content, only digests: no secret is in a saved plan.

import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import { categoryIds } from '../../catalogue/types.ts';
import { restoreRequestSchema } from '../request.ts';
import { serviceHows } from './services.ts';

export const planSchemaVersion = 1;

const digest = z.string().regex(/^[0-9a-f]{64}$/u);
const nanoseconds = z.string().regex(/^-?\d{1,20}$/u);
const id = z.int().min(0).max(0xfffffffe);
const mode = z.int().min(0).max(0o7777);

/** What lies at a path, or shall lie there. Times are nanoseconds since the epoch, as decimal digits. */
export const treeStateSchema = z.object({
  kind: z.enum(['file', 'directory', 'symlink', 'fifo', 'socket', 'device']),
  mode,
  uid: id,
  gid: id,
  size: z.int().nonnegative(),
  mtimeNs: nanoseconds,
  /** Of a file, where it was read. */
  sha256: digest.optional(),
  linkTarget: z.string().optional(),
});
export type TreeState = z.infer<typeof treeStateSchema>;

export const planActions = ['create', 'replace', 'same', 'merge', 'stage', 'export', 'skip'] as const;
export type PlanAction = (typeof planActions)[number];

export const planEntrySchema = z.object({
  /** Relative to the root of the host. Kept as the archive has it (escaped by JSON) where the name is refused. */
  path: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'hardlink', 'other']),
  /** Area id; empty when no area owns the path. */
  area: z.string(),
  category: z.enum(categoryIds).optional(),
  action: z.enum(planActions),
  /** Merge or stage kind, or `pmxcfs`. */
  strategy: z.string().optional(),
  /** One sentence: why this action. */
  reason: z.string(),
  notes: z.array(z.string()),
  /** Content is never shown. */
  secret: z.boolean(),
  /** Path of the first name of a hard link. */
  hardlinkTo: z.string().optional(),
  /** What shall be there (create, replace, merge, stage with a strategy), or what is handed out. Of what is skipped only directories have it: for their time. */
  after: treeStateSchema.optional(),
  /** The archive's content where `after` is made from it by a strategy. */
  archivedSha256: digest.optional(),
  /** What is there now; null: nothing. Absent where nobody looked (skip, export). */
  before: treeStateSchema.nullable().optional(),
});
export type PlanEntry = z.infer<typeof planEntrySchema>;

export const verdictSchema = z.object({
  check: z.string(),
  verdict: z.enum(['pass', 'warn', 'fail']),
  /** Empty: not known. */
  backup: z.string(),
  host: z.string(),
  message: z.string(),
});
export type PreflightVerdict = z.infer<typeof verdictSchema>;

const counts = z.record(z.enum(planActions), z.int().nonnegative());

export const restorePlanSchema = z.object({
  schemaVersion: z.literal(planSchemaVersion),
  createdAt: z.iso.datetime(),
  archive: z.object({ location: z.string(), hostname: z.string(), createdAt: z.iso.datetime() }),
  host: z.object({ hostname: z.string(), root: z.string() }),
  request: restoreRequestSchema,
  preflight: z.array(verdictSchema),
  /** False: not root, so everything will belong to the user who restores. */
  keepsOwners: z.boolean(),
  entries: z.array(planEntrySchema),
  areas: z.array(z.object({ id: z.string(), title: z.string(), counts })),
  sizes: z.object({
    /** Content that is written. */
    writeBytes: z.int().nonnegative(),
    /** Content that the snapshot keeps. */
    snapshotBytes: z.int().nonnegative(),
    /** Content that is handed out or staged. */
    exportBytes: z.int().nonnegative(),
  }),
  services: z.array(z.object({ unit: z.string(), how: z.enum(serviceHows), areas: z.array(z.string()) })),
  rebootReasons: z.array(z.string()),
  /** What the strategies were told besides the request: whoever made the plan needs it again to apply or resume it. */
  choices: z.record(z.string(), z.unknown()).optional(),
});
export type RestorePlan = z.infer<typeof restorePlanSchema>;

export function renderPlan(plan: RestorePlan): string {
  return `${JSON.stringify(plan)}\n`;
}

/** @throws UsageError when it is no plan of this edition; `where` names the file in it */
export function parsePlan(text: string, where: string): RestorePlan {
  const hint = 'Make a new one: proxsave restore --dry-run --json';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${where} is no restore plan: it is not JSON`, { hint, cause: error });
  }
  const parsed = restorePlanSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new UsageError(`${where} is no restore plan: ${place}: ${issue?.message ?? 'malformed'}`, { hint });
}

/** True for entries that the engine itself puts in place. */
export function changesHost(entry: PlanEntry): boolean {
  if (entry.after === undefined || entry.before === undefined) return false;
  return entry.action === 'create' || entry.action === 'replace' || isStrategyWrite(entry);
}

function isStrategyWrite({ action, archivedSha256 }: PlanEntry): boolean {
  return action === 'merge' || (action === 'stage' && archivedSha256 !== undefined);
}

/** The entry as one with which nothing happens. */
export function withoutStates(entry: PlanEntry): PlanEntry {
  const rest = { ...entry };
  delete rest.after;
  delete rest.before;
  delete rest.archivedSha256;
  return rest;
}

/** True for entries whose content is kept in the restore's directory for somebody else: the admin, or an applier. */
export function handsOut(entry: PlanEntry): boolean {
  return entry.action === 'export' || (entry.action === 'stage' && entry.archivedSha256 === undefined);
}
