// Writes below the target directory and nowhere else. Parents are walked from the target with lstat, part by part; a
// link among them is never followed. Files get their name by rename when they are whole; links come last of all, so
// no entry of the archive can redirect another; modes and times of directories are set when nothing is written any more.

import { randomBytes } from 'node:crypto';
import type { EntryMeta } from '../../entry.ts';
import { isSystemError } from '../../errors.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { EntryError, parentsOf, type SafePath } from './extract-path.ts';
import type { Owner } from '../../host/file-owners.ts';

export interface TreeSettings {
  to: RealPath;
  overwrite: boolean;
  /** Keep setuid and setgid. */
  keepSpecialModes: boolean;
  /** null: everything stays ours. */
  ownerOf: ((meta: EntryMeta) => Owner | undefined) | null;
}

export interface TreeCounts {
  files: number;
  directories: number;
  links: number;
  bytes: number;
  /** Not written because something is there already. */
  existing: number;
  droppedSpecialModes: number;
  ownersNotKept: number;
}

/** Told the content's status before the file gets its name; `replaces`: another file is there. Throws to prevent it. */
export type BeforeRename = (replaces: boolean) => void;

const specialModes = 0o6000;
const privateDirectory = 0o700;
const privateFile = 0o600;

export class TargetTree {
  readonly counts: TreeCounts = {
    files: 0,
    directories: 0,
    links: 0,
    bytes: 0,
    existing: 0,
    droppedSpecialModes: 0,
    ownersNotKept: 0,
  };
  readonly #host: Host;
  readonly #settings: TreeSettings;
  /** Regular files that this extraction wrote. */
  readonly #written = new Set<SafePath>();
  /** Directories that this extraction made or may change, with what they are to become. */
  readonly #directories = new Map<SafePath, EntryMeta | undefined>();
  /** Directories of the archive that were not selected: they lend their mode to parents that must be made. */
  readonly #unselected = new Map<SafePath, EntryMeta>();
  readonly #plannedLinks = new Set<SafePath>();
  readonly #temporaryPrefix = `.proxsave-tmp-${randomBytes(6).toString('hex')}`;

  constructor(host: Host, settings: TreeSettings) {
    this.#host = host;
    this.#settings = settings;
  }

  has(path: SafePath): boolean {
    return this.#written.has(path);
  }

  realPath(path: SafePath): RealPath {
    return joinReal(this.#settings.to, path);
  }

  rememberDirectory(path: SafePath, meta: EntryMeta): void {
    this.#unselected.set(path, meta);
  }

  addDirectory(path: SafePath, meta: EntryMeta): void {
    this.#refuseDuplicate(path);
    this.#prepareParents(path);
    const status = this.#host.fs.lstatIfExists(this.realPath(path));
    if (status !== undefined && status.kind !== 'directory') {
      throw new EntryError('exists', `a ${status.kind} is in the place of the directory`);
    }
    if (status === undefined) this.#host.fs.makeOneDirectory(this.realPath(path), privateDirectory);
    this.counts.directories += 1;
    const isOurs = status === undefined || this.#directories.has(path);
    if (!isOurs && !this.#settings.overwrite) return;
    this.#directories.set(path, meta);
    // Extracted before, with a mode that keeps even its owner out (only root is above that).
    const closed = status !== undefined && (status.mode & privateDirectory) !== privateDirectory;
    if (closed) this.#host.fs.changeMode(this.realPath(path), status.mode | privateDirectory);
  }

  /** Reserves the place of a link that is made at the end, so that no later entry can use it as a directory. */
  planLink(path: SafePath): void {
    this.#refuseDuplicate(path);
    this.#prepareParents(path);
    this.#plannedLinks.add(path);
  }

  /** Gives the place of a planned link to a file after all: one that the archive only stored as a link. */
  releaseLink(path: SafePath): void {
    this.#plannedLinks.delete(path);
  }

  /** @param beforeRename called when all content is on disk */
  async writeFile(
    path: SafePath,
    meta: EntryMeta,
    content: AsyncIterable<Buffer>,
    beforeRename: BeforeRename,
  ): Promise<void> {
    this.#refuseDuplicate(path);
    this.#prepareParents(path);
    const replaces = this.#checkPlace(path);
    const temporary = this.#temporaryFor(path);
    const { fs } = this.#host;
    const fd = fs.createFile(temporary, privateFile);
    let bytes = 0;
    try {
      try {
        for await (const piece of content) {
          fs.write(fd, piece, null);
          bytes += piece.length;
        }
      } finally {
        fs.close(fd);
      }
      beforeRename(replaces);
      this.#applyMeta(temporary, meta);
      fs.rename(temporary, this.realPath(path));
    } catch (error) {
      this.#removeIfThere(temporary);
      throw error;
    }
    this.#written.add(path);
    this.counts.files += 1;
    this.counts.bytes += bytes;
  }

  /** A second name for a file that this extraction wrote. */
  linkFile(path: SafePath, existing: SafePath): void {
    if (!this.#written.has(existing))
      throw new EntryError('link-target-missing', `${existing} was not extracted`);
    this.#prepareParents(existing);
    this.#place(path, (temporary) => {
      this.#host.fs.link(this.realPath(existing), temporary);
    });
    this.#written.add(path);
  }

  makeSymlink(path: SafePath, meta: EntryMeta): void {
    const target = meta.linkTarget;
    if (target === '' || target.includes('\0'))
      throw new EntryError('unsafe-link', 'its link target is empty or has a NUL byte');
    this.#place(path, (temporary) => {
      this.#host.fs.symlink(target, temporary);
      this.#applyOwner(temporary, meta);
      this.#host.fs.changeTimes(temporary, meta.mtimeNs);
    });
  }

  /** Sets owner, mode and time of directories, deepest first. To be called last. */
  finishDirectories(onProblem: (path: SafePath, error: unknown) => void): void {
    const deepestFirst = [...this.#directories].sort(([a], [b]) => depthOf(b) - depthOf(a));
    for (const [path, meta] of deepestFirst) {
      if (meta === undefined) continue;
      try {
        this.#prepareParents(path);
        if (this.#host.fs.lstat(this.realPath(path)).kind !== 'directory') {
          throw new EntryError('parent-is-link', 'the directory was replaced while extracting');
        }
        this.#applyMeta(this.realPath(path), meta);
      } catch (error) {
        onProblem(path, error);
      }
    }
  }

  #refuseDuplicate(path: SafePath): void {
    if (!this.#written.has(path) && !this.#plannedLinks.has(path)) return;
    throw new EntryError('duplicate-name', 'the archive holds this name twice; the first one is kept');
  }

  /** Walks down to the parent and makes what is missing. */
  #prepareParents(path: SafePath): void {
    for (const parent of parentsOf(path)) {
      const status = this.#host.fs.lstatIfExists(this.realPath(parent));
      if (this.#plannedLinks.has(parent) || status?.kind === 'symlink') {
        throw new EntryError(
          'parent-is-link',
          `its parent ${parent} is a link: nothing is written through links`,
        );
      }
      if (status === undefined) {
        this.#host.fs.makeOneDirectory(this.realPath(parent), privateDirectory);
        this.#directories.set(parent, this.#unselected.get(parent));
      } else if (status.kind !== 'directory') {
        throw new EntryError('parent-not-directory', `its parent ${parent} is a ${status.kind}`);
      }
    }
  }

  /** True when a file or link is to be replaced. */
  #checkPlace(path: SafePath): boolean {
    const status = this.#host.fs.lstatIfExists(this.realPath(path));
    if (status === undefined) return false;
    if (status.kind === 'directory') throw new EntryError('exists', 'a directory is in its place');
    if (this.#settings.overwrite) return true;
    this.counts.existing += 1;
    throw new EntryError('exists', 'it exists already and was left as it is');
  }

  #place(path: SafePath, make: (temporary: RealPath) => void): void {
    this.#plannedLinks.delete(path);
    this.#prepareParents(path);
    this.#checkPlace(path);
    const temporary = this.#temporaryFor(path);
    try {
      make(temporary);
      this.#host.fs.rename(temporary, this.realPath(path));
    } finally {
      // rename leaves it when both are already names of the same file.
      this.#removeIfThere(temporary);
    }
    this.counts.links += 1;
  }

  #temporaryFor(path: SafePath): RealPath {
    const directory = path.slice(0, path.lastIndexOf('/') + 1);
    return joinReal(this.#settings.to, `${directory}${this.#temporaryPrefix}`);
  }

  #removeIfThere(temporary: RealPath): void {
    if (this.#host.fs.lstatIfExists(temporary) !== undefined) this.#host.fs.unlink(temporary);
  }

  /** Owner first: changing it clears setuid and setgid. */
  #applyMeta(path: RealPath, meta: EntryMeta): void {
    this.#applyOwner(path, meta);
    const dropped = this.#settings.keepSpecialModes ? 0 : specialModes;
    if ((meta.mode & dropped) !== 0) this.counts.droppedSpecialModes += 1;
    this.#host.fs.changeMode(path, meta.mode & 0o7777 & ~dropped);
    this.#host.fs.changeTimes(path, meta.mtimeNs);
  }

  #applyOwner(path: RealPath, meta: EntryMeta): void {
    if (this.#settings.ownerOf === null) return;
    const owner = this.#settings.ownerOf(meta);
    try {
      if (owner === undefined) this.counts.ownersNotKept += 1;
      else this.#host.fs.changeOwner(path, owner.uid, owner.gid);
    } catch (error) {
      // The target's file system has no owners, or not these (FAT, NFS with root squash, a user namespace).
      if (!isSystemError(error, 'EPERM') && !isSystemError(error, 'EINVAL')) throw error;
      this.counts.ownersNotKept += 1;
    }
  }
}

function depthOf(path: SafePath): number {
  return path.split('/').length;
}
