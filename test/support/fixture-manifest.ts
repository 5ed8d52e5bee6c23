// What makes each fake host besides its files in test/fixtures/hosts/NAME: shared layers, packages, hardware, and what
// Git cannot keep (empty directories) or what would look like leaked secrets (keys; fixture-keys.ts makes them).

export const fixtureNames = [
  'pve8-standalone',
  'pve9-cluster',
  'pbs4',
  'dual',
  'debian',
  'debian-leftovers',
] as const;
export type FixtureName = (typeof fixtureNames)[number];

export interface Card {
  name: string;
  mac: string;
  /** Path in /sys/devices, down to the card. */
  pci: string;
  driver: string;
  speedMbps: number;
}

export interface Disk {
  name: string;
  bytes: number;
  model: string;
}

export interface FixtureManifest {
  /** Directories below test/fixtures/hosts whose files make the host; later ones win. */
  layers: readonly string[];
  /** Lists in test/fixtures/hosts/packages. */
  packages: readonly string[];
  /** Files in test/fixtures/stubs/answers; earlier ones win. */
  answers: readonly string[];
  fullName: string;
  cards: readonly Card[];
  virtualInterfaces: readonly string[];
  disks: readonly Disk[];
  emptyDirectories?: readonly string[];
  /** Paths of a layer which this host does not have. */
  absent?: readonly string[];
  /** Files whose content does not matter: images, indexes, chunks. */
  standIns?: readonly string[];
  /** Nodes of Proxmox VE, this one first. */
  nodes?: readonly string[];
}

const terabyte = 1_000_204_886_016;
const debianDirectories = ['/etc/cron.hourly', '/etc/opt', '/var/lib/proxsave', '/etc/network/if-up.d'];
const debianCard: Card = {
  name: 'enp1s0',
  mac: '02:00:5e:10:0d:01',
  pci: 'pci0000:00/0000:00:02.0/0000:01:00.0',
  driver: 'virtio_net',
  speedMbps: 1000,
};
const systemDisk: Disk = { name: 'sda', bytes: terabyte / 4, model: 'TESTDATA SSD 256' };

function intelCard(name: string, mac: string, slot: number): Card {
  return { name, mac, pci: `pci0000:00/0000:00:1c.0/0000:02:00.${slot}`, driver: 'igb', speedMbps: 1000 };
}

function fastCard(name: string, mac: string, slot: number): Card {
  return {
    name,
    mac,
    pci: `pci0000:40/0000:40:01.1/0000:41:00.${slot}`,
    driver: 'mlx5_core',
    speedMbps: 25_000,
  };
}

function nvmeDisk(number: number): Disk {
  return { name: `nvme${number}n1`, bytes: terabyte, model: 'TESTDATA NVMe 1TB' };
}

export const fixtureManifests: Readonly<Record<FixtureName, FixtureManifest>> = {
  'pve8-standalone': {
    layers: ['layers/debian', 'layers/debian12', 'layers/zfs-root', 'layers/pve', 'pve8-standalone'],
    packages: ['debian12', 'pve8'],
    answers: ['pve8-standalone', 'zfs-root', 'pve', 'debian'],
    fullName: 'pve1.example.net',
    cards: [intelCard('eno1', '02:00:5e:10:00:11', 0), intelCard('eno2', '02:00:5e:10:00:12', 1)],
    virtualInterfaces: ['lo', 'bond0', 'vmbr0', 'tap100i0', 'veth200i0', 'fwbr100i0'],
    disks: [nvmeDisk(0), nvmeDisk(1)],
    emptyDirectories: [
      ...debianDirectories,
      '/etc/network/interfaces.d',
      '/etc/pve/nodes/pve1/openvz',
      '/etc/pve/priv/acme',
      '/etc/pve/priv/lock',
      '/etc/pve/sdn',
      '/mnt/pve/nas-backup/images',
      '/rpool/share',
      '/usr/share/pve-manager',
      '/var/lib/vz/images',
    ],
    nodes: ['pve1'],
  },
  'pve9-cluster': {
    layers: ['layers/debian', 'layers/debian13', 'layers/zfs-root', 'layers/pve', 'pve9-cluster'],
    packages: ['debian13', 'pve9'],
    answers: ['pve9-cluster', 'zfs-root', 'pve', 'debian'],
    fullName: 'node1.example.org',
    cards: [
      intelCard('nic0', '02:00:5e:10:09:01', 0),
      fastCard('nic1', '02:00:5e:10:09:02', 0),
      fastCard('nic2', '02:00:5e:10:09:03', 1),
    ],
    virtualInterfaces: ['lo', 'vmbr0', 'vmbr0.100', 'lanvnet', 'tap100i0', 'veth300i0'],
    disks: [nvmeDisk(0), nvmeDisk(1), { name: 'sda', bytes: 4 * terabyte, model: 'TESTDATA SSD 4TB' }],
    emptyDirectories: [
      ...debianDirectories,
      '/etc/pve/nodes/node1/openvz',
      '/etc/pve/nodes/node2/openvz',
      '/etc/pve/nodes/node3/lxc',
      '/etc/pve/nodes/node3/openvz',
      '/etc/pve/nodes/node1/priv',
      '/etc/pve/priv/lock',
      '/usr/share/pve-manager',
      '/var/lib/vz/images',
      '/var/lib/vz/snippets',
    ],
    nodes: ['node1', 'node2', 'node3'],
  },
  pbs4: {
    layers: ['layers/debian', 'layers/debian13', 'layers/zfs-root', 'layers/pbs', 'pbs4'],
    packages: ['debian13', 'pbs4'],
    answers: ['pbs4', 'zfs-root', 'debian'],
    fullName: 'pbs1.example.org',
    cards: [intelCard('nic0', '02:00:5e:10:04:01', 0), intelCard('nic1', '02:00:5e:10:04:02', 1)],
    virtualInterfaces: ['lo'],
    disks: [
      nvmeDisk(0),
      nvmeDisk(1),
      { name: 'sdc', bytes: 8 * terabyte, model: 'TESTDATA HDD 8TB' },
      { name: 'sdd', bytes: 8 * terabyte, model: 'TESTDATA HDD 8TB' },
    ],
    emptyDirectories: [
      ...debianDirectories,
      '/etc/network/interfaces.d',
      '/mnt/datastore/main/.chunks/0000',
      '/mnt/datastore/main/.chunks/7e57',
      '/mnt/datastore/main/.chunks/ffff',
      '/mnt/datastore/main/ct',
      '/mnt/datastore/main/vm',
      '/mnt/datastore/main/ns/empty',
      '/mnt/datastore/offsite-cache/.chunks/0000',
      '/usr/share/proxmox-backup',
      '/var/lib/vtl',
    ],
    standIns: [
      '/mnt/datastore/main/.chunks/0a1b/0a1b000000000000000000000000000000000000000000000000000000000001',
      ...snapshot('main/host/laptop1/2025-11-22T18:00:00Z', 'catalog.pcat1.didx', 'root.pxar.didx'),
      ...snapshot(
        'main/ns/house/vm/100/2025-11-23T21:00:03Z',
        'drive-scsi0.img.fidx',
        'qemu-server.conf.blob',
      ),
      ...snapshot('main/ns/house/vm/100/2025-11-24T21:00:02Z', '.protected'),
      ...snapshot('main/ns/house/ct/300/2025-11-24T21:10:00Z', 'root.mpxar.didx', 'root.ppxar.didx'),
      ...snapshot('main/ns/house/ns/lab/vm/900/2025-11-01T03:00:00Z'),
      ...snapshot('offsite-cache/ns/house/vm/100/2025-11-24T21:00:02Z'),
    ],
  },
  dual: {
    layers: ['layers/debian', 'layers/debian12', 'layers/ext4-root', 'layers/pve', 'layers/pbs', 'dual'],
    packages: ['debian12', 'pve8', 'pbs3'],
    answers: ['dual', 'pve', 'ext4-root', 'debian'],
    fullName: 'small1.example.net',
    cards: [{ ...debianCard, name: 'enp3s0', mac: '02:00:5e:10:0e:01', driver: 'r8169' }],
    virtualInterfaces: ['lo', 'vmbr0', 'tap100i0'],
    disks: [systemDisk, { name: 'sdb', bytes: 2 * terabyte, model: 'TESTDATA HDD 2TB' }],
    emptyDirectories: [
      ...debianDirectories,
      '/etc/pve/nodes/small1/lxc',
      '/etc/pve/nodes/small1/openvz',
      '/etc/pve/priv/lock',
      '/mnt/backup/store/.chunks/0000',
      '/usr/share/pve-manager',
      '/usr/share/proxmox-backup',
    ],
    absent: ['/etc/cron.d/zfsutils-linux', '/var/lib/proxmox-backup/jobstates/garbage_collection-main.json'],
    standIns: ['/mnt/backup/store/vm/100/2025-11-24T00:00:01Z/index.json.blob'],
    nodes: ['small1'],
  },
  debian: {
    layers: ['layers/debian', 'layers/debian12', 'layers/ext4-root', 'debian'],
    packages: ['debian12'],
    answers: ['ext4-root', 'debian'],
    fullName: 'plain1.example.com',
    cards: [debianCard],
    virtualInterfaces: ['lo'],
    disks: [systemDisk],
    emptyDirectories: [...debianDirectories, '/etc/network/interfaces.d'],
  },
  'debian-leftovers': {
    layers: ['layers/debian', 'layers/debian12', 'layers/ext4-root', 'debian', 'debian-leftovers'],
    packages: ['debian12'],
    answers: ['ext4-root', 'debian'],
    fullName: 'plain1.example.com',
    cards: [debianCard],
    virtualInterfaces: ['lo'],
    disks: [systemDisk],
    emptyDirectories: [...debianDirectories, '/etc/network/interfaces.d', '/etc/pve'],
  },
};

function snapshot(place: string, ...files: string[]): string[] {
  return ['index.json.blob', ...files].map((file) => `/mnt/datastore/${place}/${file}`);
}
