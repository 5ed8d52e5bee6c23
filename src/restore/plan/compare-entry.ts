// What putting an entry back means where it goes: create, replace, same, or skip because of what is in its place. Pure.
// Modification times do not count: on a fresh installation every file has another one.

import { posix } from 'node:path';
import { printable } from '../../util/printable.ts';
import { isAtOrBelow } from '../restore-path.ts';
import type { PlanAction, TreeState } from './restore-plan.ts';

export interface Comparison {
  action: Extract<PlanAction, 'create' | 'replace' | 'same' | 'skip'>;
  reason: string;
}

export interface CompareOptions {
  path: string;
  keepsOwners: boolean;
  /** Proxmox VE is installed here, so there is a cluster file system. */
  hasCluster: boolean;
  /** Only of interest when a directory is in the place of something else. */
  isEmptyDirectory: boolean;
}

export function compareStates(
  before: TreeState | null,
  after: TreeState,
  options: CompareOptions,
): Comparison {
  if (before === null) return { action: 'create', reason: 'it is missing here' };
  if (before.kind === 'file' && !options.hasCluster && leadsIntoCluster(after.linkTarget, options.path)) {
    // authorized_keys, mostly: a link to nowhere in its place would lock the admin out.
    return {
      action: 'skip',
      reason:
        'there it is a link into the cluster file system, which this host does not have: the file stays',
    };
  }
  if (before.kind === after.kind) return compareSameKind(before, after, options.keepsOwners);
  return compareOtherKind(before, after, options);
}

function compareSameKind(before: TreeState, after: TreeState, keepsOwners: boolean): Comparison {
  const differences: string[] = [];
  if (after.kind === 'file' && before.sha256 !== after.sha256) differences.push('content');
  if (after.kind === 'symlink' && before.linkTarget !== after.linkTarget) differences.push('link target');
  if (after.kind !== 'symlink' && before.mode !== after.mode) differences.push('mode');
  if (keepsOwners && (before.uid !== after.uid || before.gid !== after.gid)) differences.push('owner');
  if (differences.length === 0) return { action: 'same', reason: 'it is here as it was saved' };
  return {
    action: 'replace',
    reason: `${differences.join(', ')} differ${differences.length === 1 ? 's' : ''}`,
  };
}

function compareOtherKind(before: TreeState, after: TreeState, options: CompareOptions): Comparison {
  if (before.kind === 'directory') {
    if (options.isEmptyDirectory) return { action: 'replace', reason: 'an empty directory is in its place' };
    return {
      action: 'skip',
      reason: 'a directory with content is in its place, and nothing of it is deleted',
    };
  }
  if (before.kind === 'symlink') return compareWithLink(before.linkTarget ?? '', after, options.path);
  if (before.kind !== 'file') return { action: 'skip', reason: `a ${before.kind} is in its place` };
  return { action: 'replace', reason: 'a file is in its place' };
}

function leadsIntoCluster(target: string | undefined, path: string): boolean {
  if (target === undefined) return false;
  return isAtOrBelow(posix.resolve('/', posix.dirname(path), target).slice(1), 'etc/pve');
}

function compareWithLink(target: string, after: TreeState, path: string): Comparison {
  if (after.kind === 'file' && leadsIntoCluster(target, path)) {
    return { action: 'skip', reason: 'it is a link into the cluster file system here, and stays one' };
  }
  const reason = `a link to ${printable(target)} is in its place; what it leads to is left alone`;
  return { action: 'replace', reason };
}
