// What flows from the collector to the archiver, and what the archive reader gives back.

/**
 * A path inside an archive: relative, `/`-separated, no leading `./` or `/`, no trailing `/`, e.g.
 * `etc/network/interfaces`. Names are bytes: a byte that is not valid UTF-8 stands as the lone surrogate
 * U+DC80..U+DCFF (see util/byte-path.ts).
 */
export type ArchivePath = string;

export type EntryType = 'file' | 'directory' | 'symlink' | 'hardlink';

export interface EntryMeta {
  path: ArchivePath;
  type: EntryType;
  /** Permission bits incl. setuid, setgid, sticky (07777). */
  mode: number;
  uid: number;
  gid: number;
  /** Names of owner and group on the source host; empty when unknown. */
  userName: string;
  groupName: string;
  /** Modification time in nanoseconds since the epoch. */
  mtimeNs: bigint;
  /** Content bytes; 0 for everything but a file. */
  size: number;
  /** Symbolic link: its target verbatim. Hard link: the ArchivePath of the first name. Else empty. */
  linkTarget: string;
}

/** An entry on its way into an archive. */
export interface SourceEntry extends EntryMeta {
  /** Catalogue area that owns it. */
  area: string;
  /** Exactly `size` bytes: whole for small files, pieces for large ones, null when there is no content. */
  content: Buffer | Iterable<Buffer> | null;
}

/** A file that ProxSave itself makes (command output, inventory, manifest): private, and root's. */
export function generatedEntry(
  path: ArchivePath,
  area: string,
  content: Buffer,
  mtimeNs: bigint,
): SourceEntry {
  const owner = { uid: 0, gid: 0, userName: 'root', groupName: 'root' };
  return {
    path,
    type: 'file',
    mode: 0o600,
    ...owner,
    mtimeNs,
    size: content.length,
    linkTarget: '',
    area,
    content,
  };
}

/**
 * Entries in the order of the archive. A group is read without waiting (files of an area), and only between groups something
 * may be waited for (a command): an await for each of many small files would cost more than reading them.
 * A content holds until the next entry of its group, or the next group, is asked for.
 */
export type EntryGroups = AsyncIterable<Iterable<SourceEntry>> | Iterable<Iterable<SourceEntry>>;
