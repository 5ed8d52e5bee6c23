// What to do about a file system that refuses, by errno name. Pure.

const noRoom = 'free some space there, or lower the limits of its retention: proxsave prune --dry-run';
const notAllowed =
  'look at its owner and mode, and at how it is mounted (a share may map root to somebody else)';
const wentAway =
  'did the disk or share go away meanwhile? See `mount` and dmesg, then copy the archive again';

const silent =
  'its server, or the process behind it, is dead or cut off: see `mount` and dmesg, or unmount it with `umount -l`';

export const readingHints: Readonly<Record<string, string>> = {
  EIO: 'see dmesg: the disk or share gives errors',
  ESTALE: wentAway,
  ENOTCONN: wentAway,
  EHOSTDOWN: silent,
};

export const writingHints: Readonly<Record<string, string>> = {
  ...readingHints,
  ENOENT: wentAway,
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: 'see `mount` and dmesg: a disk that gives errors is made read-only by the kernel',
};
