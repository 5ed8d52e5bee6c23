// The ground that a host stands on: distribution, kernel, boot mode, root file system, container, ZFS.

import { findPackage } from './detect-products.ts';
import { askHost, hostNames, hostPathKind, readHostText } from './detect-text.ts';
import type { HostFacts } from './facts.ts';
import type { Host } from './host.ts';

const commandTimeoutMs = 2_000;

export type Platform = Pick<
  HostFacts,
  | 'operatingSystem'
  | 'codename'
  | 'kernel'
  | 'architecture'
  | 'bootMode'
  | 'rootFilesystem'
  | 'isContainer'
  | 'usesZfs'
>;

export async function detectPlatform(host: Host, packageDatabase: string): Promise<Platform> {
  const release = parseOsRelease(
    readHostText(host, '/etc/os-release') ?? readHostText(host, '/usr/lib/os-release') ?? '',
  );
  const mounts = readMounts(host);
  const [kernel, isContainer] = await Promise.all([detectKernel(host), detectContainer(host)]);
  return {
    operatingSystem: release.PRETTY_NAME ?? release.NAME ?? 'unknown',
    codename: release.VERSION_CODENAME ?? 'unknown',
    kernel,
    architecture: findPackage(packageDatabase, 'dpkg')?.architecture ?? 'unknown',
    bootMode: detectBootMode(host),
    rootFilesystem: mounts.findLast((mount) => mount.target === '/')?.type ?? 'unknown',
    isContainer,
    usesZfs: detectZfs(host, mounts),
  };
}

/** KEY=value lines, values bare or in quotes. */
export function parseOsRelease(text: string): Readonly<Partial<Record<string, string>>> {
  const values: Partial<Record<string, string>> = {};
  for (const line of text.split('\n')) {
    const [, key, quoted, bare] = /^\s*([A-Z][A-Z0-9_]*)=(?:["'](.*)["']|(.*?))\s*$/.exec(line) ?? [];
    const value = quoted ?? bare;
    if (key !== undefined && value !== undefined && value !== '') values[key] = value;
  }
  return values;
}

async function detectKernel(host: Host): Promise<string> {
  const version = /^Linux version (\S+)/.exec(readHostText(host, '/proc/version') ?? '')?.[1];
  return version ?? (await askHost(host, ['uname', '-r'], commandTimeoutMs))?.trim() ?? 'unknown';
}

function detectBootMode(host: Host): HostFacts['bootMode'] {
  if (hostPathKind(host, '/sys/firmware/efi') === 'directory') return 'efi';
  // Without sysfs (a mounted disk, a fake host) there is no telling.
  return hostNames(host, '/sys/class').length > 0 ? 'bios' : 'unknown';
}

interface Mount {
  target: string;
  type: string;
}

/** What is mounted now, or what should be (fstab) when the root is not that of a running system. */
function readMounts(host: Host): Mount[] {
  const table =
    readHostText(host, '/proc/self/mounts') ??
    readHostText(host, '/proc/mounts') ??
    readHostText(host, '/etc/fstab') ??
    '';
  return table.split('\n').flatMap((line) => {
    const [source, target, type] = line.trim().split(/\s+/);
    if (source === undefined || source.startsWith('#') || target === undefined || type === undefined)
      return [];
    return type === 'rootfs' ? [] : [{ target, type }];
  });
}

async function detectContainer(host: Host): Promise<boolean> {
  const markers = ['/run/systemd/container', '/run/.containerenv', '/.dockerenv'];
  if (markers.some((path) => hostPathKind(host, path) === 'file')) return true;
  if (host.root !== '/') return false;
  if (/(^|\0)container=/.test(readHostText(host, '/proc/1/environ') ?? '')) return true;
  // Fails and prints "none" outside of a container.
  return (await askHost(host, ['systemd-detect-virt', '--container'], commandTimeoutMs)) !== undefined;
}

function detectZfs(host: Host, mounts: readonly Mount[]): boolean {
  if (mounts.some((mount) => mount.type === 'zfs')) return true;
  // The kernel module shows imported pools as directories.
  const hasPool = hostNames(host, '/proc/spl/kstat/zfs').some(
    (name) => hostPathKind(host, `/proc/spl/kstat/zfs/${name}`) === 'directory',
  );
  return (
    hasPool ||
    hostPathKind(host, '/etc/zfs/zpool.cache') === 'file' ||
    /^\s*[^#\s]\S*\s+\S+\s+zfs\s/m.test(readHostText(host, '/etc/fstab') ?? '') ||
    /^zfspool:/m.test(readHostText(host, '/etc/pve/storage.cfg') ?? '')
  );
}
