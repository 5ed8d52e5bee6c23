import { loadConfig } from '../../../src/config/load-config.ts';
import { describe, expect, test } from 'vitest';
import { inventories } from '../../../src/collector/inventories/index.ts';
import { inventoryNetwork, type NetworkInventory } from '../../../src/collector/inventories/network.ts';
import { detectFacts } from '../../../src/host/detect-facts.ts';
import type { Host } from '../../../src/host/host.ts';
import { fakeHost } from '../host/fake-root.ts';

const card = '/sys/devices/pci0000:00/0000:00:1f.6/net/eno1';
const slave = '/sys/devices/pci0000:00/0000:02:00.0/net/enp2s0';
const virtio = '/sys/devices/pci0000:00/0000:00:12.0/virtio3/net/eth9';
const bridge = '/sys/devices/virtual/net/vmbr0';

const sysfs = {
  '/etc/hostname': 'pve1\n',
  '/sys/class/net/bonding_masters': 'bond0\n',
  '/sys/class/net/eno1': '-> ../../devices/pci0000:00/0000:00:1f.6/net/eno1',
  [`${card}/address`]: 'AA:BB:CC:00:00:01\n',
  [`${card}/ifindex`]: '2\n',
  [`${card}/operstate`]: 'up\n',
  [`${card}/speed`]: '1000\n',
  [`${card}/device`]: '-> ../..',
  '/sys/bus/pci/drivers/e1000e/': '',
  '/sys/devices/pci0000:00/0000:00:1f.6/driver': '-> ../../../bus/pci/drivers/e1000e',
  '/sys/class/net/enp2s0': '-> ../../devices/pci0000:00/0000:02:00.0/net/enp2s0',
  [`${slave}/address`]: 'aa:bb:cc:00:00:01\n',
  [`${slave}/device`]: '-> ../..',
  [`${slave}/speed`]: '-1\n',
  [`${slave}/bonding_slave/perm_hwaddr`]: 'aa:bb:cc:00:00:02\n',
  '/sys/class/net/eth9': '-> ../../devices/pci0000:00/0000:00:12.0/virtio3/net/eth9',
  [`${virtio}/device`]: '-> ../..',
  '/sys/class/net/vmbr0': '-> ../../devices/virtual/net/vmbr0',
  [`${bridge}/address`]: 'aa:bb:cc:00:00:01\n',
};

const tools = {
  ethtool: `case "$1 $2" in
  "-P eno1") echo "Permanent address: AA:BB:CC:00:00:01" ;;
  "-P eth9") echo "Permanent address: 00:00:00:00:00:00" ;;
  "-i enp2s0") printf 'driver: igb\\nversion: 6.8\\n' ;;
  *) echo "Cannot get driver information" >&2; exit 71 ;;
esac`,
  udevadm: `test "$*" = "info -q property -p /sys/class/net/eno1" || exit 1
echo "DEVPATH=/devices/x/net/eno1"; echo "ID_NET_NAME_PATH=enp0s31f6"; echo "ID_SERIAL=a=b"; echo nonsense`,
};

async function inventoryOf(host: Host): Promise<NetworkInventory> {
  const { files } = await inventoryNetwork(host, await detectFacts(host));
  return JSON.parse(files.get('') ?? '') as NetworkInventory;
}

describe('the network inventory', () => {
  test('describes physical cards with what sysfs, ethtool and udev know, and virtual ones briefly', async () => {
    const inventory = await inventoryOf(fakeHost({ files: sysfs, commands: tools }));
    expect(inventory.hostname).toBe('pve1');
    expect(inventory.generated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(inventory.host_commands_skipped).toBeUndefined();
    expect(inventory.interfaces).toEqual([
      {
        name: 'eno1',
        mac: 'aa:bb:cc:00:00:01',
        permanent_mac: 'aa:bb:cc:00:00:01',
        driver: 'e1000e',
        pci_path: '/sys/devices/pci0000:00/0000:00:1f.6',
        ifindex: 2,
        oper_state: 'up',
        speed_mbps: 1000,
        is_virtual: false,
        udev_properties: {
          DEVPATH: '/devices/x/net/eno1',
          ID_NET_NAME_PATH: 'enp0s31f6',
          ID_SERIAL: 'a=b',
        },
        system_net_path: '/sys/class/net/eno1',
      },
      {
        // In a bond all members show one address; the card's own one is what tells them apart.
        name: 'enp2s0',
        mac: 'aa:bb:cc:00:00:01',
        permanent_mac: 'aa:bb:cc:00:00:02',
        driver: 'igb',
        pci_path: '/sys/devices/pci0000:00/0000:02:00.0',
        is_virtual: false,
        system_net_path: '/sys/class/net/enp2s0',
      },
      {
        name: 'eth9',
        pci_path: '/sys/devices/pci0000:00/0000:00:12.0',
        is_virtual: false,
        system_net_path: '/sys/class/net/eth9',
      },
      {
        name: 'vmbr0',
        mac: 'aa:bb:cc:00:00:01',
        is_virtual: true,
        system_net_path: '/sys/class/net/vmbr0',
      },
    ]);
  });

  test('says that commands were skipped when another root is saved and none describes it', async () => {
    const inventory = await inventoryOf(fakeHost({ files: sysfs }));
    expect(inventory.host_commands_skipped).toBe(true);
    expect(inventory.host_commands_skipped_reason).toContain('another root');
    expect(inventory.interfaces.map(({ name }) => name)).toEqual(['eno1', 'enp2s0', 'eth9', 'vmbr0']);
    expect(inventory.interfaces[0]?.driver).toBe('e1000e');
  });

  test('of a host without sysfs lists nothing and is still a document', async () => {
    expect((await inventoryOf(fakeHost({ files: {} }))).interfaces).toEqual([]);
  });

  test('a program that hangs is a warning and costs only its own answer', { timeout: 30_000 }, async () => {
    const files = Object.fromEntries(Object.entries(sysfs).filter(([path]) => !/enp2s0|eth9/.test(path)));
    const host = fakeHost({ files, commands: { ...tools, udevadm: 'sleep 60' } });
    const { files: documents, findings } = await inventoryNetwork(host, await detectFacts(host));
    expect(findings).toMatchObject([{ severity: 'warning', code: 'command-timeout' }]);
    expect((JSON.parse(documents.get('') ?? '') as NetworkInventory).interfaces[0]).toMatchObject({
      name: 'eno1',
      permanent_mac: 'aa:bb:cc:00:00:01',
    });
  });
});

describe('the bonding inventory', () => {
  test('holds what the kernel says about each bond', async () => {
    const host = fakeHost({ files: { '/proc/net/bonding/bond0': 'Bonding Mode: IEEE 802.3ad\n' } });
    const { files } = await inventories.bonding(host, await detectFacts(host), loadConfig(host).values);
    expect(files.get('')).toBe('# bond0\nBonding Mode: IEEE 802.3ad\n');
  });

  test('is empty on a host without bonds', async () => {
    const host = fakeHost({ files: {} });
    const { files, findings } = await inventories.bonding(
      host,
      await detectFacts(host),
      loadConfig(host).values,
    );
    expect([...files.values(), ...findings]).toEqual(['']);
  });
});
