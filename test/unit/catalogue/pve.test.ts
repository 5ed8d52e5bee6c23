import { describe, expect, test } from 'vitest';
import { areas } from '../../../src/catalogue/index.ts';
import type { CategoryId, Item } from '../../../src/catalogue/types.ts';
import { ownerAt, positionOf, type Claim } from '../../../src/catalogue/ownership.ts';
import { planCollection, type CollectionPlan } from '../../../src/collector/plan-collection.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { detectFacts } from '../../../src/host/detect-facts.ts';
import type { HostFacts } from '../../../src/host/facts.ts';

const nothing = createHost({ root: '/nonexistent-root', env: { PATH: '' } });
const plain = await detectFacts(nothing);
const standalone: HostFacts = { ...plain, nodeName: 'pve1', pve: { version: '8.4.1', evidence: 'test' } };
const member: HostFacts = { ...standalone, cluster: { name: 'lab', nodeCount: 3 } };

function plan(facts: HostFacts, settings: Record<string, string> = {}): CollectionPlan {
  const { values } = loadConfig(createHost({ root: '/nonexistent-root', env: { PATH: '', ...settings } }));
  return planCollection({
    areas,
    facts,
    values,
    knownPlaces: {},
    selection: { only: [], skip: [] },
  });
}

/** The claim that decides about a path: its own, or that of the nearest tree above it. */
function claimAt({ ownership }: CollectionPlan, path: string): Claim | undefined {
  for (let place = path; place !== ''; place = place.slice(0, place.lastIndexOf('/'))) {
    const claim = ownerAt(positionOf(ownership, place));
    if (claim !== undefined) return claim;
  }
  return undefined;
}

function itemAt(from: CollectionPlan, path: string): Item | undefined {
  const claim = claimAt(from, path);
  const area = areas.find(({ id }) => id === claim?.areaId);
  return claim === undefined ? undefined : area?.items[claim.itemIndex];
}

function enabledItems(from: CollectionPlan): Item[] {
  return from.areas
    .filter(({ status, area }) => status.state === 'enabled' && area.product === 'pve')
    .flatMap(({ items }) => items.filter(({ isEnabled }) => isEnabled).map(({ item }) => item));
}

function commandLines(from: CollectionPlan): string[] {
  return enabledItems(from).flatMap((item) => {
    if (item.kind === 'command') return [item.argv.join(' ')];
    return item.kind === 'each' ? [item.argv('NODE').join(' ')] : [];
  });
}

const owners: [path: string, area: string, category: CategoryId, toggle?: string][] = [
  ['/etc/pve/nodes/pve1/qemu-server/100.conf', 'pve-guests', 'pve_config_export', 'BACKUP_VM_CONFIGS'],
  ['/etc/pve/nodes/pve2/lxc/200.conf', 'pve-guests', 'pve_config_export', 'BACKUP_VM_CONFIGS'],
  ['/etc/pve/virtual-guest/cpu-models.conf', 'pve-guests', 'pve_config_export', 'BACKUP_VM_CONFIGS'],
  ['/etc/pve/storage.cfg', 'pve-storage', 'storage_pve'],
  ['/etc/pve/priv/storage/pbs.enc', 'pve-storage', 'storage_pve'],
  ['/etc/pve/priv/ceph/rbd.keyring', 'pve-storage', 'storage_pve'],
  ['/etc/pve/priv/nas.cred', 'pve-storage', 'storage_pve'],
  ['/etc/pve/datacenter.cfg', 'pve-datacenter', 'storage_pve'],
  ['/etc/vzdump.conf', 'pve-vzdump', 'storage_pve', 'BACKUP_VZDUMP_CONFIG'],
  ['/etc/pve/nodes/pve1/config', 'pve-node', 'pve_config_export'],
  ['/etc/pve/user.cfg', 'pve-access', 'pve_access_control', 'BACKUP_PVE_ACL'],
  ['/etc/pve/domains.cfg', 'pve-access', 'pve_access_control', 'BACKUP_PVE_ACL'],
  ['/etc/pve/priv/shadow.cfg', 'pve-access', 'pve_access_control', 'BACKUP_PVE_ACL'],
  ['/etc/pve/priv/token.cfg', 'pve-access', 'pve_access_control', 'BACKUP_PVE_ACL'],
  ['/etc/pve/priv/tfa.cfg', 'pve-access', 'pve_access_control', 'BACKUP_PVE_ACL'],
  ['/etc/pve/priv/realm/ldap.pw', 'pve-access', 'pve_access_control', 'BACKUP_PVE_ACL'],
  ['/etc/pve/firewall/cluster.fw', 'pve-firewall', 'pve_firewall', 'BACKUP_PVE_FIREWALL'],
  ['/etc/pve/nodes/pve1/host.fw', 'pve-firewall', 'pve_firewall', 'BACKUP_PVE_FIREWALL'],
  ['/etc/pve/sdn/firewall/net1.fw', 'pve-firewall', 'pve_firewall', 'BACKUP_PVE_FIREWALL'],
  ['/etc/pve/ha/rules.cfg', 'pve-ha', 'pve_ha'],
  ['/etc/pve/sdn/zones.cfg', 'pve-sdn', 'pve_sdn'],
  ['/etc/pve/jobs.cfg', 'pve-jobs', 'pve_jobs', 'BACKUP_PVE_JOBS'],
  ['/etc/pve/vzdump.cron', 'pve-jobs', 'pve_jobs', 'BACKUP_PVE_JOBS'],
  ['/etc/cron.d/vzdump', 'pve-jobs', 'crontabs', 'BACKUP_PVE_JOBS'],
  ['/etc/cron.d/my-pve-job', 'pve-schedules', 'crontabs', 'BACKUP_PVE_SCHEDULES'],
  ['/etc/pve/replication.cfg', 'pve-replication', 'pve_config_export', 'BACKUP_PVE_REPLICATION'],
  ['/etc/pve/notifications.cfg', 'pve-notifications', 'pve_notifications'],
  ['/etc/pve/priv/notifications.cfg', 'pve-notifications', 'pve_notifications'],
  ['/etc/pve/mapping/pci.cfg', 'pve-mappings', 'pve_config_export'],
  ['/etc/pve/pve-root-ca.pem', 'pve-certificates', 'pve_config_export'],
  ['/etc/pve/priv/pve-root-ca.key', 'pve-certificates', 'pve_config_export'],
  ['/etc/pve/priv/authkey.key', 'pve-certificates', 'pve_config_export'],
  ['/etc/pve/priv/acme/default', 'pve-certificates', 'pve_config_export'],
  ['/etc/pve/nodes/pve1/pveproxy-ssl.key', 'pve-certificates', 'pve_config_export'],
  ['/etc/pve/nodes/pve1/ssh_known_hosts', 'pve-certificates', 'pve_config_export'],
  ['/etc/pve/ceph.conf', 'pve-ceph', 'ceph'],
  ['/etc/pve/priv/ceph.client.admin.keyring', 'pve-ceph', 'ceph'],
  ['/etc/pve/corosync.conf', 'pve-cluster', 'pve_config_export', 'BACKUP_CLUSTER_CONFIG'],
  ['/etc/corosync/authkey', 'pve-cluster', 'corosync', 'BACKUP_CLUSTER_CONFIG'],
  ['/etc/corosync/qdevice/net/nssdb/key4.db', 'pve-cluster', 'corosync', 'BACKUP_CLUSTER_CONFIG'],
  ['/var/lib/pve-cluster/config.db', 'pve-cluster', 'pve_cluster', 'BACKUP_CLUSTER_CONFIG'],
  ['/etc/pve/status.cfg', 'pve-rest', 'pve_config_export'],
  ['/etc/pve/priv/metricserver/influx.pw', 'pve-rest', 'pve_config_export'],
  ['/etc/pve/something-new/of-a-later-release', 'pve-rest', 'pve_config_export'],
];

describe('each file of Proxmox VE', () => {
  const everything = plan(member);

  test.each(owners)('%s belongs to %s and comes back as %s', (path, area, category) => {
    expect(claimAt(everything, path)).toMatchObject({ areaId: area, isEnabled: true });
    expect(itemAt(everything, path)?.category).toBe(category);
  });

  test.each(owners.flatMap(([path, , , toggle]) => (toggle === undefined ? [] : [[path, toggle] as const])))(
    '%s is left out by %s=false',
    (path, toggle) => {
      expect(claimAt(plan(member, { [toggle]: 'false' }), path)?.isEnabled).toBe(false);
    },
  );

  test('without a toggle of the existing edition stays in whatever is switched off', () => {
    const toggles = owners.flatMap(([, , , toggle]) => toggle ?? []);
    const off = plan(member, Object.fromEntries(toggles.map((toggle) => [toggle, 'false'])));
    const always = owners.filter(([, , , toggle]) => toggle === undefined);
    expect(always.filter(([path]) => claimAt(off, path)?.isEnabled !== true)).toEqual([]);
  });

  test('follows PVE_CONFIG_PATH and its relatives', () => {
    const moved = plan(member, { PVE_CONFIG_PATH: '/srv/pve', PVE_CLUSTER_PATH: '/srv/db' });
    expect(claimAt(moved, '/srv/pve/nodes/a/lxc/1.conf')?.areaId).toBe('pve-guests');
    expect(claimAt(moved, '/srv/pve/priv/tfa.cfg')?.areaId).toBe('pve-access');
    expect(claimAt(moved, '/srv/db/config.db')?.areaId).toBe('pve-cluster');
    expect(claimAt(moved, '/etc/pve/user.cfg')?.areaId).toBe('etc-rest');
  });

  test('is left to the rest of /etc where Proxmox VE is not installed', () => {
    expect(claimAt(plan(plain), '/etc/pve/user.cfg')?.areaId).toBe('etc-rest');
  });

  test.each(['ha/manager_status', 'ha/crm_commands', 'nodes/pve1/lrm_status', 'sdn/.running-config'])(
    '%s is state of a running program and never put back',
    (below) => {
      expect(itemAt(everything, `/etc/pve/${below}`)?.restore.how).toBe('never');
    },
  );
});

describe('content that mixes areas', () => {
  const mixed = ['pvereport'];

  test.each(['BACKUP_PVE_ACL', 'BACKUP_VM_CONFIGS', 'BACKUP_PVE_FIREWALL', 'BACKUP_PVE_JOBS'])(
    'is left out with %s=false: a report and old dumps of the database would tell it all the same',
    (toggle) => {
      expect(commandLines(plan(member))).toEqual(expect.arrayContaining(mixed));
      const off = plan(member, { [toggle]: 'false' });
      expect(commandLines(off)).not.toEqual(expect.arrayContaining(mixed));
      expect(claimAt(off, '/var/lib/pve-cluster/backup/config-1.sql.gz')?.isEnabled).toBe(false);
      expect(claimAt(off, '/var/lib/pve-cluster/config.db')?.isEnabled).toBe(true);
    },
  );

  test('BACKUP_PVE_ACL=false asks nothing about users', () => {
    const lines = commandLines(plan(member, { BACKUP_PVE_ACL: 'false' }));
    expect(lines.filter((line) => line.startsWith('pveum'))).toEqual([]);
  });
});

describe('what a host is asked', () => {
  const clusterOnly = /^pvecm|\/cluster\/ha\//;

  test('a standalone node runs no cluster command', () => {
    expect(commandLines(plan(standalone)).filter((line) => clusterOnly.test(line))).toEqual([]);
  });

  test('a member of a cluster runs them, unless BACKUP_CLUSTER_CONFIG=false', () => {
    const lines = commandLines(plan(member)).filter((line) => clusterOnly.test(line));
    expect(lines).toEqual([
      'pvesh get /cluster/ha/status/current --output-format=json',
      'pvecm status',
      'pvecm nodes',
    ]);
    const off = commandLines(plan(member, { BACKUP_CLUSTER_CONFIG: 'false' }));
    expect(off.filter((line) => clusterOnly.test(line))).toEqual([]);
  });

  test('ceph is asked only where it is configured and BACKUP_CEPH_CONFIG is on', () => {
    const asked = (facts: HostFacts, settings = {}) =>
      commandLines(plan(facts, settings)).filter((line) => line.startsWith('ceph ')).length;
    expect(asked(member)).toBe(0);
    expect(asked({ ...member, usesCeph: true })).toBe(6);
    expect(asked({ ...member, usesCeph: true }, { BACKUP_CEPH_CONFIG: 'false' })).toBe(0);
  });

  test.each([
    ['7.4-17', []],
    ['8.1.3', ['pci', 'usb']],
    ['8.4.1', ['pci', 'usb', 'dir']],
    ['9.0.3', ['pci', 'usb', 'dir']],
    ['unknown', ['pci', 'usb', 'dir']],
  ])('release %s is asked for the mappings that it has: %j', (version, kinds) => {
    const lines = commandLines(plan({ ...standalone, pve: { version, evidence: 'test' } }));
    const asked = lines.flatMap((line) => /mapping\/(\w+)/.exec(line)?.[1] ?? []);
    expect(asked).toEqual(kinds);
  });

  test('answers lie where the existing edition has them', () => {
    const outputs = enabledItems(plan({ ...member, usesCeph: true })).flatMap((item) => {
      if (item.kind === 'each') return [item.output('pve2', 'pve2')];
      return item.kind === 'command' ? [item.output] : [];
    });
    const info = 'var/lib/proxsave-info/commands/pve';
    const cluster = 'var/lib/pve-cluster/info';
    expect(outputs).toEqual(
      expect.arrayContaining([
        ...[
          'pveversion.txt',
          'node_config.txt',
          'api_version.json',
          'nodes_status.json',
          'pve_users.json',
          'pve_groups.json',
          'pve_roles.json',
          'pools.json',
          'cluster_status.txt',
          'cluster_nodes.txt',
          'ha_status.json',
          'mapping_pci.json',
          'mapping_usb.json',
          'mapping_dir.json',
          'disks_list.json',
          'storage_status.json',
          'pvesm_status.txt',
          'qemu_vms.json',
          'lxc_containers.json',
        ].map((name) => `${info}/${name}`),
        ...[
          'pve_version.txt',
          'jobs/backup_jobs.json',
          'jobs/pve2_backup_history.json',
          'schedules/root_crontab.txt',
          'schedules/systemd_timers.txt',
          'replication/replication_jobs.json',
          'replication/pve2_replication_status.json',
          'ceph/ceph_status.txt',
          'ceph/ceph_osd_df.txt',
          'ceph/ceph_osd_tree.txt',
          'ceph/ceph_mon_stat.txt',
          'ceph/ceph_pg_stat.txt',
          'ceph/ceph_health.txt',
        ].map((name) => `${cluster}/${name}`),
      ]),
    );
  });
});

describe('what must be there', () => {
  const expected = (facts: HostFacts) =>
    enabledItems(plan(facts)).flatMap((item) =>
      item.expected?.(facts) === true && 'path' in item ? [JSON.stringify(item.path)] : [],
    );

  test('on a standalone node: the cluster file system and its database, nothing of a cluster', () => {
    expect(expected(standalone)).toEqual([
      '{"option":"PVE_CONFIG_PATH","below":"authkey.pub"}',
      '{"option":"PVE_CLUSTER_PATH","below":"config.db"}',
      '{"option":"PVE_CONFIG_PATH"}',
    ]);
  });

  test('on a member of a cluster: its configuration and the key of corosync as well', () => {
    expect(expected(member)).toEqual(
      expect.arrayContaining(['"/etc/corosync/authkey"', '{"option":"COROSYNC_CONFIG_PATH"}']),
    );
  });

  test.each([
    '/etc/pve/nodes/pve1/qemu-server',
    '/etc/pve/storage.cfg',
    '/etc/pve/priv/storage',
    '/etc/pve/user.cfg',
    '/etc/pve/priv/token.cfg',
    '/etc/pve/priv/pve-root-ca.key',
    '/etc/pve/nodes/pve1/pve-ssl.key',
    '/etc/corosync/authkey',
    '/etc/pve/corosync.conf',
    '/var/lib/pve-cluster/config.db',
  ])('a rebuild needs %s', (path) => {
    expect(itemAt(plan(member), path)?.essential).toBeDefined();
  });
});
