// What a person needs to know about a guest after a disaster, from its parsed configuration.

import { withoutUndefined } from '../../util/without-undefined.ts';
import { parseGuestConfig, parseProperties, type GuestSection } from './pve-guests-parse.ts';

export type GuestKind = 'vm' | 'container';

export interface GuestDisk {
  /** scsi0, rootfs, mp0, efidisk0, unused0 ... */
  slot: string;
  /** STORAGE:VOLUME, a path of the node, or a device. */
  volume: string;
  storage?: string;
  /** As configured, e.g. 32G. */
  size?: string;
  is_cdrom?: true;
  /** Not part of backups of this guest by vzdump. */
  is_left_out_of_backups?: true;
  /** Where a container mounts it. */
  mount_point?: string;
}

export interface GuestNetwork {
  slot: string;
  model?: string;
  mac?: string;
  bridge?: string;
  vlan?: string;
  address?: string;
}

export interface GuestRecord {
  id: number;
  kind: GuestKind;
  name: string;
  node: string;
  is_template: boolean;
  memory_mb?: number;
  cores?: number;
  sockets?: number;
  os_type?: string;
  firmware?: string;
  machine?: string;
  starts_at_boot: boolean;
  boot_order?: string;
  protection?: true;
  disks: readonly GuestDisk[];
  networks: readonly GuestNetwork[];
  /** Devices of the host: SLOT -> value, e.g. hostpci0 -> 0000:01:00,pcie=1. */
  passthrough: Readonly<Record<string, string>>;
  snapshots: readonly GuestSnapshot[];
  /** Changes that wait for the next start: key -> value. */
  pending: Readonly<Record<string, string>>;
  /** Says what the guest is locked by, e.g. backup. */
  lock?: string;
  hook_script?: string;
  tags?: readonly string[];
  notes?: string;
}

export interface GuestSnapshot {
  name: string;
  parent?: string;
  /** ISO time. */
  taken_at?: string;
  disks: readonly GuestDisk[];
}

export interface GuestPlace {
  id: number;
  kind: GuestKind;
  node: string;
}

const diskSlot = /^(ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+$|^rootfs$/;
const passthroughSlot = /^(hostpci|usb|serial|parallel|dev|virtiofs)\d+$|^args$|^lxc\./;
/** A serial console or a USB port of the viewer takes nothing of the host. */
const isVirtual = /^(socket|(host=)?spice)\b/;

export function describeGuest(place: GuestPlace, text: string): GuestRecord {
  const { current, pending, snapshots } = parseGuestConfig(text);
  const value = (key: string) => current.values.get(key);
  return withoutUndefined({
    ...place,
    name: value('name') ?? value('hostname') ?? '',
    is_template: value('template') === '1',
    memory_mb: memoryOf(current),
    cores: numberOf(value('cores')),
    sockets: numberOf(value('sockets')),
    os_type: value('ostype'),
    firmware: value('bios'),
    machine: value('machine'),
    starts_at_boot: value('onboot') === '1',
    boot_order: value('boot'),
    protection: value('protection') === '1' ? (true as const) : undefined,
    disks: disksOf(current),
    networks: networksOf(current),
    passthrough: Object.fromEntries(
      [...current.values].filter(([key, text]) => passthroughSlot.test(key) && !isVirtual.test(text)),
    ),
    snapshots: snapshots.map(describeSnapshot),
    pending: Object.fromEntries(pending?.values ?? []),
    lock: value('lock'),
    hook_script: value('hookscript'),
    tags: value('tags')
      ?.split(/[;,\s]+/)
      .filter((tag) => tag !== ''),
    notes: notesOf(current),
  });
}

function memoryOf({ values }: GuestSection): number | undefined {
  const memory = parseProperties(values.get('memory') ?? '');
  return numberOf(memory.get('') ?? memory.get('current'));
}

function notesOf({ notes, values }: GuestSection): string | undefined {
  const text = notes.length > 0 ? notes.join('\n') : (values.get('description') ?? '');
  return text.trim() === '' ? undefined : text.trim();
}

function disksOf({ values }: GuestSection): GuestDisk[] {
  return [...values]
    .filter(([key]) => diskSlot.test(key))
    .flatMap(([slot, value]) => {
      const properties = parseProperties(value);
      const volume = properties.get('') ?? properties.get('file') ?? properties.get('volume');
      if (volume === undefined || volume === 'none') return [];
      return [
        withoutUndefined({
          slot,
          volume,
          storage: volume.startsWith('/') ? undefined : /^([^:]+):./.exec(volume)?.[1],
          size: properties.get('size'),
          is_cdrom: properties.get('media') === 'cdrom' ? (true as const) : undefined,
          is_left_out_of_backups: isLeftOut(slot, properties) ? (true as const) : undefined,
          mount_point: properties.get('mp'),
        }),
      ];
    });
}

/** Disks of machines are in unless told otherwise, mount points of containers only when told so. */
function isLeftOut(slot: string, properties: ReadonlyMap<string, string>): boolean {
  const backup = properties.get('backup');
  if (slot.startsWith('unused') || properties.get('media') === 'cdrom') return false;
  return slot.startsWith('mp') ? backup !== '1' : backup === '0';
}

function networksOf({ values }: GuestSection): GuestNetwork[] {
  return [...values]
    .filter(([key]) => /^net\d+$/.test(key))
    .map(([slot, value]) => {
      const properties = parseProperties(value);
      // A machine names the card's model with its address: virtio=BC:24:11:...
      const [model, mac] =
        [...properties].find(([, text]) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) ?? [];
      return withoutUndefined({
        slot,
        model:
          model === 'hwaddr'
            ? properties.get('type')
            : (model ?? properties.get('model') ?? properties.get('')),
        mac: mac?.toLowerCase(),
        bridge: properties.get('bridge'),
        vlan: properties.get('tag'),
        address:
          [properties.get('ip'), properties.get('ip6')].filter((part) => part !== undefined).join(' ') ||
          undefined,
      });
    });
}

function describeSnapshot(section: GuestSection): GuestSnapshot {
  const seconds = numberOf(section.values.get('snaptime'));
  return withoutUndefined({
    name: section.name,
    parent: section.values.get('parent'),
    taken_at: seconds === undefined ? undefined : new Date(seconds * 1000).toISOString(),
    disks: disksOf(section),
  });
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
