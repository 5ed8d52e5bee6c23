import { describe, expect, test } from 'vitest';
import { healthProblems, type NetworkHealth } from '../../../src/restore/network/network-health.ts';
import { parseLinks } from '../../../src/restore/network/ip-output.ts';
import { automaticCards, linkDoubts, type LinkState } from '../../../src/restore/network/network-links.ts';
import { changedInterfaces } from '../../../src/restore/network/reload-network.ts';

const path = '/etc/network/interfaces';
const bridge = (address: string) =>
  `auto lo\niface lo inet loopback\n\niface eno1 inet manual\n\nauto vmbr0\niface vmbr0 inet static\n\taddress ${address}\n\tbridge-ports eno1\n`;

describe('interfaces that a change takes down and up', () => {
  const change = (before: string, after: string) =>
    changedInterfaces(new Map([[path, before]]), new Map([[path, after]]));

  test('are only those that are configured differently; comments and spaces are no difference', () => {
    expect(change(bridge('192.0.2.1/24'), bridge('192.0.2.2/24'))).toEqual({
      down: ['vmbr0'],
      up: ['vmbr0'],
    });
    const spaced = `# mine\n${bridge('192.0.2.1/24').replaceAll('\t', '    ')}`;
    expect(change(bridge('192.0.2.1/24'), spaced)).toEqual({ down: [], up: [] });
  });

  test('go down from the top and come up only when they are new or changed', () => {
    const more = `${bridge('192.0.2.1/24')}auto vmbr0.5\niface vmbr0.5 inet manual\n`;
    expect(change(bridge('192.0.2.1/24'), more)).toEqual({ down: [], up: ['vmbr0.5'] });
    expect(change(more, '')).toEqual({ down: ['vmbr0.5', 'vmbr0', 'eno1'], up: [] });
  });

  test('may be in a file of their own', () => {
    const one = new Map([
      [path, 'source /etc/network/interfaces.d/*\n'],
      ['/etc/network/interfaces.d/a', bridge('192.0.2.1/24')],
    ]);
    expect(changedInterfaces(one, new Map([[path, bridge('192.0.2.1/24')]]))).toEqual({ down: [], up: [] });
  });
});

const linksOf = (states: Record<string, LinkState>) => new Map(Object.entries(states));

describe('the health of a network', () => {
  const healthy: NetworkHealth = {
    addresses: ['192.0.2.1'],
    gateways: [{ device: 'vmbr0', gateway: '192.0.2.254' }],
    links: linksOf({ eno1: 'link', eno2: 'no-link' }),
    isGatewayThere: true,
    hasNames: true,
    isClusterMounted: true,
    isClusterWritable: true,
    isQuorate: true,
  };
  const problems = (
    after: Partial<NetworkHealth>,
    before: Partial<NetworkHealth> = {},
    addresses = ['192.0.2.1'],
  ) =>
    healthProblems(
      { ...healthy, ...before },
      { ...healthy, ...after },
      { addresses, cards: ['eno1', 'eno2', 'eno3'] },
    );

  test('is what it was before', () => {
    expect(problems({})).toEqual([]);
    const poor = { isGatewayThere: false, hasNames: false, isClusterMounted: false, isQuorate: undefined };
    expect(problems(poor, poor)).toEqual([]);
    expect(problems({ gateways: [] }, { gateways: [] })).toEqual([]);
  });

  test.each<[Partial<NetworkHealth>, RegExp]>([
    [{ addresses: ['192.0.2.9'] }, /lost its address 192\.0\.2\.1/u],
    [{ gateways: [] }, /no default route/u],
    [{ isGatewayThere: false }, /gateway 192\.0\.2\.254 does not answer/u],
    [{ hasNames: false }, /names are not resolved/u],
    [{ isClusterMounted: false }, /not mounted/u],
    [{ isClusterWritable: false }, /cannot be written to/u],
    [{ isQuorate: false }, /quorum/u],
    [{ links: linksOf({ eno1: 'no-link', eno2: 'no-link' }) }, /eno1 has lost its link/u],
    [{ links: linksOf({ eno1: 'down', eno2: 'no-link' }) }, /eno1 has lost its link/u],
    [{ links: linksOf({ eno2: 'no-link' }) }, /eno1 is gone/u],
  ])('%j is one problem', (after, words) => {
    const found = problems(after);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });

  test('another address is none when the admin chose it', () => {
    expect(problems({ addresses: ['192.0.2.9'] }, {}, [])).toEqual([]);
    expect(problems({ addresses: [] }, {}, [])).toEqual(['the host has no address']);
  });
});

describe('the links of cards', () => {
  test('are those of cards below what comes up by itself', () => {
    const texts = {
      '/etc/network/interfaces': `auto lo vmbr0 vmbr1 eno4.7
iface lo inet loopback
iface eno1 inet manual
iface eno9 inet manual
iface bond0 inet manual
  bond-slaves eno1 eno2
iface vmbr0 inet static
  bridge-ports bond0.5
iface vmbr1 inet manual
  bridge-ports none
iface eno4.7 inet manual
source /etc/network/interfaces.d/*
`,
      '/etc/network/interfaces.d/more':
        'auto eno5\niface eno5 inet dhcp\nallow-hotplug usb0\niface usb0 inet dhcp\n',
      '/etc/hosts': 'auto eno8\n',
    };
    expect(automaticCards(new Map(Object.entries(texts)))).toEqual(['eno1', 'eno2', 'eno4', 'eno5']);
  });

  test('a circle of interfaces has no card', () => {
    const text =
      'auto br0\niface br0 inet manual\n bridge-ports br1\niface br1 inet manual\n bridge-ports br0\n';
    expect(automaticCards(new Map([[path, text]]))).toEqual([]);
  });

  test('are known by every name of a card, and nothing is said when nothing tells them', () => {
    const text = JSON.stringify([
      { ifname: 'eno1', altnames: ['enp3s0'], flags: ['BROADCAST', 'UP', 'LOWER_UP'] },
      { ifname: 'eno2', flags: ['NO-CARRIER', 'BROADCAST', 'UP'] },
      { ifname: 'eno3', flags: ['BROADCAST'] },
    ]);
    const doubts = linkDoubts(parseLinks(text), ['enp3s0', 'eno1', 'eno2', 'eno3', 'eno4']);
    expect(doubts).toEqual([
      expect.stringMatching(/eno2 has no link/u),
      expect.stringMatching(/eno3 did not come up/u),
      expect.stringMatching(/no network card eno4/u),
    ]);
    expect(linkDoubts(parseLinks(undefined), ['eno1'])).toEqual([]);
  });
});
