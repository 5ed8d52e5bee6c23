// `proxsave areas` on whole fake hosts: the table, one area, the JSON.

import { expect, test } from 'vitest';
import { makeFixtureHost, type FixtureHost } from '../../support/fixture-host.ts';
import { runCli, type CliResult } from './cli-host.ts';

function areas(host: FixtureHost, ...args: string[]): Promise<CliResult> {
  return runCli(['--root', host.root, 'areas', ...args], { env: host.env });
}

interface JsonArea {
  id: string;
  state: string;
  reason?: string;
  files: number;
  toggles: string[];
  comesBack: string[];
  items: { what: string; comesBack: string; secret: boolean }[];
}

test('the table fits 80 columns on every kind of host, and names each area once', async () => {
  for (const name of ['pbs4', 'dual', 'debian'] as const) {
    const host = await makeFixtureHost(name, { env: { BACKUP_SSH_KEYS: 'false' } });
    const { code, stdout } = await areas(host);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
    expect(lines).toContainEqual(expect.stringMatching(/^ssh +disabled +BACKUP_SSH_KEYS$/));
    const { areas: all } = (await areas(host, '--json')).json()[0] as unknown as { areas: JsonArea[] };
    for (const { id } of all)
      expect(stdout.match(new RegExp(`(^|[ ,])${id}(,|\\s|$)`, 'gm'))).toHaveLength(1);
  }
});

test('the table counts what is here and now', async () => {
  const { stdout } = await areas(await makeFixtureHost('pve9-cluster'));
  expect(stdout).toMatch(/^pve-access +present +7 +2\.3 KiB +6 +BACKUP_PVE_ACL$/m);
  expect(stdout).toMatch(/^letsencrypt +absent +BACKUP_LETSENCRYPT$/m);
  // Inventories alone are something too.
  expect(stdout).toMatch(/^pve-backup-files +present /m);
  expect(stdout).toMatch(/^PBS is not installed: pbs-datastores, pbs-s3,/m);
});

test('several switches of an area stand below each other', async () => {
  const { stdout } = await areas(await makeFixtureHost('pbs4'));
  const lines = stdout.split('\n');
  const at = lines.findIndex((line) => line.startsWith('pbs-s3 '));
  expect(lines[at]).toMatch(/ BACKUP_DATASTORE_CONFIGS$/);
  expect(lines[at + 1]).toMatch(/^ +BACKUP_PBS_S3_ENDPOINTS$/);
});

test('one area tells what is here, its switches, and how each item comes back', async () => {
  const host = await makeFixtureHost('pve9-cluster');
  const { code, stdout } = await areas(host, 'pve-access', 'pve-ceph');
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => line.length > 80 && line.includes(' ', 4))).toEqual([]);
  expect(stdout).toContain('  here: present, 7 files, 2.3 KiB, 6 commands\n  toggle: BACKUP_PVE_ACL\n');
  expect(stdout).toContain(
    '  ${PVE_CONFIG_PATH}/priv/shadow.cfg\n      through the cluster file system; secret; essential: passwords, tokens and\n',
  );
  expect(stdout.replaceAll(/\n +/g, ' ')).toContain(
    '${CEPH_CONFIG_PATH}/ replaced; elsewhere only when asked for by name; secret; only with BACKUP_CEPH_CONFIG',
  );
});

test('one area of a product that is not here says so, and a disabled one by which key', async () => {
  const host = await makeFixtureHost('debian', { env: { BACKUP_SSH_KEYS: 'false' } });
  expect((await areas(host, 'pbs-tape')).stdout).toContain(
    '  here: not this product (PBS is not installed)\n',
  );
  expect((await areas(host, 'ssh')).stdout).toContain('  here: disabled (BACKUP_SSH_KEYS=false)\n');
});

test('the JSON has the states in words, and how each area comes back', async () => {
  const host = await makeFixtureHost('dual', { env: { BACKUP_SSH_KEYS: 'false' } });
  const { areas: all } = (await areas(host, '--json')).json()[0] as unknown as { areas: JsonArea[] };
  const stateOf = (id: string) => all.find((area) => area.id === id)?.state;
  expect(['pve-guests', 'pbs-datastores', 'ssh', 'letsencrypt'].map(stateOf)).toEqual([
    'present',
    'present',
    'disabled',
    'absent',
  ]);
  expect(all.find(({ id }) => id === 'ssh')).toMatchObject({ reason: 'BACKUP_SSH_KEYS=false', files: 0 });
  for (const area of all) {
    if (area.items.length > 0) expect(area.comesBack.length).toBeGreaterThan(0);
  }
});
