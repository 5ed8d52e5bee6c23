import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../../src/host/facts.ts';
import { compareSides, sideOfHost, type Side } from '../../../src/restore/preflight/crossing.ts';
import {
  detectHardware,
  hardwareOfArchive,
  type HardwareFacts,
} from '../../../src/restore/preflight/hardware.ts';
import { judgePreflight } from '../../../src/restore/preflight/judge-preflight.ts';
import { debianFacts, writeTree } from './restore-archive.ts';
import { createBench } from './restore-bench.ts';

const machine: HardwareFacts = {
  diskIds: ['nvme-A', 'nvme-B'],
  cardMacs: ['aa:bb:cc:00:00:01', 'aa:bb:cc:00:00:02'],
  memoryBytes: 64 * 2 ** 30,
};

function side(facts: Partial<HostFacts> = {}, hardware: HardwareFacts = machine): Side {
  const all = { ...debianFacts, pve: { version: '8.4.1', evidence: 'test' }, ...facts };
  return sideOfHost(all, hardware);
}

/** `check: verdict` of what is not passed. */
function remarks(backup: Side, host: Side): string[] {
  return judgePreflight(backup, host)
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ check, verdict }) => `${check}: ${verdict}`);
}

describe('a backup that comes back', () => {
  test('to the same host passes every check', () => {
    expect(remarks(side(), side())).toEqual([]);
    expect(compareSides(side(), side())).toEqual({ versions: {}, hardware: undefined });
  });

  const cases: [string, Partial<HostFacts>, string][] = [
    ['another architecture', { architecture: 'arm64' }, 'cpu-architecture: fail'],
    ['another way to boot', { bootMode: 'bios' }, 'boot-mode: warn'],
    ['another root file system', { rootFilesystem: 'zfs' }, 'root-filesystem: warn'],
    ['another name', { hostname: 'node2.example.net' }, 'hostname: warn'],
    ['a newer major version', { pve: { version: '9.0.3', evidence: '' } }, 'pve-version: warn'],
    ['an older major version', { pve: { version: '7.4', evidence: '' } }, 'pve-version: fail'],
    ['a version that is not known', { pve: { version: 'unknown', evidence: '' } }, 'pve-version: warn'],
    ['a member of a cluster', { cluster: { name: 'c', nodeCount: 3 } }, 'cluster: warn'],
  ];
  for (const [what, facts, remark] of cases) {
    test(`to ${what} is told`, () => {
      expect(remarks(side(), side(facts))).toEqual([remark]);
    });
  }

  test('to a host without its product fails', () => {
    expect(remarks(side(), sideOfHost(debianFacts, machine))).toEqual(['product: fail']);
  });

  test('to another machine names what is missing', () => {
    const other = {
      diskIds: ['nvme-A'],
      cardMacs: ['aa:bb:cc:00:00:01', 'ee:00:00:00:00:01'],
      memoryBytes: 2 ** 30,
    };
    const backup = side({}, { ...machine, guestMemoryBytes: 2 ** 34 });
    const verdicts = judgePreflight(backup, side({}, other)).filter(({ verdict }) => verdict === 'warn');
    expect(verdicts.map(({ check }) => check)).toEqual(['disks', 'network-cards', 'memory']);
    expect(verdicts[0]?.message).toContain('nvme-B');
    expect(verdicts[1]?.message).toContain('aa:bb:cc:00:00:02');
    // A new disk or card does not make another machine of it; nothing in common does.
    expect(compareSides(backup, side({}, other)).hardware).toBeUndefined();
    const stranger = { ...other, cardMacs: ['ee:00:00:00:00:01'] };
    expect(compareSides(backup, side({}, stranger)).hardware).toContain('network cards');
  });

  test('of the existing edition counts as of an unknown machine where nothing tells it', () => {
    const old: Side = {
      facts: undefined,
      hardware: {},
      hostname: 'node1',
      products: ['pve'],
      versions: { pve: '8.4.1' },
    };
    const { versions, hardware } = compareSides(old, side());
    expect(versions).toEqual({});
    expect(hardware).toBe('nothing tells whether this is the same machine');
  });
});

describe('the machine', () => {
  const info = 'var/lib/proxsave-info/commands/system';

  test('of a backup is read from the documents in the archive', () => {
    const inventory = {
      interfaces: [
        { name: 'eno1', mac: 'AA:BB:CC:00:00:99', permanent_mac: 'AA:BB:CC:00:00:01', is_virtual: false },
        { name: 'vmbr0', mac: 'aa:bb:cc:00:00:01', is_virtual: true },
      ],
    };
    const texts = new Map([
      [`${info}/network_inventory.json`, JSON.stringify(inventory)],
      [
        `${info}/disk_by_id.txt`,
        'lrwxrwxrwx 1 root root 9 Jan 1 00:00 ata-X -> ../../sda\nlrwxrwxrwx 1 root root 10 Jan 1 00:00 ata-X-part1 -> ../../sda1\n',
      ],
      [`${info}/free.txt`, '        total used free\nMem:  62Gi 10Gi 52Gi\n'],
      ['etc/pve/nodes/n/qemu-server/100.conf', 'memory: 4096\n\n[snap]\nmemory: 9999\n'],
      ['etc/pve/nodes/n/lxc/101.conf', 'hostname: x\n'],
    ]);
    expect(hardwareOfArchive(texts)).toEqual({
      cardMacs: ['aa:bb:cc:00:00:01'],
      diskIds: ['ata-X'],
      memoryBytes: 62 * 2 ** 30,
      guestMemoryBytes: (4096 + 512) * 2 ** 20,
    });
    expect(hardwareOfArchive(new Map([[`${info}/network_inventory.json`, '{']]))).toEqual({});
  });

  test('of this host is read from its system files', () => {
    const { host, root } = createBench();
    writeTree(root, {
      'sys/class/net/eno1/address': 'aa:bb:cc:00:00:01\n',
      'sys/class/net/eno1/device/': '',
      'sys/class/net/lo/address': '00:00:00:00:00:00\n',
      'dev/disk/by-id/ata-X': '',
      'dev/disk/by-id/ata-X-part1': '',
      'proc/meminfo': 'MemTotal:       1024 kB\n',
    });
    expect(detectHardware(host)).toEqual({
      cardMacs: ['aa:bb:cc:00:00:01'],
      diskIds: ['ata-X'],
      memoryBytes: 2 ** 20,
    });
  });
});
