// Walks one declared source and yields its entries: parents first, names sorted, links never followed, other
// mounts not entered, paths that another item owns left to it.

import { posix } from 'node:path';
import type { SourceEntry } from '../entry.ts';
import type { FileStatus } from '../host/file-system.ts';
import { entryMeta, type CollectionContext, type ItemRules } from './context.ts';
import { ownerAt, positionOf, stepDown, type ClaimPosition } from './ownership.ts';
import { readFileEntry, reportUnreadable } from './read-file.ts';

interface Frame {
  hostPath: string;
  names: readonly string[];
  next: number;
  position: ClaimPosition;
  device: bigint;
}

/** What a source turned out to be. */
export type SourceFate = 'absent' | 'saved';

/** Entries of a source and all below it. Returns `absent` when nothing is there. */
export function* walkSource(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
): Generator<SourceEntry, SourceFate> {
  const status = statusOf(context, rules, hostPath);
  if (status === undefined) return 'absent';
  if (isLeftOut(context, rules, hostPath, hostPath) || isBehindForeignLink(context, rules, hostPath))
    return 'saved';
  yield* emitParents(context, rules, hostPath);
  if (status.kind === 'directory') yield* walkDirectory(context, rules, hostPath, status);
  else yield* emitLeaf(context, rules, hostPath, status);
  if (status.kind === 'symlink') yield* followDirectoryLink(context, rules, hostPath);
  return 'saved';
}

function* walkDirectory(
  context: CollectionContext,
  rules: ItemRules,
  rootPath: string,
  status: FileStatus,
): Generator<SourceEntry> {
  const stack: Frame[] = [];
  const enter = (hostPath: string, directory: FileStatus, position: ClaimPosition) => {
    const names = namesIn(context, rules, hostPath);
    stack.push({ hostPath, names, next: 0, position, device: directory.device });
  };
  yield* emitDirectory(context, rules, rootPath, status);
  enter(rootPath, status, positionOf(context.plan.ownership, rootPath));
  for (;;) {
    const frame = stack.at(-1);
    if (frame === undefined) return;
    const name = frame.names[frame.next];
    if (name === undefined) {
      stack.pop();
      continue;
    }
    frame.next += 1;
    const hostPath = frame.hostPath === '/' ? `/${name}` : `${frame.hostPath}/${name}`;
    const position = stepDown(frame.position, name);
    // Somebody else's source, or one of our own that is walked by itself.
    if (position.length > 0 && ownerAt(position) !== undefined) continue;
    if (isLeftOut(context, rules, hostPath, rootPath)) continue;
    const child = statusOf(context, rules, hostPath);
    if (child === undefined) continue;
    if (child.kind !== 'directory') {
      yield* emitLeaf(context, rules, hostPath, child);
    } else if (child.device === frame.device) {
      yield* emitDirectory(context, rules, hostPath, child);
      enter(hostPath, child, position);
    } else {
      yield* emitDirectory(context, rules, hostPath, child);
      reportMount(context, rules, hostPath);
    }
  }
}

/** Below another root a link on the way may lead out of it, to files of the running system. */
function isBehindForeignLink(context: CollectionContext, rules: ItemRules, hostPath: string): boolean {
  if (context.host.root === '/') return false;
  for (let parent = posix.dirname(hostPath); parent !== '/'; parent = posix.dirname(parent)) {
    if (statusOf(context, rules, parent)?.kind !== 'symlink') continue;
    context.report({
      severity: 'warning',
      code: 'path-through-link',
      area: rules.areaId,
      path: hostPath,
      message: `not saved: ${hostPath}, because ${parent} is a link and may lead out of ${context.host.root}`,
      hint: 'name the place that the link leads to in CUSTOM_BACKUP_PATHS',
    });
    return true;
  }
  return false;
}

function isLeftOut(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
  rootPath: string,
): boolean {
  if (context.isExcluded(hostPath)) return true;
  return (
    hostPath !== rootPath && rules.isExcludedBelow(hostPath.slice(rootPath === '/' ? 1 : rootPath.length + 1))
  );
}

function statusOf(context: CollectionContext, rules: ItemRules, hostPath: string): FileStatus | undefined {
  try {
    return context.host.fs.lstatIfExists(context.host.resolve(hostPath));
  } catch (error) {
    reportUnreadable(context, rules, hostPath, error);
    return undefined;
  }
}

function namesIn(context: CollectionContext, rules: ItemRules, hostPath: string): string[] {
  context.signal.throwIfAborted();
  try {
    return context.host.fs.readDirectory(context.host.resolve(hostPath));
  } catch (error) {
    reportUnreadable(context, rules, hostPath, error);
    return [];
  }
}

function archivePathOf(rules: ItemRules, hostPath: string): string {
  const own = hostPath.slice(1);
  return rules.saveBelow === '' ? own : `${rules.saveBelow}/${own}`;
}

function* emitLeaf(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
  status: FileStatus,
): Generator<SourceEntry> {
  const entry = leafEntry(context, rules, hostPath, status);
  if (entry !== undefined) yield entry;
}

function leafEntry(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
  status: FileStatus,
): SourceEntry | undefined {
  const archivePath = archivePathOf(rules, hostPath);
  // A parent of another source went in as a directory already (see emitHostParents): no second member of that name.
  if (context.emittedDirectories.has(archivePath)) return undefined;
  const realPath = context.host.resolve(hostPath);
  if (status.kind === 'symlink') return linkEntry(context, rules, hostPath, status);
  // FIFOs, sockets and devices are never opened; there is nothing in them to save.
  if (status.kind !== 'file') return undefined;
  if (status.linkCount === 1)
    return readFileEntry(context, rules, { hostPath, realPath, archivePath, status });
  const key = `${status.device}:${status.inode}`;
  const firstName = context.firstNames.get(key);
  if (firstName !== undefined) {
    const meta = entryMeta(context, archivePath, status, 'hardlink');
    return { ...meta, linkTarget: firstName, area: rules.areaId, content: null };
  }
  const entry = readFileEntry(context, rules, { hostPath, realPath, archivePath, status });
  if (entry !== undefined) context.firstNames.set(key, archivePath);
  return entry;
}

function linkEntry(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
  status: FileStatus,
): SourceEntry | undefined {
  try {
    const linkTarget = context.host.fs.readLink(context.host.resolve(hostPath));
    const meta = entryMeta(context, archivePathOf(rules, hostPath), status, 'symlink');
    return { ...meta, linkTarget, area: rules.areaId, content: null };
  } catch (error) {
    reportUnreadable(context, rules, hostPath, error);
    return undefined;
  }
}

function* emitDirectory(
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
  if (status === undefined) return;
  if (status.kind === 'directory') {
    yield* emitDirectory(context, rules, parent, status);
    return;
  }
  // A link on the way: the link itself is saved once; what lies behind it is stored below the declared name.
  context.report({
    severity: 'info',
    code: 'path-through-link',
    area: rules.areaId,
    path: parent,
    message: `${parent} is a link; what is declared below it is saved under that name`,
  });
  context.emittedDirectories.add(parent.slice(1));
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

const volatileTrees = ['/proc', '/sys', '/dev', '/run', '/tmp', '/var/run'];

/**
 * A declared source that is a link to a directory (an admin moved it): the link is saved, and what it leads to, at
 * its true place, unless that is volatile or another item reads it anyway.
 */
function* followDirectoryLink(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
): Generator<SourceEntry> {
  const target = linkTargetOnHost(context, hostPath);
  if (target === undefined || context.followedTargets.has(target)) return;
  const isVolatile = volatileTrees.some((tree) => target === tree || target.startsWith(`${tree}/`));
  if (isVolatile || isCovered(context, target)) return;
  const status = statusOf(context, rules, target);
  if (status?.kind !== 'directory') return;
  context.followedTargets.add(target);
  context.report({
    severity: 'info',
    code: 'source-is-link',
    area: rules.areaId,
    path: hostPath,
    message: `${hostPath} is a link to ${target}; both are saved`,
  });
  yield* emitParents(context, rules, target);
  yield* walkDirectory(context, rules, target, status);
}

/** Absolute host path that a link finally leads to; undefined when broken or outside the root. */
function linkTargetOnHost(context: CollectionContext, hostPath: string): string | undefined {
  const { host } = context;
  let current = hostPath;
  for (let hops = 0; hops < 40; hops += 1) {
    const status = host.fs.lstatIfExists(host.resolve(current));
    if (status === undefined) return undefined;
    if (status.kind !== 'symlink') return current;
    current = posix.resolve(posix.dirname(current), host.fs.readLink(host.resolve(current)));
  }
  return undefined;
}

/** True when an enabled item reads this path already, itself or as a part of a tree. */
export function isCovered(context: CollectionContext, path: string): boolean {
  const parts = path.split('/').filter(Boolean);
  let position: ClaimPosition = [context.plan.ownership];
  for (const part of parts) {
    position = stepDown(position, part);
    if (position.length === 0) return false;
    if (ownerAt(position)?.isEnabled === true) return true;
  }
  return false;
}

function reportMount(context: CollectionContext, rules: ItemRules, hostPath: string): void {
  context.report({
    severity: 'info',
    code: 'mount-not-entered',
    area: rules.areaId,
    path: hostPath,
    message: `${hostPath} is a mount of its own and is not saved`,
    hint: `to save it, add ${hostPath} to CUSTOM_BACKUP_PATHS`,
  });
}
