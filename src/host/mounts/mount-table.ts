// What is mounted where, from /proc/self/mountinfo (proc_pid_mountinfo(5)). Reading it touches no file system, so
// a dead network mount cannot hold it up.

import { decodeBytePath } from '../../util/byte-path.ts';

export interface Mount {
  id: string;
  parentId: string;
  mountPoint: string;
  /** Type of the file system, e.g. nfs4; `autofs` is a place where something will be mounted when it is used. */
  type: string;
  /** What is mounted: a device, host:path, //host/share. */
  source: string;
}

/** Lines that have not this form are passed over. */
export function parseMountInfo(bytes: Buffer): Mount[] {
  return bytes
    .toString('latin1')
    .split('\n')
    .flatMap((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const [id, parentId, , , mountPoint] = left.split(' ');
      const [type, source] = right.split(' ');
      if (id === undefined || parentId === undefined || mountPoint === undefined) return [];
      if (type === undefined || source === undefined) return [];
      return [{ id, parentId, mountPoint: unescapeOctal(mountPoint), type, source: unescapeOctal(source) }];
    });
}

/** Kernel and fstab(5) write space, tab, newline and backslash of names as `\040` and the like. `text` in latin1. */
export function unescapeOctal(text: string): string {
  const raw = text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 8)),
  );
  return decodeBytePath(Buffer.from(raw, 'latin1'));
}

/** Whether `path` is this directory or lies in it: /mnt/nas2 does not lie in /mnt/nas. */
export function contains(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/**
 * The mount on which an absolute path without links lies, as the kernel finds it: from the root down, at each mount
 * point into what is mounted there. So a mount that lies hidden under another is not taken for the one in use.
 */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const ids = new Set(mounts.map(({ id }) => id));
  const above = mounts.filter(({ mountPoint }) => contains(mountPoint, path));
  let found = firstOnTheWay(above.filter(({ id, parentId }) => parentId === id || !ids.has(parentId)));
  const seen = new Set<Mount>();
  while (found !== undefined && !seen.has(found)) {
    const at = found;
    seen.add(at);
    found = firstOnTheWay(above.filter(({ parentId }) => parentId === at.id)) ?? at;
  }
  return found;
}

/** The one whose mount point is met first; of several on the same place the latest. */
function firstOnTheWay(mounts: readonly Mount[]): Mount | undefined {
  return mounts.reduce<Mount | undefined>(
    (first, mount) =>
      first === undefined || mount.mountPoint.length <= first.mountPoint.length ? mount : first,
    undefined,
  );
}
