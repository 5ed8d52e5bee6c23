import { expect, test } from 'vitest';
import { nameLists } from '../../../src/collector/lists/index.ts';
import type { NameList } from '../../../src/catalogue/types.ts';
import { fakeHost } from '../host/fake-root.ts';
import { pbsFacts, valuesOf } from './pbs-hosts.ts';

function listOf(name: NameList, files: Record<string, string>, more: Record<string, string> = {}): string[] {
  const host = fakeHost({ files });
  return nameLists[name](host, pbsFacts, valuesOf(host, more));
}

test('datastores, S3 endpoints and DNS plugins are the sections of their files', () => {
  const datastores = 'datastore: a\n\tpath /a\n\ndatastore: b-2\n\tpath /b\n';
  expect(listOf('pbs-datastores', { '/etc/proxmox-backup/datastore.cfg': datastores })).toEqual(['a', 'b-2']);
  const s3 = 's3client: bucket\n\taccess-key datastore: no\n\tendpoint x\n';
  expect(listOf('pbs-s3-endpoints', { '/etc/proxmox-backup/s3.cfg': s3 })).toEqual(['bucket']);
  const plugins = 'dns: cf\n\tapi cf\n\tdata eA==\n\nstandalone: own\n';
  expect(listOf('pbs-acme-plugins', { '/etc/proxmox-backup/acme/plugins.cfg': plugins })).toEqual([
    'cf',
    'own',
  ]);
});

test('users are those in the file and root, tokens are none', () => {
  const users =
    'user: alice@pbs\n\tenable true\n\ntoken: alice@pbs!backup\n\nuser: root@pam\n\temail a@b.c\n';
  expect(listOf('pbs-users', { '/etc/proxmox-backup/user.cfg': users })).toEqual(['root@pam', 'alice@pbs']);
  expect(listOf('pbs-users', {})).toEqual(['root@pam']);
});

test('ACME accounts are files; their locks and removed accounts are none', () => {
  const files = {
    '/etc/proxmox-backup/acme/accounts/default': '{}',
    '/etc/proxmox-backup/acme/accounts/.default.lck': '',
    '/etc/proxmox-backup/acme/accounts/_deactivated_old_0': '{}',
  };
  expect(listOf('pbs-acme-accounts', files)).toEqual(['default']);
});

test('a name that a tool would take for an option, or a path, is left out', () => {
  const text = 'datastore: --help\n\tpath /a\n\ndatastore: ../x\n\tpath /b\n\ndatastore: ok\n\tpath /c\n';
  expect(listOf('pbs-datastores', { '/etc/proxmox-backup/datastore.cfg': text })).toEqual(['ok']);
});

test('another configuration directory is read instead', () => {
  const files = { '/srv/pbs/datastore.cfg': 'datastore: there\n\tpath /x\n' };
  expect(listOf('pbs-datastores', files, { PBS_CONFIG_PATH: '/srv/pbs' })).toEqual(['there']);
});

test('a server without any of these files has none of these names', () => {
  for (const name of [
    'pbs-datastores',
    'pbs-s3-endpoints',
    'pbs-acme-plugins',
    'pbs-acme-accounts',
  ] as const) {
    expect(listOf(name, {})).toEqual([]);
  }
});
