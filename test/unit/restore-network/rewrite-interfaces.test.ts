import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseInterfaces,
  renderInterfaces,
  stanzasOf,
} from '../../../src/restore/network/interfaces-grammar.ts';
import { rewriteInterfaces } from '../../../src/restore/network/rewrite-interfaces.ts';
import { bridgeConfig } from './network-samples.ts';

const rewrite = (text: string, renames: Record<string, string | null>) =>
  rewriteInterfaces(text, new Map(Object.entries(renames)));

describe('renaming cards in interfaces', () => {
  test('changes the name wherever it stands for an interface, and nothing else', () => {
    const { text, notes } = rewrite(bridgeConfig, { eno1: 'enp3s0' });
    expect(text).toBe(bridgeConfig.replaceAll('eno1', 'enp3s0'));
    expect(notes).toEqual([]);
  });

  test('knows bonds, VLANs, aliases, continuation lines, inheritance and port lists', () => {
    const { text } = rewrite(
      `auto bond0 eno1 \\
     eno2
allow-hotplug eno1
iface eno1.100 inet manual
  vlan_raw_device eno1
iface eno1:0 inet static
  address 10.0.0.1/24
iface copy inherits eno1
iface bond0 inet manual
  bond-slaves eno1\teno2
  bond-primary eno1
iface vmbr1 inet manual
  bridge_ports eno1.20 eno10 bond0
  bridge-portprios eno1=8 eno2=4
  alias eno1 is the uplink
# eno1 in a comment
`,
      { eno1: 'nic7', eno2: 'nic8' },
    );
    expect(text).toBe(`auto bond0 nic7 \\
     nic8
allow-hotplug nic7
iface nic7.100 inet manual
  vlan_raw_device nic7
iface nic7:0 inet static
  address 10.0.0.1/24
iface copy inherits nic7
iface bond0 inet manual
  bond-slaves nic7\tnic8
  bond-primary nic7
iface vmbr1 inet manual
  bridge_ports nic7.20 eno10 bond0
  bridge-portprios nic7=8 nic8=4
  alias eno1 is the uplink
# eno1 in a comment
`);
  });

  test('swaps two names at once', () => {
    const text =
      'iface eno1 inet manual\niface eno2 inet manual\niface b inet manual\n bond-slaves eno1 eno2\n';
    const { text: swapped } = rewrite(text, { eno1: 'eno2', eno2: 'eno1' });
    expect(swapped).toBe(
      'iface eno2 inet manual\niface eno1 inet manual\niface b inet manual\n bond-slaves eno2 eno1\n',
    );
    expect(rewrite(swapped, { eno1: 'eno2', eno2: 'eno1' }).text).toBe(text);
  });

  test('renames cards in commands and says so', () => {
    const { text, notes } = rewrite(
      'iface eno1 inet manual\n\tpost-up /sbin/ethtool -K eno1 tso off; echo 1 > /sys/class/net/eno1/x; ip link set eno1.5 up eno11\n',
      { eno1: 'e9' },
    );
    expect(text).toContain('ethtool -K e9 tso off; echo 1 > /sys/class/net/e9/x; ip link set e9.5 up eno11');
    expect(notes).toMatchObject([{ severity: 'warning', line: 2 }]);
  });

  test('comments out what stands on a card that is gone and takes it out of bridges and bonds', () => {
    const { text, notes } = rewrite(
      'auto eno2\niface eno2 inet static\n\taddress 10.0.0.1/8\n\nauto vmbr1 eno2\niface vmbr1 inet manual\n\tbridge-ports eno2\niface b inet manual\n\tbond-slaves eno1 eno2\n',
      { eno2: null },
    );
    expect(text).toBe(
      '# no such network card on this host: auto eno2\n# no such network card on this host: iface eno2 inet static\n' +
        '# no such network card on this host: \taddress 10.0.0.1/8\n\nauto vmbr1\niface vmbr1 inet manual\n\tbridge-ports none\n' +
        'iface b inet manual\n\tbond-slaves eno1\n',
    );
    expect(notes.length).toBeGreaterThan(0);
  });

  test('reports a VLAN whose name would be too long for the kernel, and patterns that it leaves alone', () => {
    const { notes } = rewrite('iface eno1.1000 inet manual\niface vmbr0\n bridge-ports glob eno1-4\n', {
      eno1: 'enp129s0f0np0',
    });
    expect(notes.map(({ severity }) => severity)).toEqual(['error', 'warning']);
  });

  test('the grammar reads families, methods and options', () => {
    const stanzas = stanzasOf(
      parseInterfaces('iface a inet static\n address 1.2.3.4/8\n\niface b\n mtu 9000\niface c inet6 auto\n'),
    );
    expect(
      stanzas.map(({ name, family, method, options }) => [name, family, method, options.length]),
    ).toEqual([
      ['a', 'inet', 'static', 1],
      ['b', undefined, undefined, 1],
      ['c', 'inet6', 'auto', 0],
    ]);
  });
});

const line = fc.constantFrom(
  'auto lo eno1',
  'iface eno1 inet manual',
  'iface eno1.5 inet static',
  'iface vmbr0 inet static',
  '\tbridge-ports eno1 eno2',
  ' bond-slaves eno2',
  ' up ip link set eno1 up',
  ' address 1.2.3.4/24',
  '# eno1',
  '',
  'source x/*',
  'mapping eno1',
  'garbage } \\',
  'auto \\',
  '   eno2',
);
const text = fc
  .tuple(fc.array(line, { maxLength: 14 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, isEnded]) => lines.join(end) + (isEnded ? end : ''));

test('any text comes back byte for byte when parsed, when nothing is renamed, and when names are swapped twice', () => {
  fc.assert(
    fc.property(text, (sample) => {
      expect(renderInterfaces(parseInterfaces(sample))).toBe(sample);
      expect(rewrite(sample, {}).text).toBe(sample);
      const swap = { eno1: 'eno2', eno2: 'eno1' };
      expect(rewrite(rewrite(sample, swap).text, swap).text).toBe(sample);
    }),
  );
});
