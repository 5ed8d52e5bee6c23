// The areas of Proxmox Backup Server: which toggle governs which file, and what is asked of which release.

import { describe, expect, test } from 'vitest';
import { areas, areasOf } from '../../../src/catalogue/index.ts';
import { ownerAt, positionOf } from '../../../src/catalogue/ownership.ts';
import { planCollection, type CollectionPlan } from '../../../src/collector/plan-collection.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { HostFacts } from '../../../src/host/facts.ts';

const facts = (version: string): HostFacts => ({
  hostname: 'pbs1',
  nodeName: 'pbs1',
  pbs: { version, evidence: 'test' },
  leftovers: [],
  usesCeph: false,
  operatingSystem: 'Debian',
  codename: 'trixie',
  kernel: '6.0',
  architecture: 'amd64',
  bootMode: 'efi',
  rootFilesystem: 'ext4',
  isContainer: false,
  usesZfs: false,
});

function plan(env: Record<string, string> = {}, version = '4.0.11'): CollectionPlan {
  const { values } = loadConfig(createHost({ root: '/nonexistent-root', env }));
  return planCollection({
    areas,
    facts: facts(version),
    values,
    knownPlaces: {},
    selection: { only: [], skip: [] },
  });
}

/** Every file that a backup server may have, below its configuration directory. */
const knownFiles = [
  'acl.cfg',
  'acme/accounts',
  'acme/accounts.cfg',
  'acme/plugins.cfg',
  'authkey.key',
  'authkey.pub',
  'csrf.key',
  'datastore.cfg',
  'domains.cfg',
  'encryption-keys',
  'encryption-keys.cfg',
  'ldap_passwords.json',
  'maintenance.cfg',
  'media-pool.cfg',
  'metricserver.cfg',
  'network.cfg',
  'node.cfg',
  'notifications-priv.cfg',
  'notifications.cfg',
  'proxy.cfg',
  'proxy.key',
  'proxy.pem',
  'prune.cfg',
  'remote.cfg',
  's3.cfg',
  'shadow.json',
  'ssl',
  'sync.cfg',
  'tape-encryption-key-config.json',
  'tape-encryption-keys.json',
  'tape-job.cfg',
  'tape.cfg',
  'tfa.json',
  'token.cfg',
  'token.shadow',
  'traffic-control.cfg',
  'user.cfg',
  'verification.cfg',
];

function leftOut(env: Record<string, string>): string[] {
  const { ownership } = plan(env);
  return knownFiles.filter(
    (name) => ownerAt(positionOf(ownership, `/etc/proxmox-backup/${name}`))?.isEnabled !== true,
  );
}

describe('toggles', () => {
  test('leave nothing out by default', () => {
    expect(leftOut({})).toEqual([]);
  });

  test.each([
    ['BACKUP_DATASTORE_CONFIGS', ['datastore.cfg', 's3.cfg']],
    ['BACKUP_PBS_S3_ENDPOINTS', ['s3.cfg']],
    ['BACKUP_PBS_NODE_CONFIG', ['node.cfg']],
    ['BACKUP_PBS_ACME_ACCOUNTS', ['acme/accounts', 'acme/accounts.cfg']],
    ['BACKUP_PBS_ACME_PLUGINS', ['acme/plugins.cfg']],
    ['BACKUP_PBS_METRIC_SERVERS', ['metricserver.cfg']],
    ['BACKUP_PBS_TRAFFIC_CONTROL', ['traffic-control.cfg']],
    ['BACKUP_PBS_NOTIFICATIONS', ['notifications-priv.cfg', 'notifications.cfg']],
    ['BACKUP_PBS_NOTIFICATIONS_PRIV', ['notifications-priv.cfg']],
    [
      'BACKUP_USER_CONFIGS',
      [
        'acl.cfg',
        'domains.cfg',
        'ldap_passwords.json',
        'shadow.json',
        'tfa.json',
        'token.cfg',
        'token.shadow',
        'user.cfg',
      ],
    ],
    ['BACKUP_REMOTE_CONFIGS', ['remote.cfg']],
    ['BACKUP_SYNC_JOBS', ['sync.cfg']],
    ['BACKUP_VERIFICATION_JOBS', ['verification.cfg']],
    ['BACKUP_PRUNE_SCHEDULES', ['prune.cfg']],
    [
      'BACKUP_TAPE_CONFIGS',
      [
        'media-pool.cfg',
        'tape-encryption-key-config.json',
        'tape-encryption-keys.json',
        'tape-job.cfg',
        'tape.cfg',
      ],
    ],
    ['BACKUP_PBS_NETWORK_CONFIG', ['network.cfg']],
    ['BACKUP_NETWORK_CONFIGS', ['network.cfg']],
  ])('%s=false leaves out exactly its files', (toggle, expected) => {
    expect(leftOut({ [toggle]: 'false' })).toEqual(expected);
  });

  test('secrets of notifications can not be on alone', () => {
    const env = { BACKUP_PBS_NOTIFICATIONS: 'false', BACKUP_PBS_NOTIFICATIONS_PRIV: 'true' };
    expect(leftOut(env)).toContain('notifications-priv.cfg');
  });
});

test('another configuration directory moves every file', () => {
  const { ownership } = plan({ PBS_CONFIG_PATH: '/srv/pbs' });
  const owner = (path: string) => ownerAt(positionOf(ownership, path))?.areaId;
  expect(owner('/srv/pbs/datastore.cfg')).toBe('pbs-datastores');
  expect(owner('/srv/pbs')).toBe('pbs-rest');
  expect(owner('/etc/proxmox-backup/datastore.cfg')).toBeUndefined();
});

describe('commands', () => {
  const commandLines = (version: string) =>
    plan({}, version).areas.flatMap(({ area, items }) =>
      items.flatMap(({ item, isEnabled }) =>
        isEnabled && area.product === 'pbs' && item.kind === 'command' ? [item.argv.join(' ')] : [],
      ),
    );
  const s3 = 'proxmox-backup-manager s3 endpoint list --output-format=json';
  const webhook = 'proxmox-backup-manager notification endpoint webhook list --output-format=json';

  test('that a release does not know are not run there', () => {
    expect(commandLines('4.0.11')).toEqual(expect.arrayContaining([s3, webhook]));
    expect(commandLines('3.4.1')).not.toContain(s3);
    expect(commandLines('3.4.1')).toContain(webhook);
    expect(commandLines('3.2.10')).not.toContain(webhook);
  });

  test('are all tried on a release that is not known', () => {
    expect(commandLines('unknown')).toEqual(commandLines('4.0.11'));
  });

  test('repeated for each name put the name behind, and the result where the existing edition has it', () => {
    const repeated = areasOf('pbs').flatMap(({ items }) =>
      items.flatMap((item) =>
        item.kind === 'each' ? [`${item.argv('NAME').join(' ')} > ${item.output('KEY', 'KEY')}`] : [],
      ),
    );
    const manager = 'proxmox-backup-manager';
    const json = '--output-format=json';
    const outputs = 'var/lib/proxsave-info/commands/pbs';
    expect(repeated.sort()).toEqual([
      `proxmox-backup-debug api get /config/s3/NAME/list-buckets ${json} > ${outputs}/s3_endpoint_KEY_buckets.json`,
      `${manager} acme account info NAME ${json} > ${outputs}/acme_account_KEY_info.json`,
      `${manager} acme plugin config NAME ${json} > ${outputs}/acme_plugin_KEY_config.json`,
      `${manager} datastore show NAME ${json} > ${outputs}/datastore_KEY_status.json`,
      `${manager} user list-tokens NAME ${json} > var/lib/proxsave-info/pbs/access-control/KEY_tokens.json`,
    ]);
  });
});

test('what a rebuilt server needs is named with a reason', () => {
  const names = areasOf('pbs').flatMap(({ items }) =>
    items.flatMap((item) =>
      item.essential !== undefined && 'path' in item && typeof item.path === 'object' && 'below' in item.path
        ? [item.path.below]
        : [],
    ),
  );
  expect(names).toEqual(
    expect.arrayContaining([
      'datastore.cfg',
      's3.cfg',
      'encryption-keys',
      'tape-encryption-keys.json',
      'authkey.key',
      'csrf.key',
      'proxy.key',
      'token.shadow',
      'remote.cfg',
    ]),
  );
});
