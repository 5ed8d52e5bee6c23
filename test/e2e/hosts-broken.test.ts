// Fake hosts on which one thing is broken: exactly the findings that name it, and everything else is saved all the same.

import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/findings.ts';
import type { BackupOutcome } from '../../src/orchestrator/finish-run.ts';
import { makeFixtureHost } from '../support/fixture-host.ts';
import { hasPrograms, isRoot } from '../support/needs.ts';
import { atRead, backUpInProcess, systemError } from '../support/run-in-process.ts';
import { runBackup } from '../support/run-program.ts';
import { lastRecord } from '../support/sandbox.ts';
import { memberContent, savedArchive, savedEntries } from '../support/saved-archive.ts';

/** `severity code area path: message` of what changes the exit code. */
function complaints(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(
      ({ severity, code, area, path, message }) =>
        `${severity} ${code} ${area ?? '-'} ${path ?? '-'}: ${message}`,
    );
}

function endOf({ record }: BackupOutcome): unknown[] {
  return [record.exit_code, record.exit_name, record.status];
}

const warned = [1, 'warnings', 'warning'];

describe('tools', () => {
  test('that hang cost their time once, and the others and all files are there', async () => {
    const host = await makeFixtureHost('pve8-standalone', {
      env: { STUB_HANG: 'pvesh', PVESH_TIMEOUT: '1' },
    });
    const outcome = await backUpInProcess(host);
    expect(endOf(outcome)).toEqual(warned);
    expect(complaints(outcome.record.findings)).toEqual([
      'warning command-timeout pve-guests pvesh get /nodes/localhost/qemu --output-format=json: ' +
        '`pvesh get /nodes/localhost/qemu --output-format=json` gave no answer within 1 s and was stopped; its output is not in the archive',
    ]);
    const [finding] = outcome.record.findings.filter(({ code }) => code === 'command-timeout');
    expect(finding?.hint).toContain('PVESH_TIMEOUT');
    const notAsked = outcome.record.findings.filter(({ code }) => code === 'command-not-asked');
    expect(new Set(notAsked.map(({ path }) => path?.split(' ')[0]))).toEqual(new Set(['pvesh']));
    const paths = savedEntries(savedArchive(host)).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'etc/pve/storage.cfg',
        'var/lib/proxsave-info/commands/pve/pvesm_status.txt',
        'var/lib/proxsave-info/commands/pve/guest_inventory/guests.txt',
      ]),
    );
    expect(paths).not.toContain('var/lib/proxsave-info/commands/pve/qemu_vms.json');
  });

  test('that fail are named with what they said', async () => {
    const host = await makeFixtureHost('pve9-cluster', {
      env: { STUB_FAIL: 'pvecm:2:no quorum|pvesm:255:storage is down' },
    });
    const outcome = await backUpInProcess(host);
    expect(endOf(outcome)).toEqual(warned);
    expect(complaints(outcome.record.findings)).toEqual([
      'warning command-failed pve-storage pvesm status: `pvesm status` failed with exit code 255: storage is down; its output is not in the archive',
      'warning command-failed pve-cluster pvecm status: `pvecm status` failed with exit code 2: no quorum; its output is not in the archive',
      'warning command-failed pve-cluster pvecm nodes: `pvecm nodes` failed with exit code 2: no quorum; its output is not in the archive',
    ]);
  });

  test('that print without end are stopped', async () => {
    const host = await makeFixtureHost('pve8-standalone', { env: { STUB_FLOOD: 'pvesm' } });
    const outcome = await backUpInProcess(host);
    expect(complaints(outcome.record.findings)).toEqual([
      'warning command-flooded pve-storage pvesm status: `pvesm status` printed more than 32 MiB and was stopped; its output is not in the archive',
    ]);
  });

  test('that warn on stderr are no finding, and the warning is not in their output', async () => {
    const host = await makeFixtureHost('pve8-standalone', { env: { STUB_WARN: 'pvesm pvesh qm pveum' } });
    const outcome = await backUpInProcess(host);
    expect(complaints(outcome.record.findings)).toEqual([]);
    const json = memberContent(
      savedArchive(host),
      'var/lib/proxsave-info/commands/pve/storage_status.json',
    ).toString();
    expect(JSON.parse(json)).toBeInstanceOf(Array);
  });

  test('that are missing are no finding: all files and the inventories made from them are there', async () => {
    const withoutTools = ['pvesh', 'pveum', 'pvesm', 'pvecm', 'pvenode', 'pveversion', 'qm', 'pct', 'ceph'];
    const host = await makeFixtureHost('pve9-cluster', { withoutTools });
    const outcome = await backUpInProcess(host);
    expect(complaints(outcome.record.findings)).toEqual([]);
    const paths = savedEntries(savedArchive(host)).map(({ path }) => path);
    expect(paths).toContain('etc/pve/priv/ceph.mon.keyring');
    expect(paths).toContain('var/lib/proxsave-info/commands/pve/guest_inventory/guests.json');
    expect(paths).not.toContain('var/lib/proxsave-info/commands/pve/qm_list.txt');
  });

  test('of the backup server that hang and ignore TERM leave Proxmox VE and the host complete', async () => {
    const host = await makeFixtureHost('dual', {
      env: { STUB_HANG: 'proxmox-backup-manager!', COMMAND_TIMEOUT: '1' },
    });
    const ended = await runBackup(host);
    const { findings } = lastRecord(host);
    expect(ended.code).toBe(1);
    expect(complaints(findings)).toEqual([
      'warning command-timeout pbs-datastores proxmox-backup-manager datastore list --output-format=json: ' +
        '`proxmox-backup-manager datastore list --output-format=json` gave no answer within 1 s and was stopped; its output is not in the archive',
    ]);
    expect(findings.filter(({ code }) => code === 'command-timeout')).toHaveLength(1);
    const golden = readFileSync(join(import.meta.dirname, '../golden/hosts/dual.txt'), 'utf8');
    const healthy = golden.split('\n').flatMap((line) => /^.\d{4} \S+ +(\S+)/.exec(line)?.[1] ?? []);
    const saved = new Set(savedEntries(savedArchive(host)).map(({ path }) => path));
    const lost = healthy.filter((path) => !saved.has(path));
    // Only what that tool says; namespaces were read from the disk.
    expect(lost.filter((path) => !/^var\/lib\/proxsave-info\/(commands\/)?pbs\//.test(path))).toEqual([]);
    expect(lost).toContain('var/lib/proxsave-info/commands/pbs/datastore_list.json');
    expect(lost).not.toContain('var/lib/proxsave-info/pbs/datastores/small_namespaces.json');
  });
});

describe('files', () => {
  test('a cluster member without the key of corosync is told so', async () => {
    const host = await makeFixtureHost('pve9-cluster', { absent: ['/etc/corosync/authkey'] });
    const outcome = await backUpInProcess(host);
    expect(endOf(outcome)).toEqual(warned);
    expect(complaints(outcome.record.findings)).toEqual([
      'warning expected-missing pve-cluster /etc/corosync/authkey: /etc/corosync/authkey does not exist, although this host should have it',
    ]);
    expect(outcome.record.coverage).toMatchObject({ missing: 1 });
  });

  test('an empty /etc/pve is told, and the database with all of it is saved', async () => {
    const host = await makeFixtureHost('pve9-cluster');
    rmSync(join(host.root, 'etc/pve'), { recursive: true });
    mkdirSync(join(host.root, 'etc/pve'));
    const outcome = await backUpInProcess(host);
    expect(endOf(outcome)).toEqual(warned);
    expect(complaints(outcome.record.findings)).toEqual([
      'warning expected-missing pve-certificates /etc/pve/authkey.pub: /etc/pve/authkey.pub does not exist, although this host should have it',
      'warning expected-missing pve-cluster /etc/pve/corosync.conf: /etc/pve/corosync.conf does not exist, although this host should have it',
      'warning pmxcfs-differs - /var/lib/pve-cluster/config.db: /var/lib/pve-cluster/config.db has 77 files not among the saved files of /etc/pve, e.g. authkey.pub, authkey.pub.old, ceph/ceph.client.crash.keyring',
    ]);
    const row = coverageOf(host, '/etc/pve/storage.cfg');
    expect(row).toMatchObject({ state: 'missing', detail: 'only in /var/lib/pve-cluster/config.db' });
  });

  test('a missing database of the cluster file system is told', async () => {
    const host = await makeFixtureHost('pve8-standalone');
    rmSync(join(host.root, 'var/lib/pve-cluster/config.db'));
    const outcome = await backUpInProcess(host);
    expect(complaints(outcome.record.findings)).toEqual([
      'warning expected-missing pve-cluster /var/lib/pve-cluster/config.db: /var/lib/pve-cluster/config.db does not exist, although this host should have it',
    ]);
    expect(coverageOf(host, '/var/lib/pve-cluster/config.db')).toMatchObject({ state: 'missing' });
  });

  test('a damaged database is an error, saved as it is, and the archive says that it is partial', async () => {
    const host = await makeFixtureHost('pve9-cluster', { configDb: { state: 'corrupt' } });
    const outcome = await backUpInProcess(host);
    expect([outcome.record.exit_code, outcome.record.exit_name]).toEqual([9, 'collection']);
    expect(complaints(outcome.record.findings)).toEqual([
      expect.stringMatching(
        /^error database-damaged pve-cluster \/var\/lib\/pve-cluster\/config\.db: \/var\/lib\/pve-cluster\/config\.db is damaged \(integrity_check: [^\n]*\); it is saved as it is, with its log$/,
      ),
    ]);
    const archive = savedArchive(host);
    const raw = readFileSync(join(host.root, 'var/lib/pve-cluster/config.db'));
    expect(memberContent(archive, 'var/lib/pve-cluster/config.db').equals(raw)).toBe(true);
    const manifest = JSON.parse(readFileSync(`${archive}.metadata`, 'utf8')) as { status: string };
    expect(manifest.status).toBe('partial');
    expect(coverageOf(host, '/var/lib/pve-cluster/config.db')).toMatchObject({
      state: 'missing',
      detail: 'what is there is damaged',
    });
  });

  test('a damaged database is not saved raw when an area in it is switched off', async () => {
    const host = await makeFixtureHost('pve9-cluster', {
      configDb: { state: 'corrupt' },
      env: { BACKUP_PVE_ACL: 'false' },
    });
    const outcome = await backUpInProcess(host);
    expect(outcome.record.exit_code).toBe(9);
    expect(complaints(outcome.record.findings)).toEqual([
      expect.stringContaining(
        'it is not saved, because rows of switched-off areas cannot be taken out of it',
      ),
      expect.stringMatching(/^warning coverage-missing pve-cluster \/var\/lib\/pve-cluster\/config\.db: /),
    ]);
    const paths = savedEntries(savedArchive(host)).map(({ path }) => path);
    expect(paths.filter((path) => path.includes('config.db'))).toEqual([]);
  });

  test('a file that cannot be read is told, and everything around it is saved', async () => {
    const host = await makeFixtureHost('pve8-standalone');
    const path = join(host.root, 'etc/pve/priv/shadow.cfg');
    const outcome = await backUpInProcess(host, {
      fs: atRead(path, {
        beforeOpen: () => {
          throw systemError('EIO');
        },
      }),
    });
    const told = complaints(outcome.record.findings);
    expect(told.map((line) => line.split(':', 1)[0])).toEqual([
      'warning file-unreadable pve-access /etc/pve/priv/shadow.cfg',
      'warning coverage-missing pve-access /etc/pve/priv/shadow.cfg',
      'warning pmxcfs-differs - /var/lib/pve-cluster/config.db',
    ]);
  });

  test.skipIf(!isRoot || !hasPrograms('setpriv'))(
    'a user who may not read a file is told which (needs root and setpriv)',
    async () => {
      const host = await makeFixtureHost('debian');
      chmodSync(host.base, 0o777);
      const path = join(host.root, 'etc/fstab');
      chmodSync(path, 0o000);
      const ended = await runBackup(host, {
        env: { HOME: host.base },
        wrapper: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
      });
      const about = lastRecord(host).findings.filter((finding) => finding.path === '/etc/fstab');
      expect(ended.code).toBe(1);
      expect(about.map(({ code }) => code)).toEqual(['file-unreadable', 'coverage-missing']);
    },
  );
});

interface SavedRow {
  what: string;
  state: string;
  detail?: string;
}

function coverageOf(host: Parameters<typeof savedArchive>[0], what: string): SavedRow | undefined {
  const text = memberContent(savedArchive(host), 'var/lib/proxsave-info/coverage.json').toString();
  return (JSON.parse(text) as { rows: SavedRow[] }).rows.find((row) => row.what === what);
}
