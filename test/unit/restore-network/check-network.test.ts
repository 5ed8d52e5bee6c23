import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asRealPath, type Host, type RealPath } from '../../../src/host/host.ts';
import { checkNetwork } from '../../../src/restore/network/check-network.ts';
import { addressesOf, reconcileHosts } from '../../../src/restore/network/hosts-file.ts';
import { readManagement } from '../../../src/restore/network/read-management.ts';
import { hasPrograms } from '../../support/needs.ts';
import { fakeHost } from '../host/fake-root.ts';
import { bridgeConfig } from './network-samples.ts';

const needsNodeAddress = true;
const names = {
  '/etc/hostname': 'pve1\n',
  '/etc/hosts': '127.0.0.1 localhost\n192.0.2.11 pve1.example.net pve1\n',
};

function candidateOf(host: Host, files: Record<string, string>): RealPath {
  const directory = join(dirname(host.root), 'candidate');
  mkdirSync(directory);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return asRealPath(directory);
}

describe.skipIf(!hasPrograms('ifup'))(
  'the grammar, judged by the ifup of the system (needs ifupdown or ifupdown2)',
  () => {
    test('a good configuration is valid, and nothing is left of the check', async () => {
      const host = fakeHost({ files: names });
      const candidate = candidateOf(host, { '/etc/network/interfaces': bridgeConfig });
      expect(await checkNetwork(host, candidate, { needsNodeAddress })).toMatchObject({
        grammar: 'valid',
        problems: [],
      });
      expect(readdirSync(dirname(host.root)).sort()).toEqual(['candidate', 'root', 'stubs']);
    });

    test('a fault is named with file and line, also in a fragment that lies beside it', async () => {
      const bad = 'auto eno1\niface eno1 inet nonsense\n';
      const host = fakeHost({ files: names });
      const candidate = candidateOf(host, {
        '/etc/network/interfaces': bridgeConfig,
        '/etc/network/interfaces.d/x': bad,
      });
      const result = await checkNetwork(host, candidate, { needsNodeAddress });
      expect(result.grammar).toBe('invalid');
      expect(result.problems).toContainEqual(
        expect.objectContaining({ severity: 'error', file: '/etc/network/interfaces.d/x', line: 2 }),
      );
    });

    test('a file that is sourced from elsewhere is judged with it', async () => {
      const host = fakeHost({ files: { ...names, '/etc/network/more/y': 'iface z inet nonsense\n' } });
      for (const [path, text] of [
        ['/etc/network/extra/x.conf', 'iface z inet nonsense\n'],
        ['/etc/network/extra/x.conf', 'source /etc/network/more/*\n'],
      ] as const) {
        const sourcing = `${bridgeConfig}\nsource /etc/network/extra/*.conf\n`;
        const candidate = candidateOf(host, { '/etc/network/interfaces': sourcing, [path]: text });
        expect((await checkNetwork(host, candidate, { needsNodeAddress })).grammar).toBe('invalid');
        rmSync(candidate, { recursive: true });
      }
    });

    test('a fragment of the host that stays is judged with it', async () => {
      const host = fakeHost({
        files: { ...names, '/etc/network/interfaces.d/y': 'iface z inet nonsense\n' },
      });
      const candidate = candidateOf(host, { '/etc/network/interfaces': bridgeConfig });
      expect((await checkNetwork(host, candidate, { needsNodeAddress })).grammar).toBe('invalid');
    });
  },
);

describe('programs that judge', () => {
  /** Only these tools; `ifreload` of the system would make it ifupdown2. */
  function hostWithTools(commands: Record<string, string>): Host {
    const host = fakeHost({ files: names, commands });
    return { ...host, tools: host.commands };
  }

  // As ifupdown 0.8.41 of Debian 12 behaves: it passes over a bad fragment and exits with 0.
  test('the older ifupdown is asked without acting, and its word about a fragment counts though it exits with 0', async () => {
    const host = hostWithTools({
      ifquery:
        'test "$1 $2 $3" = "--list -a --state-dir" || exit 99; echo "ifquery: $4/etc/network/interfaces.d/x:7: unknown method" >&2; echo lo',
      ifup: 'exit 98',
    });
    const candidate = candidateOf(host, { '/etc/network/interfaces': bridgeConfig });
    const result = await checkNetwork(host, candidate, { needsNodeAddress });
    expect(result).toMatchObject({ grammar: 'invalid', checkedBy: 'ifupdown' });
    expect(result.problems).toEqual([
      { severity: 'error', what: 'unknown method', file: '/etc/network/interfaces.d/x', line: 7 },
    ]);
  });

  test('the older ifupdown says what a method lacks only when asked what it would do', async () => {
    const host = hostWithTools({
      ifquery: 'echo lo',
      ifup: 'test "$1 $2 $3 $4" = "-a --no-act --no-mappings --no-scripts" || exit 99; echo "ip link set dev lo up" >&2; echo "Missing required variable: address" >&2; exit 1',
    });
    const candidate = candidateOf(host, { '/etc/network/interfaces': bridgeConfig });
    const { grammar, problems } = await checkNetwork(host, candidate, { needsNodeAddress });
    expect(grammar).toBe('invalid');
    expect(problems.map(({ what }) => what)).toContain('Missing required variable: address');
  });

  test('what the older ifupdown would do is no problem', async () => {
    const host = hostWithTools({ ifquery: 'echo lo', ifup: 'echo "ip link set dev lo up" >&2' });
    const candidate = candidateOf(host, { '/etc/network/interfaces': bridgeConfig });
    expect(await checkNetwork(host, candidate, { needsNodeAddress })).toEqual({
      grammar: 'valid',
      checkedBy: 'ifupdown',
      problems: [],
    });
  });

  // As ifupdown2 3.0.0 of Debian 12 behaves: exit code 1 for warnings too.
  test.each([
    [
      'vmbr1: bridge-ports: invalid value "none": valid attribute values: [\'<interface-list>\']',
      'valid',
      [],
    ],
    ['vmbr1: bridge inherits mtu from its ports.', 'valid', ['warning']],
    ['vmbr1: address: invalid value "999.1.1.1/24": valid attribute values: [...]', 'invalid', ['error']],
  ])('a warning of ifupdown2 is judged by what it says: %s', async (words, grammar, severities) => {
    const host = hostWithTools({ ifreload: '', ifup: `cat >&2 <<'X'\nwarning: ${words}\nX\nexit 1` });
    const candidate = candidateOf(host, { '/etc/network/interfaces': bridgeConfig });
    const result = await checkNetwork(host, candidate, { needsNodeAddress });
    expect(result).toMatchObject({ grammar, checkedBy: 'ifupdown2' });
    expect(result.problems.map(({ severity }) => severity)).toEqual(severities);
  });

  test('without ifup nothing is called valid', async () => {
    const host = hostWithTools({});
    const candidate = candidateOf(host, { '/etc/network/interfaces': bridgeConfig });
    expect(await checkNetwork(host, candidate, { needsNodeAddress })).toMatchObject({
      grammar: 'unchecked',
      checkedBy: 'nothing',
    });
  });
});

describe('the name of the node', () => {
  async function problemsOf(files: Record<string, string>, needs = true) {
    const host = { ...fakeHost({ files: {} }) };
    const candidate = candidateOf(host, { '/etc/network/interfaces': bridgeConfig, ...files });
    const { problems } = await checkNetwork({ ...host, tools: host.commands }, candidate, {
      needsNodeAddress: needs,
    });
    return problems.filter(({ file }) => file !== '/etc/network/interfaces');
  }

  test.each([
    ['nowhere', '127.0.0.1 localhost\n'],
    ['only to a loopback address', '127.0.0.1 localhost\n127.0.1.1 pve1\n'],
  ])('that leads %s is an error where Proxmox VE is installed, else a warning', async (_where, hosts) => {
    const files = { '/etc/hostname': 'pve1\n', '/etc/hosts': hosts };
    expect(await problemsOf(files)).toMatchObject([{ severity: 'error', file: '/etc/hosts' }]);
    expect(await problemsOf(files, false)).toMatchObject([{ severity: 'warning' }]);
  });

  test('that leads to an address which no interface has is a warning', async () => {
    expect(await problemsOf({ '/etc/hostname': 'pve1\n', '/etc/hosts': '192.0.2.99 pve1\n' })).toMatchObject([
      { severity: 'warning' },
    ]);
    expect(await problemsOf(names)).toEqual([]);
  });

  test('is given its address in any hosts file, once and for all', () => {
    const identity = { nodeName: 'pve1', fullName: 'pve1.lan', address: '192.0.2.5' };
    for (const hosts of [
      '',
      '# x\n',
      '127.0.1.1 pve1',
      '10.0.0.1 pve1 a\n10.0.0.2 pve1\n',
      'fd00::1 pve1\n127.0.0.1 localhost pve1\n',
    ]) {
      const { text } = reconcileHosts(hosts, identity);
      expect(addressesOf(text, 'pve1')).toContain('192.0.2.5');
      expect(
        addressesOf(text, 'pve1').filter(
          (address) => address.startsWith('127.') || address.startsWith('10.'),
        ),
      ).toEqual([]);
      expect(reconcileHosts(text, identity)).toEqual({ text, notes: [] });
    }
  });
});

describe('how the host is reached', () => {
  const commands = {
    ip: `case "$*" in
  "-j address show") cat <<'X'
[{"ifname":"lo","addr_info":[{"local":"127.0.0.1","prefixlen":8,"scope":"host"}]},
 {"ifname":"vmbr0.7","addr_info":[{"local":"192.0.2.7","prefixlen":24,"scope":"global"},{"local":"fe80::1","prefixlen":64,"scope":"link"}]},
 {"ifname":"eth9","addr_info":[{"local":"198.51.100.9","prefixlen":25,"scope":"global","dynamic":true}]}]
X
  ;;
  "-j -4 route show default") echo '[{"dst":"default","gateway":"198.51.100.1","dev":"eth9"}]' ;;
  *) echo '[]' ;;
esac`,
  };
  const files = {
    '/sys/class/net/vmbr0.7/lower_vmbr0/': '',
    '/sys/class/net/vmbr0/lower_eno1/': '',
    '/sys/class/net/vmbr0/lower_tap100i0/': '',
    '/sys/class/net/eno1/device/': '',
    '/sys/class/net/eth9/device/': '',
    '/sys/class/net/tap100i0/address': 'x',
  };

  test('by the address that the SSH connection came in on, with the cards and the VLAN below it', async () => {
    const host = {
      ...fakeHost({ files, commands }),
      env: { SSH_CONNECTION: '203.0.113.5 5555 ::ffff:192.0.2.7 22' },
    };
    expect(await readManagement(host)).toEqual({
      interface: 'vmbr0.7',
      cards: ['eno1'],
      vlanTag: '.7',
      method: 'static',
      address: '192.0.2.7/24',
    });
  });

  test('else by the default route', async () => {
    expect(await readManagement(fakeHost({ files, commands }))).toEqual({
      interface: 'eth9',
      cards: ['eth9'],
      vlanTag: '',
      method: 'dhcp',
      address: '198.51.100.9/25',
      gateway: '198.51.100.1',
    });
    expect(await readManagement(fakeHost({ files }))).toBeUndefined();
  });
});
