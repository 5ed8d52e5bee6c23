// Finds out which devices this host has, for the merges of fstab and crypttab.

import { askHost, hostNames, hostPathKind } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { canonicalDevice, type DevicesPresent } from './devices.ts';

const tagDirectories = {
  'by-uuid': 'UUID',
  'by-label': 'LABEL',
  'by-partuuid': 'PARTUUID',
  'by-partlabel': 'PARTLABEL',
} as const;

const zfsTimeoutMs = 10_000;

/**
 * Undefined when nothing tells it: below another root /dev is usually empty, and the devices of the running system need
 * not be those of that host.
 */
export async function readDevicesPresent(host: Host): Promise<DevicesPresent | undefined> {
  if (hostPathKind(host, '/dev') !== 'directory') return undefined;
  if (host.root !== '/' && hostPathKind(host, '/dev/disk') !== 'directory') return undefined;
  const names = new Set<string>();
  for (const directory of hostNames(host, '/dev/disk')) {
    for (const name of hostNames(host, `/dev/disk/${directory}`)) {
      names.add(`/dev/disk/${directory}/${name}`);
      const tag = tagDirectories[directory as keyof typeof tagDirectories] as string | undefined;
      if (tag !== undefined) names.add(canonicalDevice(`${tag}=${decodeUdevName(name)}`));
    }
  }
  for (const name of hostNames(host, '/dev')) names.add(`/dev/${name}`);
  for (const directory of ['mapper', 'zvol', 'md', 'drbd', ...hostNames(host, '/dev')]) {
    if (directory === 'disk' || directory === 'fd' || hostPathKind(host, `/dev/${directory}`) !== 'directory')
      continue;
    for (const name of hostNames(host, `/dev/${directory}`)) names.add(`/dev/${directory}/${name}`);
  }
  const datasets = await askHost(host, ['zfs', 'list', '-H', '-o', 'name'], zfsTimeoutMs);
  return { names, zfsDatasets: new Set((datasets ?? '').split('\n').filter((name) => name !== '')) };
}

/** udev writes what is no plain character in a label as \xNN (bytes of UTF-8). */
function decodeUdevName(name: string): string {
  const bytes = name.replace(/\\x([0-9a-f]{2})/gi, (_match, hex: string) => `%${hex}`);
  try {
    return bytes === name ? name : decodeURIComponent(bytes);
  } catch {
    return name;
  }
}
