// What the kernel of a fake host shows of its network cards and disks, and what udevadm, ethtool and sfdisk say of them.

import type { Card, Disk, FixtureManifest } from './fixture-manifest.ts';

/** Host path -> text, or `-> TARGET` for a link. */
export type KernelFiles = Record<string, string>;

export function sysfsFiles({ cards, virtualInterfaces, disks }: FixtureManifest): KernelFiles {
  return Object.assign(
    {},
    ...cards.map(cardFiles),
    ...virtualInterfaces.map((name, index) => virtualFiles(name, cards.length + index + 1)),
    ...disks.map(diskFiles),
  ) as KernelFiles;
}

function cardFiles(card: Card, index: number): KernelFiles {
  const device = `/sys/devices/${card.pci}`;
  const up = device.split('/').length;
  return {
    [`/sys/class/net/${card.name}`]: `-> ../../devices/${card.pci}/net/${card.name}`,
    [`${device}/net/${card.name}/address`]: `${card.mac}\n`,
    [`${device}/net/${card.name}/ifindex`]: `${index + 2}\n`,
    [`${device}/net/${card.name}/operstate`]: 'up\n',
    [`${device}/net/${card.name}/speed`]: `${card.speedMbps}\n`,
    [`${device}/net/${card.name}/device`]: '-> ../..',
    [`${device}/driver`]: `-> ${'../'.repeat(up - 2)}bus/pci/drivers/${card.driver}`,
    [`/sys/bus/pci/drivers/${card.driver}/new_id`]: '',
  };
}

function virtualFiles(name: string, index: number): KernelFiles {
  const device = `/sys/devices/virtual/net/${name}`;
  const isLoopback = name === 'lo';
  return {
    [`/sys/class/net/${name}`]: `-> ../../devices/virtual/net/${name}`,
    [`${device}/address`]: isLoopback ? '00:00:00:00:00:00\n' : `02:00:5e:ff:00:${hex(index)}\n`,
    [`${device}/ifindex`]: `${isLoopback ? 1 : index + 1}\n`,
    [`${device}/operstate`]: isLoopback ? 'unknown\n' : 'up\n',
  };
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

function diskFiles(disk: Disk): KernelFiles {
  return {
    [`/sys/block/${disk.name}/size`]: `${disk.bytes / 512}\n`,
    [`/sys/block/${disk.name}/device/model`]: `${disk.model}\n`,
  };
}

/** Sections for stubs/answer.sh. */
export function kernelAnswers({ cards, disks }: FixtureManifest): string {
  const udev = cards.map((card) =>
    [
      `$ udevadm info -q property -p /sys/class/net/${card.name}`,
      `DEVPATH=/devices/${card.pci}/net/${card.name}`,
      'SUBSYSTEM=net',
      `INTERFACE=${card.name}`,
      `ID_PATH=pci-${card.pci.split('/').at(-1) ?? ''}`,
      `ID_NET_NAME_PATH=${card.name}`,
      `ID_NET_NAME_MAC=enx${card.mac.replaceAll(':', '')}`,
      '',
    ].join('\n'),
  );
  const ethtool = cards.map((card) =>
    [
      `$ ethtool -P ${card.name}`,
      `Permanent address: ${card.mac}`,
      `$ ethtool -i ${card.name}`,
      `driver: ${card.driver}`,
      'version: test data',
      `bus-info: ${card.pci.split('/').at(-1) ?? ''}`,
      '',
    ].join('\n'),
  );
  return [...udev, ...ethtool, ...disks.map(tableOf)].join('');
}

function tableOf(disk: Disk): string {
  const device = `/dev/${disk.name}`;
  const part = (number: number) => `${device}${/\d$/.test(disk.name) ? 'p' : ''}${number}`;
  return [
    `$ sfdisk --dump ${device}`,
    'label: gpt',
    'label-id: AAAAAAAA-7E57-4DA7-8000-000000000000',
    `device: ${device}`,
    'unit: sectors',
    'first-lba: 34',
    `last-lba: ${disk.bytes / 512 - 34}`,
    'sector-size: 512',
    '',
    `${part(1)} : start=          34, size=        2014, type=21686148-6449-6E6F-744E-656564454649`,
    `${part(2)} : start=        2048, size=     2097152, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B`,
    `${part(3)} : start=     2099200, size=${disk.bytes / 512 - 2099234}, type=6A898CC3-1DD2-11B2-99A6-080020736631`,
    '',
  ].join('\n');
}
