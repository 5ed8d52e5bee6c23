// Walks one declared source and yields its entries: parents first, names sorted, links never followed, other
// mounts not entered, paths that another item owns left to it.

import { posix } from 'node:path';
import type { SourceEntry } from '../entry.ts';
import type { DirectoryName, FileStatus } from '../host/file-system.ts';
import { entryMeta, type CollectionContext, type ItemRules } from './context.ts';
import { archivePathOf, emitDirectory, emitParents, statusOf } from './emit-directories.ts';
import { followLinks } from './follow-links.ts';
import { ownerAt, positionOf, stepDown, type ClaimPosition } from '../catalogue/ownership.ts';
import { readFileEntry, reportUnreadable } from './read-file.ts';

interface Frame {
  hostPath: string;
  names: readonly DirectoryName[];
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
  declaredPath: string,
): Generator<SourceEntry, SourceFate> {
  if (isLeftOut(context, rules, declaredPath, declaredPath)) return 'saved';
  const found = lookAt(context, rules, declaredPath);
  if (found === 'absent' || found === 'unreadable') return found === 'absent' ? 'absent' : 'saved';
  const { hostPath, status, links } = found;
  if (links.length > 0) {
    // The links are saved as what they are, the source at its true place: unpacking gives both back.
    for (const link of links) yield* emitLink(context, rules, link);
    if (isTaken(context, hostPath) || isLeftOut(context, rules, hostPath, hostPath)) return 'saved';
    context.followedTargets.add(hostPath);
    reportDetour(context, rules, declaredPath, hostPath);
  }
  if (status.kind === 'fifo' || status.kind === 'socket' || status.kind === 'device') {
    reportNoContent(context, rules, hostPath, status.kind);
    return 'saved';
  }
  yield* emitParents(context, rules, hostPath);
  if (status.kind === 'directory') yield* walkDirectory(context, rules, hostPath, status);
  else yield* emitLeaf(context, rules, hostPath, status);
  if (status.kind === 'symlink') yield* followDirectoryLink(context, rules, hostPath);
  return 'saved';
}

interface FoundSource {
  /** Where it truly lies: no link on the way. It may be a link itself. */
  hostPath: string;
  status: FileStatus;
  links: readonly string[];
}

function lookAt(
  context: CollectionContext,
  rules: ItemRules,
  declaredPath: string,
): FoundSource | 'absent' | 'unreadable' {
  const { host } = context;
  try {
    const parent = followLinks(host, posix.dirname(declaredPath));
    if (parent === undefined) return 'absent';
    const hostPath = posix.join(parent.path, posix.basename(declaredPath));
    const status = host.fs.lstatIfExists(host.resolve(hostPath));
    return status === undefined ? 'absent' : { hostPath, status, links: parent.links };
  } catch (error) {
    reportUnreadable(context, rules, declaredPath, error);
    return 'unreadable';
  }
}

/** Read already through another link, or by an item of its own. */
export function isTaken(context: CollectionContext, hostPath: string): boolean {
  return context.followedTargets.has(hostPath) || isCovered(context, hostPath);
}

export function* emitLink(
  context: CollectionContext,
  rules: ItemRules,
  link: string,
): Generator<SourceEntry> {
  const status = statusOf(context, rules, link);
  if (status?.kind !== 'symlink' || context.isExcluded(link)) return;
  yield* emitParents(context, rules, link);
  yield* emitLeaf(context, rules, link, status);
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
    const entry = frame.names[frame.next];
    if (entry === undefined) {
      stack.pop();
      continue;
    }
    frame.next += 1;
    const { name } = entry;
    const hostPath = frame.hostPath === '/' ? `/${name}` : `${frame.hostPath}/${name}`;
    const position = stepDown(frame.position, name);
    // Somebody else's source, or one of our own that is walked by itself.
    if (position.length > 0 && ownerAt(position) !== undefined) continue;
    if (context.followedTargets.has(hostPath) || isLeftOut(context, rules, hostPath, rootPath)) continue;
    if (entry.kind === 'file' && !context.isSurvey) {
      yield* emitFile(context, rules, hostPath);
      continue;
    }
    // Its server may be dead: not even its mode is asked for.
    if (context.host.mounts.isForeignMount(context.host.resolve(hostPath))) {
      reportMount(context, rules, hostPath);
      continue;
    }
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

function namesIn(context: CollectionContext, rules: ItemRules, hostPath: string): DirectoryName[] {
  context.signal.throwIfAborted();
  try {
    return context.host.fs.readDirectoryKinds(context.host.resolve(hostPath));
  } catch (error) {
    reportUnreadable(context, rules, hostPath, error);
    return [];
  }
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
  // FIFOs, sockets and devices are never opened; there is nothing in them to save.
  if (status.kind === 'file') return fileEntry(context, rules, hostPath, status);
  return status.kind === 'symlink' ? linkEntry(context, rules, hostPath, status) : undefined;
}

/** What the directory calls a regular file: its status is read from the open file, which saves a system call. */
function* emitFile(context: CollectionContext, rules: ItemRules, hostPath: string): Generator<SourceEntry> {
  const entry = fileEntry(context, rules, hostPath);
  if (entry !== undefined) yield entry;
}

function fileEntry(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
  status?: FileStatus,
): SourceEntry | undefined {
  const archivePath = archivePathOf(rules, hostPath);
  // It went in already, as a directory for generated files: no second member of that name.
  if (context.emittedDirectories.has(archivePath)) return undefined;
  const realPath = context.host.resolve(hostPath);
  const found = { hostPath, realPath, archivePath };
  return readFileEntry(context, rules, status === undefined ? found : { ...found, status });
}

function linkEntry(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
  status: FileStatus,
): SourceEntry | undefined {
  try {
    const archivePath = archivePathOf(rules, hostPath);
    // A link on the way to several sources is met several times.
    if (context.emittedLinks.has(archivePath)) return undefined;
    const linkTarget = context.host.fs.readLink(context.host.resolve(hostPath));
    const meta = entryMeta(context, archivePath, status, 'symlink');
    context.emittedLinks.add(archivePath);
    return { ...meta, linkTarget, area: rules.areaId, content: null };
  } catch (error) {
    reportUnreadable(context, rules, hostPath, error);
    return undefined;
  }
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
  const target = targetOf(context, rules, hostPath);
  if (target === undefined || isTaken(context, target)) return;
  const isVolatile = volatileTrees.some((tree) => target === tree || target.startsWith(`${tree}/`));
  if (isVolatile || isLeftOut(context, rules, target, target)) return;
  const status = statusOf(context, rules, target);
  if (status?.kind !== 'directory') return;
  context.followedTargets.add(target);
  reportDetour(context, rules, hostPath, target);
  yield* emitParents(context, rules, target);
  yield* walkDirectory(context, rules, target, status);
}

function targetOf(context: CollectionContext, rules: ItemRules, hostPath: string): string | undefined {
  try {
    return followLinks(context.host, hostPath)?.path;
  } catch (error) {
    reportUnreadable(context, rules, hostPath, error);
    return undefined;
  }
}

function reportDetour(
  context: CollectionContext,
  rules: ItemRules,
  declaredPath: string,
  hostPath: string,
): void {
  context.report({
    severity: 'info',
    code: 'source-is-link',
    area: rules.areaId,
    path: declaredPath,
    message: `${declaredPath} leads through a link to ${hostPath}; both are saved`,
  });
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

/** Below a tree they go without saying; as a declared source they are a mistake. */
function reportNoContent(
  context: CollectionContext,
  rules: ItemRules,
  hostPath: string,
  kind: 'fifo' | 'socket' | 'device',
): void {
  context.report({
    severity: 'warning',
    code: 'not-a-file',
    area: rules.areaId,
    path: hostPath,
    message: `not saved: ${hostPath} is a ${kind}, which holds nothing that could be saved`,
  });
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
