// Directories on their way into the archive, each once: those of a walk, those above a source, those for what
// ProxSave gathers itself.

import { posix } from 'node:path';
import type { SourceEntry } from '../entry.ts';
import type { FileStatus } from '../host/file-system.ts';
import { entryMeta, type CollectionContext, type ItemRules } from './context.ts';
import { reportUnreadable } from './read-file.ts';

/** lstat; undefined when nothing is there, or when it cannot be looked at (which is reported). */
export function statusOf(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
): FileStatus | undefined {
  try {
    return context.host.fs.lstatIfExists(context.host.resolve(hostPath));
  } catch (error) {
    reportUnreadable(context, rules, hostPath, error);
    return undefined;
  }
}

export function archivePathOf(rules: ItemRules, hostPath: string): string {
  const own = hostPath.slice(1);
  return rules.saveBelow === '' ? own : `${rules.saveBelow}/${own}`;
}

export function* emitDirectory(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
  status: FileStatus,
): Generator<SourceEntry> {
  const path = archivePathOf(rules, hostPath);
  if (path === '' || context.emittedDirectories.has(path)) return;
  context.emittedDirectories.add(path);
  yield { ...entryMeta(context, path, status, 'directory'), area: rules.areaId, content: null };
}

/** Directories above a source, with their true mode, owner and times. */
export function* emitParents(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
): Generator<SourceEntry> {
  if (rules.saveBelow !== '') yield* emitInfoParents(context, rules, archivePathOf(rules, hostPath));
  else yield* emitHostParents(context, rules, hostPath);
}

function* emitHostParents(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
): Generator<SourceEntry> {
  const parent = posix.dirname(hostPath);
  if (parent === '/' || context.emittedDirectories.has(parent.slice(1))) return;
  yield* emitHostParents(context, rules, parent);
  const status = statusOf(context, rules, parent);
  if (status?.kind === 'directory') yield* emitDirectory(context, rules, parent, status);
}

/** Directories for generated files: the host's own where they exist, plain ones below. */
export function* emitInfoParents(
  context: CollectionContext,
  rules: ItemRules,
  archivePath: string,
): Generator<SourceEntry> {
  const parent = posix.dirname(archivePath);
  if (parent === '.' || context.emittedDirectories.has(parent)) return;
  yield* emitInfoParents(context, rules, parent);
  const hostPath = `/${parent}`;
  const status = statusOf(context, rules, hostPath);
  context.emittedDirectories.add(parent);
  if (status?.kind === 'directory') {
    yield { ...entryMeta(context, parent, status, 'directory'), area: rules.areaId, content: null };
    return;
  }
  const mtimeNs = BigInt(context.host.clock.now().getTime()) * 1_000_000n;
  const owner = { uid: 0, gid: 0, userName: 'root', groupName: 'root' };
  const meta = {
    path: parent,
    type: 'directory',
    mode: 0o755,
    ...owner,
    mtimeNs,
    size: 0,
    linkTarget: '',
  } as const;
  yield { ...meta, area: rules.areaId, content: null };
}
