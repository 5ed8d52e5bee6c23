// What should be mounted on this host, whether it is or not: /etc/fstab, mount units of systemd, and the storages of
// Proxmox VE. Pure; mount-facts.ts reads the files.

import { posix } from 'node:path';
import { listPropertyOf, parseSectionConfig, propertyOf } from '../../host/section-config.ts';
import { unescapeOctal } from '../../host/mounts/mount-table.ts';

export interface DeclaredMount {
  /** A path of the host. */
  mountPoint: string;
  /** For people: who says so. */
  evidence: string;
}

/** fstab(5). `text` in latin1. Entries with `noauto` count: they too say what belongs there. */
export function mountsInFstab(text: string): DeclaredMount[] {
  return text.split('\n').flatMap((line) => {
    const [source, mountPoint, type] = line.trim().split(/\s+/);
    if (source === undefined || mountPoint === undefined || source.startsWith('#')) return [];
    if (!mountPoint.startsWith('/')) return [];
    const what = `${unescapeOctal(source)}${type === undefined ? '' : `, ${type}`}`;
    return declared(unescapeOctal(mountPoint), `/etc/fstab (${what})`);
  });
}

/** A unit file NAME.mount or NAME.automount of systemd, systemd.mount(5). */
export function mountInUnit(unitName: string, text: string): DeclaredMount[] {
  const where = /^[ \t]*Where[ \t]*=[ \t]*(\/.*?)[ \t]*$/m.exec(text)?.[1];
  return where === undefined ? [] : declared(where, `the systemd unit ${unitName}`);
}

/** Types which Proxmox VE mounts itself, by default on /mnt/pve/ID. */
const mountedTypes: readonly string[] = ['nfs', 'cifs', 'cephfs', 'glusterfs'];
const offWords: readonly string[] = ['0', 'no', 'off', 'false'];

/** storage.cfg of Proxmox VE: shares, and directories that are marked as mount points. */
export function mountsInStorageConfig(text: string, nodeName: string): DeclaredMount[] {
  return parseSectionConfig(text).flatMap((section) => {
    const isDisabled =
      section.properties.has('disable') && !offWords.includes(propertyOf(section, 'disable') ?? '');
    const nodes = listPropertyOf(section, 'nodes');
    if (isDisabled || (nodes.length > 0 && nodeName !== '' && !nodes.includes(nodeName))) return [];
    const evidence = `the storage ${section.id} of Proxmox VE (${section.type})`;
    const path = propertyOf(section, 'path') ?? `/mnt/pve/${section.id}`;
    if (mountedTypes.includes(section.type)) return declared(path, evidence);
    // Set by Proxmox VE to where the pool's file system is mounted.
    const ofPool = section.type === 'zfspool' ? propertyOf(section, 'mountpoint') : undefined;
    if (ofPool !== undefined) return declared(ofPool, evidence);
    const flag = propertyOf(section, 'is_mountpoint')?.trim();
    if (flag === undefined || offWords.includes(flag)) return [];
    return declared(flag.startsWith('/') ? flag : path, evidence);
  });
}

function declared(mountPoint: string, evidence: string): DeclaredMount[] {
  const path = posix.resolve('/', mountPoint);
  return path === '/' ? [] : [{ mountPoint: path, evidence }];
}
