import { expect, test } from 'vitest';
import { createEngineMerges } from '../../../src/restore/merge/engine-merges.ts';
import { createNetworkStage } from '../../../src/restore/network/engine-network.ts';
import type { NetworkPlan } from '../../../src/restore/network/network-types.ts';
import { readNetworkTexts } from '../../../src/restore/network/read-network-texts.ts';
import { fullRestore } from '../../../src/restore/request.ts';
import type { StrategyContext } from '../../../src/restore/strategies.ts';
import { fakeHost } from '../host/fake-root.ts';
import { bridgeConfig, inventoryOf } from './network-samples.ts';

const inventoryPath = 'var/lib/proxsave-info/commands/system/network_inventory.json';

function contextOf(
  archived: Record<string, string>,
  live: Record<string, string>,
  path = '/',
): StrategyContext {
  return {
    path,
    live: {} as StrategyContext['live'],
    backup: undefined,
    request: fullRestore,
    archived: new Map(Object.entries(archived)),
    liveFiles: new Map(Object.entries(live)),
  };
}

test('the engine’s merges see the other account files and the devices of the archive', () => {
  const merges = createEngineMerges({
    todayDays: 20_400,
    devices: { names: new Set(['UUID=u-1']), zfsDatasets: new Set() },
  });
  const live = {
    'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    'etc/group': 'root:x:0:\n',
    'etc/shadow': 'root:*::::::: \n',
  };
  const archived = {
    'etc/passwd': 'ann:x:1000:1000::/home/ann:/bin/sh\n',
    'etc/group': 'ann:x:1000:\n',
    'etc/shadow': 'ann:$y$h:1::::::\n',
    'var/lib/proxsave-info/commands/system/blkid.txt': '/dev/sdb1: UUID="u-1" TYPE="ext4"\n',
  };
  const shadow = merges.shadow(
    live['etc/shadow'],
    archived['etc/shadow'],
    contextOf(archived, live, '/etc/shadow'),
  );
  expect(shadow.text).toBe(`${live['etc/shadow']}ann:$y$h:1::::::\n`);
  const fstab = merges.fstab(
    '',
    '/dev/sdb1 /mnt/x ext4 defaults 0 2\n',
    contextOf(archived, live, '/etc/fstab'),
  );
  expect(fstab.text).toContain('UUID=u-1 /mnt/x ext4 defaults,nofail 0 2');
  expect(fstab.directories).toEqual(['/mnt/x']);
});

test('the engine’s network files are written when the plan is safe, handed out when it is not', () => {
  const host = fakeHost({
    files: { '/etc/network/interfaces': 'x\n', '/etc/systemd/network/a.link': 'y\n' },
  });
  const liveTexts = readNetworkTexts(host);
  expect([...liveTexts.keys()]).toEqual(['/etc/network/interfaces', '/etc/systemd/network/a.link']);
  const inventory = { interfaces: [{ name: 'eno1', mac: 'aa:00:00:00:00:01', is_virtual: false }] };
  const context = contextOf({ [inventoryPath]: JSON.stringify(inventory) }, {});
  const files = [{ path: 'etc/network/interfaces', archivedText: bridgeConfig, liveText: 'x\n' }];
  const decide = (mac: string) => {
    const plans: NetworkPlan[] = [];
    const facts = {
      liveInventory: inventoryOf({ name: 'x0', mac }),
      manual: new Map(),
      address: 'live' as const,
      liveTexts,
    };
    const [decision] = createNetworkStage(facts, (plan) => plans.push(plan))(files, context);
    return { decision, verdict: plans[0]?.verdict };
  };
  const same = decide('aa:00:00:00:00:01');
  expect(same.verdict).toBe('safe');
  expect(same.decision).toMatchObject({ action: 'write', text: bridgeConfig.replaceAll('eno1', 'x0') });
  const other = decide('bb:00:00:00:00:01');
  expect(other.decision).toMatchObject({
    action: 'export',
    reason: expect.stringContaining('--map eno1=NEW'),
  });
});

test('the name of the host comes back though its cards are unknown, where its address stays', () => {
  const facts = {
    liveInventory: inventoryOf({ name: 'x0', mac: 'bb:00:00:00:00:01' }),
    manual: new Map(),
    address: 'live' as const,
    liveTexts: new Map<string, string>(),
    management: {
      interface: 'x0',
      cards: ['x0'],
      vlanTag: '',
      method: 'static',
      address: '192.0.2.9/24',
    } as const,
  };
  const files = [
    { path: 'etc/network/interfaces', archivedText: bridgeConfig, liveText: undefined },
    { path: 'etc/hostname', archivedText: 'pve1\n', liveText: undefined },
    { path: 'etc/hosts', archivedText: '192.0.2.11 pve1\n', liveText: undefined },
  ];
  const inventory = { interfaces: [{ name: 'eno1', mac: 'aa:00:00:00:00:01', is_virtual: false }] };
  const decisions = createNetworkStage(facts)(
    files,
    contextOf({ [inventoryPath]: JSON.stringify(inventory) }, {}),
  );
  expect(decisions.map(({ action }) => action)).toEqual(['export', 'write', 'write']);
  expect(decisions[2]?.text).toBe('192.0.2.9 pve1\n');
});
