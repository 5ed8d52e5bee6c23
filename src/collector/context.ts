// What every part of a collection shares while it runs.

import type { ReferencedItem } from '../catalogue/types.ts';
import type { ReportFinding } from '../findings.ts';
import { readHostText } from '../host/detect-text.ts';
import type { FileStatus } from '../host/file-system.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { DatabaseReport } from './copy-database.ts';
import { generatedEntry, type EntryMeta, type SourceEntry } from '../entry.ts';
import type { IsExcluded } from './exclusions.ts';
import type { CollectionPlan } from './plan-collection.ts';

/** Account names of the source host, so that an owner is found again where the numbers differ. */
export interface OwnerNames {
  user(uid: number): string;
  group(gid: number): string;
}

export interface CollectionContext {
  host: Host;
  plan: CollectionPlan;
  isExcluded: IsExcluded;
  report: ReportFinding;
  owners: OwnerNames;
  signal: AbortSignal;
  /** Entries carry sizes but no content. */
  isSurvey: boolean;
  /** Every file is read into it; so a content holds only until the next entry is asked for. */
  readBuffer: Buffer;
  /** A private directory for database copies. */
  workDirectory: () => RealPath;
  onDatabase: (report: DatabaseReport) => void;
  /** Archive paths of directories that are in the stream already. */
  emittedDirectories: Set<string>;
  /** Archive paths of symbolic links that are in the stream already. */
  emittedLinks: Set<string>;
  /** `device:inode` of files with several names -> archive path of the first. */
  firstNames: Map<string, string>;
  /** What referenced items stand for on this host. */
  referencedPaths: ReadonlyMap<ReferencedItem, readonly string[]>;
  /** Where links led to, so that a target is read once. */
  followedTargets: Set<string>;
}

/** Limits and exclusions of one item, resolved from the configuration. */
export interface ItemRules {
  areaId: string;
  /** Bytes; Infinity: none. */
  maxFileBytes: number;
  /** Key to raise when a file is too large, for the hint. */
  maxFileOption: string;
  /** Relative to the root of the walk. */
  isExcludedBelow: (relativePath: string) => boolean;
  /** Archive directory to save below; empty: own place. */
  saveBelow: string;
}

export function readOwnerNames(host: Host): OwnerNames {
  const users = readIdNames(host, '/etc/passwd');
  const groups = readIdNames(host, '/etc/group');
  return { user: (uid) => users.get(uid) ?? '', group: (gid) => groups.get(gid) ?? '' };
}

function readIdNames(host: Host, path: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of (readHostText(host, path) ?? '').split('\n')) {
    const [name, , id] = line.split(':');
    if (name === undefined || id === undefined || !/^\d+$/.test(id)) continue;
    if (!names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}

export function entryMeta(
  context: CollectionContext,
  path: string,
  status: FileStatus,
  type: EntryMeta['type'],
): EntryMeta {
  return {
    path,
    type,
    mode: status.mode,
    uid: status.uid,
    gid: status.gid,
    userName: context.owners.user(status.uid),
    groupName: context.owners.group(status.gid),
    mtimeNs: status.mtimeNs,
    size: 0,
    linkTarget: '',
  };
}

/** A file that ProxSave itself makes: command output, inventory, index. */
export function generatedFile(
  context: CollectionContext,
  path: string,
  areaId: string,
  content: Buffer,
): SourceEntry {
  return generatedEntry(path, areaId, content, BigInt(context.host.clock.now().getTime()) * 1_000_000n);
}
