// `verify --coverage`: what a rebuild of the host needs, proved from the archive alone.

import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { makeFixtureHost, type FixtureHost, type FixtureOptions } from '../support/fixture-host.ts';
import type { FixtureName } from '../support/fixture-manifest.ts';
import { backUpInProcess } from '../support/run-in-process.ts';
import { archivesIn } from '../support/sandbox.ts';
import { runCli, type CliResult } from '../unit/cli/cli-host.ts';

async function backedUp(name: FixtureName, options: FixtureOptions = {}): Promise<FixtureHost> {
  const host = await makeFixtureHost(name, options);
  await backUpInProcess(host);
  return host;
}

function verify(host: FixtureHost, ...args: string[]): Promise<CliResult> {
  return runCli(['--root', host.root, 'verify', '--coverage', ...args], { env: host.env });
}

function bundleOf(host: FixtureHost): string {
  return join(host.backups, archivesIn(host.backups)[0] ?? '');
}

const row = z.strictObject({
  area: z.string(),
  what: z.string().startsWith('/'),
  why: z.string().min(5),
  state: z.enum(['present', 'empty', 'absent', 'missing', 'left-out']),
  detail: z.string().optional(),
});
const summary = z.strictObject({
  type: z.literal('summary'),
  schemaVersion: z.literal(1),
  path: z.string(),
  rows: z.array(row),
  databases: z.array(
    z.strictObject({
      path: z.string(),
      state: z.enum(['good', 'damaged']),
      filesBelow: z.string(),
      files: z.int(),
      missing: z.array(z.string()),
      changed: z.array(z.string()),
      detail: z.string().optional(),
    }),
  ),
});

describe('verify --coverage', () => {
  test('proves that a healthy cluster member can be rebuilt', async () => {
    const host = await backedUp('pve9-cluster');
    const shown = await verify(host, 'latest');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^What a rebuild of this host needs: (\d+) of \1 are in the archive$/m);
    expect(shown.stdout).toContain('present      /etc/corosync/authkey: ');
    expect(shown.stdout).toMatch(
      /opens +\/var\/lib\/pve-cluster\/config\.db: passes integrity_check, 77 files,/,
    );
    expect(shown.stdout).toContain('equal to the saved files of /etc/pve');
    expect(shown.stdout).not.toMatch(/MISSING|DAMAGED/);
    const text = shown.stdout.split('\n').filter((line) => !line.startsWith('good: '));
    expect(text.filter((line) => line.length > 80)).toEqual([]);

    const [first, ...lines] = (await verify(host, 'latest', '--json'))
      .json()
      .filter(({ type }) => type !== 'status');
    expect(first).toMatchObject({ type: 'verification', ok: true });
    expect(lines).toHaveLength(1);
    const proof = summary.parse(lines[0]);
    expect(proof.path).toBe(bundleOf(host));
    expect(proof.databases).toMatchObject([{ state: 'good', files: 77, missing: [], changed: [] }]);
    const states = new Map(proof.rows.map(({ what, state }) => [what, state]));
    for (const what of [
      '/etc/pve/storage.cfg',
      '/etc/pve/priv/storage',
      '/etc/pve/nodes/*/{qemu-server,lxc}',
      '/etc/pve/priv/pve-root-ca.key',
      '/etc/corosync/authkey',
      '/var/lib/pve-cluster/config.db',
      '/etc/network/interfaces',
      '/etc/fstab',
      '/etc/hostid',
    ]) {
      expect([what, states.get(what)]).toEqual([what, 'present']);
    }
  });

  test('proves the same for a backup server', async () => {
    const host = await backedUp('pbs4');
    const shown = await verify(host, 'latest');
    expect(shown.code).toBe(0);
    for (const path of [
      'datastore.cfg',
      'tape-encryption-keys.json',
      'authkey.key',
      'token.shadow',
      'remote.cfg',
    ]) {
      expect(shown.stdout).toContain(`present      /etc/proxmox-backup/${path}: `);
    }
    expect(shown.stdout).not.toContain('config.db');
  });

  test('names what a host should have and has not, and ends with 1', async () => {
    const host = await backedUp('pve9-cluster', { absent: ['/etc/corosync/authkey'] });
    const shown = await verify(host, 'latest');
    expect(shown.code).toBe(1);
    expect(shown.stdout).toContain('28 of 29 are in the archive');
    expect(shown.stdout.replaceAll(/\n +/g, ' ')).toContain(
      'MISSING      /etc/corosync/authkey: the key that all members share; without it this node cannot join its cluster again (not on this host, which should have it)',
    );
  });

  test('names what was left out and by which key, and ends with 0', async () => {
    const host = await backedUp('pve9-cluster', { env: { BACKUP_PVE_ACL: 'false' } });
    const shown = await verify(host, 'latest');
    expect(shown.code).toBe(0);
    expect(shown.stdout.replaceAll(/\n +/g, ' ')).toContain(
      'left out     /etc/pve/user.cfg: users, groups, pools and permissions (BACKUP_PVE_ACL=false)',
    );
    expect(shown.stdout).toContain('equal to the saved files of /etc/pve');
  });

  test('says that a database was damaged when it was saved, and ends with 8', async () => {
    const host = await backedUp('pve9-cluster', { configDb: { state: 'corrupt' } });
    const shown = await verify(host, 'latest');
    expect(shown.code).toBe(8);
    expect(shown.stdout).toMatch(/^ {2}DAMAGED +\/var\/lib\/pve-cluster\/config\.db: /m);
    expect(shown.stdout.replaceAll(/\n +/g, ' ')).toMatch(
      /MISSING +\/var\/lib\/pve-cluster\/config\.db: .*\(what is there is damaged\)/,
    );
  });

  test('does not come to the proof when the database in the archive was tampered with', async () => {
    const host = await backedUp('dual', { env: { COMPRESSION_TYPE: 'none' } });
    const path = bundleOf(host);
    const at = readFileSync(path).indexOf('SQLite format 3');
    expect(at).toBeGreaterThan(0);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(200, 0x5a), 0, 200, at + 5000);
    closeSync(file);
    const shown = await verify(host, 'latest');
    expect(shown.code).toBe(8);
    expect(shown.stdout).toMatch(/^damaged: /m);
    expect(shown.stdout).toContain('config.db');
    expect(shown.stdout).not.toContain('What a rebuild');
  });

  test('cannot prove an archive of the existing edition, says why, and ends with 2', async () => {
    const host = await makeFixtureHost('debian');
    mkdirSync(host.backups);
    const archive = join(host.backups, 'old1-backup-20250101-020000.tar.gz');
    execFileSync('tar', ['-C', host.root, '-czf', archive, './etc/fstab', './etc/hosts']);
    writeFileSync(
      `${archive}.sha256`,
      execFileSync('sha256sum', ['old1-backup-20250101-020000.tar.gz'], { cwd: host.backups }),
    );
    const shown = await verify(host, archive);
    expect(shown.code).toBe(2);
    expect(shown.stderr).toContain('has no list of what its host needs');
    expect(shown.stderr).toContain('archives of the existing edition have none');
  });
});
