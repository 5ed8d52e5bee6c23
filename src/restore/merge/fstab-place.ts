// Which mount points belong to the live host whatever a backup says, and which entries are on a network.

import { isBelow, type FstabEntry } from './fstab-grammar.ts';

/** The live installation lies here: a file system of another machine over one of these hides it. */
const systemPlaces = [
  '/',
  '/boot',
  '/efi',
  '/usr',
  '/etc',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/root',
  '/var',
  '/var/lib',
  '/dev',
  '/proc',
  '/sys',
  '/run',
];
/** Nothing below these is anybody's data either. */
const systemTrees = [
  '/boot',
  '/efi',
  '/etc',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/dev',
  '/proc',
  '/sys',
  '/run',
];
/** Below /usr and /var/lib only these are known to be the admin's. */
const dataBelowUsr = ['/usr/local', '/usr/src', '/usr/share/local'];
const systemState = ['/var/lib/dpkg', '/var/lib/pve-cluster', '/var/lib/systemd', '/var/lib/proxsave'];

export function isSystemPlace(mountPoint: string): boolean {
  if (!mountPoint.startsWith('/')) return true;
  if (systemPlaces.includes(mountPoint) || systemState.includes(mountPoint)) return true;
  if (isBelow(mountPoint, '/usr'))
    return !dataBelowUsr.some((place) => place === mountPoint || isBelow(mountPoint, place));
  return [...systemTrees, ...systemState].some((tree) => isBelow(mountPoint, tree));
}

export function isSwap(entry: FstabEntry): boolean {
  return entry.type === 'swap' || entry.mountPoint === 'swap';
}

export function isBind(entry: FstabEntry): boolean {
  return entry.options.some((option) => option === 'bind' || option === 'rbind');
}

const networkTypes =
  /^(nfs4?|cifs|smb3|smbfs|glusterfs|ceph|9p|afs|davfs|lustre|beegfs|moosefs|fuse\.(sshfs|s3fs|rclone|glusterfs|ceph|davfs2?))$/;

export function isNetwork(entry: FstabEntry): boolean {
  if (networkTypes.test(entry.type) || entry.options.includes('_netdev')) return true;
  // `//server/share`, `host:/path`, `[fd00::1]:/path`; a mergerfs list of local paths starts with a slash.
  return entry.spec.startsWith('//') || /^(\[[^\]]+\]|[^/\s:=]+):\//.test(entry.spec);
}

/** Paths that must be there before this entry can be mounted: the source of a bind mount, the parts of an overlay. */
export function pathsNeeded(entry: FstabEntry): string[] {
  const sources = isNetwork(entry) || isBlockDevice(entry) ? [] : entry.spec.split(':');
  const layers = entry.options.flatMap((option) => {
    const [, dirs] = /^(?:lowerdir|upperdir|workdir|x-systemd\.requires-mounts-for)=(.*)$/.exec(option) ?? [];
    return dirs?.split(':') ?? [];
  });
  return [...sources, ...layers].filter((path) => path.startsWith('/'));
}

/** A device of the kernel, as opposed to a share, a directory, a dataset or a file system in memory. */
export function isBlockDevice(entry: FstabEntry): boolean {
  if (isBind(entry) || isNetwork(entry)) return false;
  return /^(UUID|LABEL|PARTUUID|PARTLABEL|ID)=/i.test(entry.spec) || entry.spec.startsWith('/dev/');
}
