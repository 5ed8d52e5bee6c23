import { describe, expect, test } from 'vitest';
import { parseNicInventory } from '../../../src/restore/network/nic-inventory.ts';
import type { Management } from '../../../src/restore/network/network-types.ts';
import { planNetwork } from '../../../src/restore/network/plan-network.ts';
import { bridgeConfig, interfacesOf, inventoryOf, plan } from './network-samples.ts';

const macA = 'aa:00:00:00:00:01';
const macB = 'aa:00:00:00:00:02';
const macX = 'bb:00:00:00:00:01';
const macY = 'bb:00:00:00:00:02';

describe('which card is which', () => {
  test('the same card under another name is found by its address, and the plan is safe', () => {
    const result = plan(
      bridgeConfig,
      inventoryOf({ name: 'eno1', mac: macA }),
      inventoryOf({ name: 'enp3s0', mac: macA }),
    );
    expect(result).toMatchObject({
      verdict: 'safe',
      reasons: [],
      mapping: { pairs: [{ from: 'eno1', to: 'enp3s0', by: 'mac' }] },
    });
    expect(interfacesOf(result)).toBe(bridgeConfig.replaceAll('eno1', 'enp3s0'));
  });

  test('members of a bond, which all show one address, are told apart by their own', () => {
    const result = plan(
      'iface b0 inet manual\n bond-slaves eno1 eno2\n',
      inventoryOf(
        { name: 'eno1', mac: macA, permanentMac: macA },
        { name: 'eno2', mac: macA, permanentMac: macB },
      ),
      inventoryOf({ name: 'eth0', mac: macB }, { name: 'eth1', mac: macA }),
    );
    expect(result.verdict).toBe('safe');
    expect(interfacesOf(result)).toContain('bond-slaves eth1 eth0');
  });

  test('a card that was replaced in its slot is found by the slot, and sure once another card agrees', () => {
    const archived = inventoryOf(
      { name: 'eno1', mac: macA, pci: '1f.6' },
      { name: 'eno2', mac: macB, pci: '02.0' },
    );
    const config = 'iface b0 inet manual\n bond-slaves eno1 eno2\n';
    const replaced = plan(
      config,
      archived,
      inventoryOf({ name: 'eno1', mac: macX, pci: '1f.6' }, { name: 'eno2', mac: macB, pci: '02.0' }),
    );
    expect(replaced.verdict).toBe('safe');
    expect(replaced.mapping.pairs).toContainEqual({ from: 'eno1', to: 'eno1', by: 'pci-path' });
    const other = plan(
      config,
      archived,
      inventoryOf({ name: 'eno1', mac: macX, pci: '1f.6' }, { name: 'eno2', mac: macY, pci: '02.0' }),
    );
    expect(other.verdict).toBe('other-hardware');
  });

  test('on other hardware nothing is decided, a guess by order is shown, and --map settles it', () => {
    const archived = inventoryOf({ name: 'eno1', mac: macA, pci: '1f.6' });
    const live = inventoryOf({ name: 'ens18', mac: macX, pci: '12.0' });
    const asked = plan(bridgeConfig, archived, live);
    expect(asked).toMatchObject({
      verdict: 'other-hardware',
      mapping: { suggestions: [{ from: 'eno1', to: 'ens18' }] },
    });
    expect(asked.reasons.join()).toContain('--map eno1=NEW');
    const told = plan(bridgeConfig, archived, live, { manual: new Map([['eno1', 'ens18']]) });
    expect(told.verdict).toBe('safe');
    expect(interfacesOf(told)).toContain('bridge-ports ens18');
  });

  test('a card that the configuration calls by another of its names is known by it', () => {
    const config =
      'auto vmbr0\niface vmbr0 inet manual\n bridge-ports enp0s31f6\niface enp0s31f6.7 inet manual\n';
    const archived = inventoryOf({ name: 'eno1', mac: macA, otherName: 'enp0s31f6' });
    const same = plan(config, archived, archived);
    expect([same.verdict, interfacesOf(same)]).toEqual(['safe', config]);
    const elsewhere = inventoryOf({ name: 'ens18', mac: macA });
    const moved = plan(config, archived, elsewhere);
    expect([moved.verdict, interfacesOf(moved)]).toEqual(['safe', config.replaceAll('enp0s31f6', 'ens18')]);
    const other = inventoryOf({ name: 'eno1', mac: macX });
    expect(plan(config, archived, other)).toMatchObject({
      verdict: 'other-hardware',
      usedCards: [{ name: 'eno1' }],
    });
    const told = plan(config, archived, other, { manual: new Map([['eno1', 'eno1']]) });
    expect([told.verdict, interfacesOf(told)]).toEqual(['safe', config.replaceAll('enp0s31f6', 'eno1')]);
  });

  test('a card that the inventory lacks can be mapped; a bridge, a bond or a VLAN is no card', () => {
    const config = 'auto usb0\niface usb0 inet dhcp\nauto b0\niface b0 inet manual\n bond-slaves eno1\n';
    const archived = inventoryOf({ name: 'eno1', mac: macA });
    const live = inventoryOf({ name: 'eno1', mac: macA }, { name: 'x0', mac: macX });
    const told = plan(config, archived, live, { manual: new Map([['usb0', 'x0']]) });
    expect([told.verdict, interfacesOf(told)]).toEqual(['safe', config.replaceAll('usb0', 'x0')]);
    for (const name of ['b0', 'eno7', 'lo']) {
      const wrong = plan(config, archived, live, { manual: new Map([[name, 'x0']]) });
      expect(wrong.mapping.conflicts.map(({ code }) => code)).toEqual(['unknown-source']);
    }
  });

  test('cards in files that are sourced from elsewhere count and get their names, too', () => {
    const main = 'auto lo\niface lo inet loopback\nsource extra/*.conf\nsource-directory /etc/network/more\n';
    const files = {
      '/etc/network/extra/a.conf': 'auto eno1\niface eno1 inet manual\nsource /etc/network/deep\n',
      '/etc/network/extra/a.txt': 'iface eno8 inet manual\n',
      '/etc/network/more/b': 'iface eno2 inet manual\nsource /etc/network/interfaces\n',
      '/etc/network/more/b.old': 'iface eno9 inet manual\n',
      '/etc/network/deep': 'iface eno3 inet manual\n',
    };
    const cards = ['eno1', 'eno2', 'eno3', 'eno8', 'eno9'].map((name, index) => ({
      name,
      mac: `aa:00:00:00:00:0${index}`,
    }));
    const other = inventoryOf({ name: 'x1', mac: cards[0]?.mac ?? '' });
    const asked = plan(main, inventoryOf(...cards), other, { files });
    expect(asked.usedCards.map(({ name }) => name)).toEqual(['eno1', 'eno2', 'eno3']);
    expect(asked.verdict).toBe('needs-mapping');
    expect(asked.files.get('/etc/network/extra/a.conf')).toContain('iface x1 inet manual');
    expect(asked.files.get('/etc/network/extra/a.txt')).toContain('eno8');
  });

  test('fewer cards than before: --map old=none', () => {
    const archived = inventoryOf({ name: 'eno1', mac: macA }, { name: 'eno2', mac: macB });
    const config = `${bridgeConfig}\niface eno2 inet static\n\taddress 10.0.0.1/24\n`;
    const live = inventoryOf({ name: 'eno1', mac: macA });
    expect(plan(config, archived, live).verdict).toBe('needs-mapping');
    const told = plan(config, archived, live, { manual: new Map([['eno2', null]]) });
    expect(told.verdict).toBe('safe');
    expect(interfacesOf(told)).toContain('# no such network card on this host: iface eno2');
  });

  test.each([
    [
      'two-to-one',
      [
        ['eno1', 'x0'],
        ['eno2', 'x0'],
      ],
    ],
    ['unknown-target', [['eno1', 'nosuch']]],
    ['unknown-source', [['eno9', 'x0']]],
  ] as const)('a mapping that cannot be is a conflict: %s', (code, manual) => {
    const archived = inventoryOf({ name: 'eno1', mac: macA }, { name: 'eno2', mac: macB });
    const config = 'iface b0 inet manual\n bond-slaves eno1 eno2\n';
    const result = plan(config, archived, inventoryOf({ name: 'x0', mac: macX }), {
      manual: new Map<string, string>(manual),
    });
    expect(result.verdict).not.toBe('safe');
    expect(result.mapping.conflicts.map((conflict) => conflict.code)).toContain(code);
  });

  test('a card that was found must not take the name of one that was not', () => {
    const archived = inventoryOf({ name: 'eno1', mac: macA }, { name: 'eno2', mac: macB });
    const config = 'iface b0 inet manual\n bond-slaves eno1 eno2\n';
    const result = plan(config, archived, inventoryOf({ name: 'eno1', mac: macB }));
    expect(result.verdict).toBe('needs-mapping');
    expect(result.mapping.conflicts).toMatchObject([{ code: 'name-taken', names: ['eno1', 'eno2'] }]);
  });

  test('swapped names are no conflict', () => {
    const archived = inventoryOf({ name: 'eno1', mac: macA }, { name: 'eno2', mac: macB });
    const config = 'iface eno1 inet manual\niface eno2 inet manual\n';
    const result = plan(
      config,
      archived,
      inventoryOf({ name: 'eno1', mac: macB }, { name: 'eno2', mac: macA }),
    );
    expect(result.verdict).toBe('safe');
    expect(interfacesOf(result)).toBe('iface eno2 inet manual\niface eno1 inet manual\n');
  });

  test('without an inventory names are all there is, and the admin is asked', () => {
    const live = inventoryOf({ name: 'eno1', mac: macX });
    expect(plan(bridgeConfig, undefined, live)).toMatchObject({ verdict: 'needs-mapping' });
    expect(plan(bridgeConfig, undefined, live, { manual: new Map([['eno1', 'eno1']]) }).verdict).toBe('safe');
  });

  test('cards that the configuration does not mention are not asked for', () => {
    const archived = inventoryOf({ name: 'eno1', mac: macA }, { name: 'eno2', mac: macB });
    expect(plan(bridgeConfig, archived, inventoryOf({ name: 'eno1', mac: macA })).verdict).toBe('safe');
  });

  test('reads inventories of both editions and refuses other texts', () => {
    expect(parseNicInventory('{"interfaces": null}')).toEqual({ cards: [] });
    expect(parseNicInventory('not json')).toBeUndefined();
    const cards = parseNicInventory(
      JSON.stringify({
        interfaces: [
          { name: 'lo' },
          {
            name: 'e0',
            mac: 'AA:BB:CC:DD:EE:FF',
            permanent_mac: '00:00:00:00:00:00',
            pci_path: '/sys/devices/pci0000:00/0000:00:1c.0/0000:02:00.0',
          },
        ],
      }),
    )?.cards;
    expect(cards).toMatchObject([
      { name: 'e0', mac: 'aa:bb:cc:dd:ee:ff', pciPath: '0000:00:1c.0/0000:02:00.0' },
    ]);
    expect(cards?.[0]).not.toHaveProperty('permanentMac');
  });
});

describe('names pinned by systemd', () => {
  const pinned = bridgeConfig.replaceAll('eno1', 'nic0');
  const link = (mac: string, name: string) =>
    `[Match]\nMACAddress=${mac}\nType=ether\n\n[Link]\nName=${name}\n`;
  const file = '/etc/systemd/network/50-pve-nic0.link';

  test('the link file comes back with its card: the card has its old name at the next boot', () => {
    const result = plan(
      pinned,
      inventoryOf({ name: 'nic0', mac: macA }),
      inventoryOf({ name: 'enp3s0', mac: macA }),
      {
        files: { [file]: link(macA.toUpperCase(), 'nic0') },
      },
    );
    expect(result).toMatchObject({ verdict: 'safe', needsReboot: true, dropped: [] });
    expect(interfacesOf(result)).toBe(pinned);
  });

  test('a link file for a card that is not here is left out, and the live one goes on naming the new card', () => {
    const live = new Map([[file, link(macX, 'nic0')]]);
    const result = plan(
      pinned,
      inventoryOf({ name: 'nic0', mac: macA }),
      inventoryOf({ name: 'nic0', mac: macX }),
      {
        files: { [file]: link(macA, 'nic0') },
        live,
        manual: new Map([['nic0', 'nic0']]),
      },
    );
    expect(result).toMatchObject({ verdict: 'safe', needsReboot: false, dropped: [file] });
    expect(result.files.has(file)).toBe(false);
  });

  test('a file of the backup takes the place of the live one of its name', () => {
    const result = plan(
      pinned,
      inventoryOf({ name: 'nic0', mac: macA }),
      inventoryOf({ name: 'lan9', mac: macA }),
      {
        files: { [file]: link(macA, 'nic0') },
        live: new Map([[file, link(macA, 'lan9')]]),
      },
    );
    expect(result).toMatchObject({ verdict: 'safe', needsReboot: true });
    expect(interfacesOf(result)).toBe(pinned);
  });

  test('of two files that name one card the first by its own name decides', () => {
    const result = plan(
      pinned,
      inventoryOf({ name: 'nic0', mac: macA }),
      inventoryOf({ name: 'lan9', mac: macA }),
      {
        files: { [file]: link(macA, 'nic0') },
        live: new Map([['/etc/systemd/network/10-mine.link', link(macA, 'lan9')]]),
      },
    );
    expect(result).toMatchObject({ verdict: 'safe', needsReboot: false });
    expect(interfacesOf(result)).toContain('bridge-ports lan9');
  });

  test('no two cards are given one name', () => {
    const result = plan(
      pinned,
      inventoryOf({ name: 'nic0', mac: macA }),
      inventoryOf({ name: 'nic0', mac: macX }, { name: 'nic1', mac: macA }),
      { files: { [file]: link(macA, 'nic0') } },
    );
    expect(result).toMatchObject({ dropped: [file], needsReboot: false, verdict: 'safe' });
    expect(interfacesOf(result)).toContain('bridge-ports nic1');
  });

  test('.network files follow, netplan is pointed out', () => {
    const result = plan(
      bridgeConfig,
      inventoryOf({ name: 'eno1', mac: macA }),
      inventoryOf({ name: 'x0', mac: macA }),
      {
        files: {
          '/etc/systemd/network/10-lan.network': '[Match]\nName=eno1 eno1.5\n[Network]\nDHCP=yes\n',
          '/etc/netplan/a.yaml': 'network:\n  ethernets:\n    eno1:\n      dhcp4: true\n',
        },
      },
    );
    expect(result.files.get('/etc/systemd/network/10-lan.network')).toContain('Name=x0 x0.5\n');
    expect(result.notes).toContainEqual(
      expect.objectContaining({ file: '/etc/netplan/a.yaml', severity: 'warning' }),
    );
  });
});

describe('files that would get in the way', () => {
  const same = inventoryOf({ name: 'eno1', mac: macA });
  const pending = '/etc/network/interfaces.new';

  test('changes that were never applied neither come back nor stay: they would win at the next boot', () => {
    const result = plan(bridgeConfig, same, same, {
      files: { [pending]: 'x' },
      live: new Map([[pending, 'y']]),
    });
    expect(result).toMatchObject({ dropped: [pending], removed: [pending] });
    expect(result.files.has(pending)).toBe(false);
  });

  test('a fragment of the live host that the backup lacks is named', () => {
    const fragment = '/etc/network/interfaces.d/50-cloud-init';
    const result = plan(bridgeConfig, same, same, { live: new Map([[fragment, 'auto eth0\n']]) });
    expect(result.notes).toContainEqual(expect.objectContaining({ file: fragment, severity: 'warning' }));
  });

  test('a script that names a renamed card is pointed out', () => {
    const script = '/etc/network/if-up.d/tune';
    const result = plan(bridgeConfig, same, inventoryOf({ name: 'x0', mac: macA }), {
      files: { [script]: '#!/bin/sh\nethtool -G eno1 rx 4096\n' },
    });
    expect(result.notes).toContainEqual(expect.objectContaining({ file: script, severity: 'warning' }));
  });
});

describe('the address by which the host is reached', () => {
  const same = inventoryOf({ name: 'eno1', mac: macA });
  const management: Management = {
    interface: 'vmbr0',
    cards: ['eno1'],
    vlanTag: '',
    method: 'static',
    address: '198.51.100.7/25',
    gateway: '198.51.100.1',
  };
  const hosts = '127.0.0.1 localhost\n192.0.2.11 pve1.example.net pve1\n192.0.2.12 pve2\n';
  const files = { '/etc/hosts': hosts, '/etc/hostname': 'pve1\n' };

  test('stays, on the interface that stands on the same card, and the node’s name follows', () => {
    const result = plan(bridgeConfig, same, same, { management, files });
    expect(interfacesOf(result)).toContain(
      'iface vmbr0 inet static\n\taddress 198.51.100.7/25\n\tgateway 198.51.100.1\n\t# in the backup: address 192.0.2.11/24\n\t# in the backup: gateway 192.0.2.1\n\tbridge-ports eno1\n',
    );
    expect(result.files.get('/etc/hosts')).toBe(hosts.replace('192.0.2.11', '198.51.100.7'));
  });

  test('is that of the backup when asked for, or when it is the same already', () => {
    expect(interfacesOf(plan(bridgeConfig, same, same, { management, address: 'archive' }))).toBe(
      bridgeConfig,
    );
    const unchanged = { ...management, address: '192.0.2.11/24' };
    expect(interfacesOf(plan(bridgeConfig, same, same, { management: unchanged }))).toBe(bridgeConfig);
  });

  test.each(['live', 'archive'] as const)(
    'is what the node’s name leads to when the network of the backup takes no part (asked for: %s)',
    (address) => {
      const input = {
        archived: new Map(Object.entries(files)),
        live: new Map([['/etc/network/interfaces', bridgeConfig.replace('192.0.2.11/24', '203.0.113.4/24')]]),
        liveInventory: inventoryOf({ name: 'x0', mac: macX }),
        manual: new Map(),
        address,
        hostname: 'archive' as const,
      };
      const reached = planNetwork({ ...input, management });
      expect(reached.files.get('/etc/hosts')).toBe(hosts.replace('192.0.2.11', '198.51.100.7'));
      // A disk of a host that does not run: its own configuration tells.
      const atRest = planNetwork(input);
      expect(atRest.files.get('/etc/hosts')).toBe(hosts.replace('192.0.2.11', '203.0.113.4'));
      expect([reached.notes, atRest.notes].flat().map(({ file }) => file)).toEqual([
        '/etc/hosts',
        '/etc/hosts',
      ]);
    },
  );

  test('comes from DHCP afterwards where it does now', () => {
    const result = interfacesOf(
      plan(bridgeConfig, same, same, { management: { ...management, method: 'dhcp' } }),
    );
    expect(result).toContain('iface vmbr0 inet dhcp\n\t# in the backup: address');
  });

  test('stays untagged when the backup had it in a VLAN, with one default route', () => {
    const vlan = `${bridgeConfig
      .replace(/\tgateway.*\n/, '')
      .replace(/\taddress.*\n/, '')
      .replace('vmbr0 inet static', 'vmbr0 inet manual')}
auto vmbr0.10
iface vmbr0.10 inet static
	address 192.0.2.11/24
	gateway 192.0.2.1
`;
    const result = interfacesOf(plan(vlan, same, same, { management }));
    expect(result).toContain('iface vmbr0 inet static\n\taddress 198.51.100.7/25\n\tgateway 198.51.100.1\n');
    expect(result).toContain(
      'iface vmbr0.10 inet static\n\taddress 192.0.2.11/24\n\t# in the backup: gateway 192.0.2.1\n',
    );
  });

  test('gets a stanza of its own when the backup does not use the card', () => {
    const live = inventoryOf({ name: 'eno1', mac: macA }, { name: 'eno2', mac: macX });
    const result = interfacesOf(
      plan(bridgeConfig, same, live, { management: { ...management, cards: ['eno2'] } }),
    );
    expect(result).toContain(
      'auto eno2\niface eno2 inet static\n\taddress 198.51.100.7/25\n\tgateway 198.51.100.1\n',
    );
  });

  test('planned again on its own result, nothing changes', () => {
    const first = plan(bridgeConfig, same, same, { management, files });
    const again = plan(interfacesOf(first), same, same, {
      management,
      files: { '/etc/hosts': first.files.get('/etc/hosts') ?? '', '/etc/hostname': 'pve1\n' },
    });
    expect(again.files).toEqual(first.files);
  });

  test('--keep-hostname leaves the name and lets it lead to the address', () => {
    const result = plan(bridgeConfig, same, same, {
      management,
      files,
      hostname: 'live',
      live: new Map([['/etc/hostname', 'fresh.example.net\n']]),
    });
    expect(result.files.has('/etc/hostname')).toBe(false);
    expect(result.files.get('/etc/hosts')).toContain(
      '127.0.0.1 localhost\n198.51.100.7 fresh.example.net fresh\n',
    );
  });

  test('the loopback line that Debian writes for the name goes', () => {
    const debian = {
      ...files,
      '/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 pve1.example.net pve1 # mine\n::1 localhost\n',
    };
    const result = plan(bridgeConfig, same, same, { management, files: debian });
    expect(result.files.get('/etc/hosts')).toBe(
      '127.0.0.1 localhost\n198.51.100.7 pve1\n# mine\n::1 localhost\n',
    );
  });
});
