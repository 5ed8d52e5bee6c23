import { describe, expect, test } from 'vitest';
import { inventoryPbsNamespaces } from '../../../src/collector/inventories/pbs-namespaces.ts';
import { fakeHost } from '../host/fake-root.ts';
import { datastoreFile, oneDatastore, parsed, pbsFacts, valuesOf } from './pbs-hosts.ts';

const onDisk = [
  { ns: '', path: '/mnt/store' },
  { ns: 'ns', path: '/mnt/store/ns/ns', parent: '' },
  { ns: 'offsite', path: '/mnt/store/ns/offsite', parent: '' },
  { ns: 'offsite/deep', path: '/mnt/store/ns/offsite/ns/deep', parent: 'offsite' },
];

interface Given {
  files?: Record<string, string>;
  commands?: Record<string, string>;
  config?: Record<string, string>;
}

async function inventory({ files = oneDatastore, commands = {}, config = {} }: Given) {
  const host = fakeHost({ files, commands });
  const { files: documents, findings } = await inventoryPbsNamespaces(host, pbsFacts, valuesOf(host, config));
  const contents = [...documents].map(([name, text]) => [name, parsed(text)] as const);
  return { contents: Object.fromEntries(contents), findings };
}

describe('namespaces', () => {
  test('are read from the layout on disk when there is no tool, and only from there', async () => {
    const { contents, findings } = await inventory({});
    expect(contents).toEqual({ 'store_namespaces.json': onDisk });
    expect(findings).toEqual([]);
  });

  test('are those that the tool names, with their comments', async () => {
    const answer = '[{"ns":""},{"ns":"a/b","comment":"far away"}]';
    const script = `[ "$1 $2 $3 $4" = "datastore namespace list store" ] && echo '${answer}'`;
    const { contents } = await inventory({ commands: { 'proxmox-backup-manager': script } });
    expect(contents['store_namespaces.json']).toEqual([
      { ns: '', path: '/mnt/store' },
      { ns: 'a/b', path: '/mnt/store/ns/a/ns/b', parent: 'a', comment: 'far away' },
    ]);
  });

  test('are asked through the API where the first tool does not know the question', async () => {
    const { contents, findings } = await inventory({
      commands: {
        'proxmox-backup-manager': 'echo "Error: no such command \'namespace\'" >&2; exit 255',
        'proxmox-backup-debug': `[ "$3" = /admin/datastore/store/namespace ] && echo '{"data":[{"ns":"x"}]}'`,
      },
    });
    expect(contents['store_namespaces.json']).toEqual([{ ns: 'x', path: '/mnt/store/ns/x', parent: '' }]);
    expect(findings).toEqual([]);
  });

  test('are read from disk when tools name none or talk nonsense, without a warning', async () => {
    const { contents, findings } = await inventory({
      commands: { 'proxmox-backup-manager': 'echo "[]"', 'proxmox-backup-debug': 'echo "not JSON"' },
    });
    expect(contents['store_namespaces.json']).toEqual(onDisk);
    expect(findings).toEqual([]);
  });

  test('of a directory that the user named are read from disk, under a key of its own', async () => {
    const files = { '/srv/old/.chunks/': '', '/srv/old/ns/a/': '' };
    const { contents } = await inventory({
      files,
      commands: { 'proxmox-backup-manager': `echo '[{"ns":"wrong"}]'` },
      config: { PBS_DATASTORE_PATH: '/srv/old' },
    });
    const [name = ''] = Object.keys(contents);
    expect(name).toMatch(/^old_[0-9a-f]{8}_namespaces\.json$/);
    expect(contents[name]).toEqual([
      { ns: '', path: '/srv/old' },
      { ns: 'a', path: '/srv/old/ns/a', parent: '' },
    ]);
  });

  test('of a datastore that is not there are not made up', async () => {
    const files = { [datastoreFile]: 'datastore: gone\n\tpath /mnt/gone\n' };
    expect(await inventory({ files })).toEqual({ contents: {}, findings: [] });
  });
});

test('a tool that hangs is asked once for all datastores, and said to hang once', async () => {
  const names = Array.from({ length: 9 }, (_, index) => `s${index}`);
  const sections = names.map((name) => `datastore: ${name}\n\tpath /mnt/store\n`);
  const { contents, findings } = await inventory({
    files: { ...oneDatastore, [datastoreFile]: sections.join('\n') },
    commands: { 'proxmox-backup-manager': 'exec sleep 600' },
    config: { COMMAND_TIMEOUT: '1' },
  });
  expect(Object.keys(contents)).toHaveLength(names.length);
  expect(contents['s8_namespaces.json']).toEqual(onDisk);
  expect(findings.map(({ severity, code }) => [severity, code])).toEqual([['warning', 'command-timeout']]);
});
