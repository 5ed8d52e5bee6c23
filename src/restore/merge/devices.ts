// Which devices a mount table names and whether the live host has them.

export interface DevicesPresent {
  /**
   * Everything by which a block device can be named here: `UUID=...`, `LABEL=...`, `PARTUUID=...`, `PARTLABEL=...` and
   * paths such as /dev/disk/by-id/ata-X, /dev/mapper/vg-data, /dev/sda1.
   */
  names: ReadonlySet<string>;
  /** Datasets of imported pools. */
  zfsDatasets: ReadonlySet<string>;
}

export type DeviceVerdict =
  | 'present'
  | 'missing'
  /** A name such as /dev/sdb1, which may be any disk after a change of hardware. */
  | 'unstable'
  /** The devices of the live host are not known. */
  | 'unknown';

const tag = /^(UUID|LABEL|PARTUUID|PARTLABEL|ID)=(.*)$/i;
const unstablePath = /^\/dev\/(sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+|dm-|md\d)/;

/** `uuid="ABCD"` and the like in the one spelling of `DevicesPresent.names`. */
export function canonicalDevice(spec: string): string {
  const [, name, value] = tag.exec(spec) ?? [];
  if (name === undefined || value === undefined) return spec;
  const unquoted = value.replace(/^"(.*)"$/, '$1').replace(/^'(.*)'$/, '$1');
  const isId = /uuid$/i.test(name);
  return `${name.toUpperCase()}=${isId ? unquoted.toLowerCase() : unquoted}`;
}

export function isUnstableDevice(spec: string): boolean {
  return unstablePath.test(spec);
}

export function judgeDevice(spec: string, devices: DevicesPresent | undefined): DeviceVerdict {
  if (isUnstableDevice(spec)) return 'unstable';
  if (devices === undefined) return 'unknown';
  return devices.names.has(canonicalDevice(spec)) ? 'present' : 'missing';
}

/** `blkid` output of an archive: device path -> `UUID=...`, for replacing names such as /dev/sdb1. */
export function parseBlkid(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, device, rest] = /^(\/dev\/[^:\s]+):\s+(.*)$/.exec(line) ?? [];
    // A leading blank keeps PARTUUID and UUID_SUB apart from UUID.
    const uuid = / UUID="([^"]+)"/.exec(` ${rest ?? ''}`)?.[1];
    if (device !== undefined && uuid !== undefined) found.set(device, `UUID=${uuid}`);
  }
  return found;
}
