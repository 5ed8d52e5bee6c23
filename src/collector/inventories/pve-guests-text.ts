// The inventory of guests as a page to be read, or printed, by somebody who has to build them up again.

import { formatCount } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';
import type { GuestDisk, GuestNetwork, GuestRecord } from './pve-guests-describe.ts';

export function renderGuests(guests: readonly GuestRecord[], heading: string): string {
  const nodes = new Set(guests.map(({ node }) => node));
  return [
    heading,
    `${formatCount(guests.length, 'guest')} on ${formatCount(nodes.size, 'node')}.`,
    '',
    ...guests.flatMap((guest) => [...guestLines(guest), '']),
    ...storageLines(guests),
    '',
  ].join('\n');
}

function guestLines(guest: GuestRecord): string[] {
  const kind = guest.kind === 'vm' ? 'VM' : 'Container';
  const rows: [string, string[]][] = [
    ['hardware', [hardwareOf(guest)].filter((text) => text !== '')],
    ['disks', guest.disks.map(diskLine)],
    ['networks', guest.networks.map(networkLine)],
    ['boot', guest.boot_order === undefined ? [] : [guest.boot_order]],
    ['passed through', pairLines(guest.passthrough)],
    ['hook script', guest.hook_script === undefined ? [] : [guest.hook_script]],
    ['waiting', pairLines(guest.pending)],
    ['snapshots', guest.snapshots.map(({ name, taken_at }) => [name, taken_at].filter(Boolean).join('  '))],
    ['notes', guest.notes?.split('\n') ?? []],
    ['locked by', guest.lock === undefined ? [] : [guest.lock]],
  ];
  const flags = [
    `node ${guest.node}`,
    guest.is_template ? 'template' : '',
    guest.starts_at_boot ? 'starts at boot' : '',
  ].filter((flag) => flag !== '');
  return [
    `${kind} ${guest.id}  ${printable(guest.name)}  (${flags.join(', ')})`,
    ...rows.flatMap(([label, lines]) => labelled(label, lines)),
  ];
}

const labelWidth = 16;

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(labelWidth)}${printable(line)}`);
}

function hardwareOf({ memory_mb, sockets, cores, machine, firmware, os_type }: GuestRecord): string {
  return [
    memory_mb === undefined ? '' : `${memory_mb} MiB memory`,
    cores === undefined ? '' : formatCount(cores, 'core'),
    sockets === undefined || sockets === 1 ? '' : formatCount(sockets, 'socket'),
    machine ?? '',
    firmware ?? '',
    os_type ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function diskLine(disk: GuestDisk): string {
  return [
    disk.slot.padEnd(10),
    disk.volume,
    disk.size ?? '',
    disk.mount_point === undefined ? '' : `at ${disk.mount_point}`,
    disk.is_cdrom === true ? 'CD' : '',
    disk.is_left_out_of_backups === true ? 'not in backups of the guest' : '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function networkLine(network: GuestNetwork): string {
  return [
    network.slot.padEnd(10),
    network.model ?? '',
    network.mac ?? '',
    network.bridge === undefined ? 'no bridge' : `on ${network.bridge}`,
    network.vlan === undefined ? '' : `VLAN ${network.vlan}`,
    network.address ?? '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function pairLines(pairs: Readonly<Record<string, string>>): string[] {
  return Object.entries(pairs).flatMap(([key, value]) => value.split('\n').map((line) => `${key}: ${line}`));
}

/** The other way round: whose disks are lost with a storage. */
function storageLines(guests: readonly GuestRecord[]): string[] {
  const guestsByStorage = new Map<string, number[]>();
  for (const { id, disks } of guests) {
    const storages = disks.flatMap(({ storage, is_cdrom }) =>
      storage === undefined || is_cdrom === true ? [] : [storage],
    );
    for (const storage of new Set(storages)) {
      guestsByStorage.set(storage, [...(guestsByStorage.get(storage) ?? []), id]);
    }
  }
  const lines = [...guestsByStorage].sort().map(([storage, ids]) => `  ${storage}: ${ids.join(', ')}`);
  return lines.length === 0 ? [] : ['Guests with disks on each storage', ...lines];
}
