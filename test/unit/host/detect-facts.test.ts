import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseCorosync } from '../../../src/host/detect-cluster.ts';
import { detectFacts } from '../../../src/host/detect-facts.ts';
import { proxmoxTypeOf, proxmoxVersionOf } from '../../../src/host/facts.ts';
import { fakeHost, packageStanza } from './fake-root.ts';

const pvePackage = packageStanza('pve-manager', '8.4.1');
const pbsPackage = packageStanza('proxmox-backup-server', '3.4.1-1');
const corosync = `totem {
  cluster_name: lab   # our own
  interface { linknumber: 0 }
  version: 2
}
nodelist {
  node {
    name: pve1
  }
  node {
    name: pve2
  }
}
`;

function withPackages(...stanzas: string[]): Record<string, string> {
  return { '/var/lib/dpkg/status': stanzas.join('') };
}

describe('the role of a host', () => {
  test('a host with the pve-manager package is PVE, and a leftover PBS directory does not make it dual', async () => {
    const host = fakeHost({
      files: {
        ...withPackages(pvePackage),
        '/etc/proxmox-backup/': '',
        '/var/lib/proxmox-backup/': '',
      },
    });
    const facts = await detectFacts(host);
    expect(proxmoxTypeOf(facts)).toBe('pve');
    expect(facts.pve).toEqual({ version: '8.4.1', evidence: 'package pve-manager 8.4.1' });
    expect(facts.leftovers).toEqual(['/etc/proxmox-backup', '/var/lib/proxmox-backup']);
  });

  test('a host with the proxmox-backup-server package is PBS', async () => {
    const facts = await detectFacts(fakeHost({ files: withPackages(pbsPackage) }));
    expect(proxmoxTypeOf(facts)).toBe('pbs');
    expect(facts.pbs?.version).toBe('3.4.1');
  });

  test('both packages make a dual host even when the PBS tool is broken', async () => {
    const host = fakeHost({
      files: withPackages(packageStanza('dpkg', '1.22.6'), pvePackage, pbsPackage),
      commands: {
        pveversion: 'echo "pve-manager/8.4.14/b502d23c55afcba1 (running kernel: 6.8.12-16-pve)"',
        'proxmox-backup-manager': 'echo broken >&2; exit 255',
      },
    });
    const facts = await detectFacts(host);
    expect(proxmoxTypeOf(facts)).toBe('dual');
    expect(proxmoxVersionOf(facts)).toBe('pve=8.4.14,pbs=3.4.1');
    expect(facts.leftovers).toEqual([]);
  });

  test('directories alone are leftovers, not a product', async () => {
    const host = fakeHost({
      files: {
        ...withPackages(packageStanza('bash', '5.2')),
        '/etc/pve/storage.cfg': 'dir: local\n',
        '/var/lib/pve-cluster/config.db': 'x',
        '/etc/apt/sources.list.d/pbs.list': 'deb http://download.proxmox.com/debian/pbs bookworm main\n',
      },
    });
    const facts = await detectFacts(host);
    expect(proxmoxTypeOf(facts)).toBe('unknown');
    expect(facts.leftovers).toEqual(['/etc/pve', '/var/lib/pve-cluster']);
  });

  test.each(['deinstall ok config-files', 'deinstall ok half-installed', 'purge ok not-installed'])(
    'a removed package (%s) is not installed',
    async (status) => {
      const files = withPackages(packageStanza('pve-manager', '8.4.1', status));
      expect(proxmoxTypeOf(await detectFacts(fakeHost({ files })))).toBe('unknown');
    },
  );

  test.each(['hold ok installed', 'install ok half-configured', 'install ok triggers-pending'])(
    'a held package and one in the middle of an upgrade (%s) is installed',
    async (status) => {
      const files = withPackages(packageStanza('pve-manager', '8.4.1', status));
      expect(proxmoxTypeOf(await detectFacts(fakeHost({ files })))).toBe('pve');
    },
  );

  test('a package whose name only begins like the product is not the product', async () => {
    const files = withPackages(
      packageStanza('proxmox-backup-server-doc', '1'),
      packageStanza('pve-manager-x', '1'),
    );
    expect(proxmoxTypeOf(await detectFacts(fakeHost({ files })))).toBe('unknown');
  });

  test('a working tool is evidence without a package database', async () => {
    const host = fakeHost({
      files: {},
      commands: {
        'proxmox-backup-manager': 'echo "proxmox-backup-server 4.0.11-1 running version: 4.0.10"',
      },
    });
    expect((await detectFacts(host)).pbs).toEqual({
      version: '4.0.10',
      evidence: 'proxmox-backup-manager version answers 4.0.10',
    });
  });

  test('a backup server that is not running still tells its version', async () => {
    const host = fakeHost({
      files: {},
      commands: {
        'proxmox-backup-manager': 'echo "proxmox-backup-server 4.0.11-1 running version: unknown"',
      },
    });
    expect((await detectFacts(host)).pbs?.version).toBe('4.0.11');
  });

  test('one file a package below status.d is read where there is no status file', async () => {
    const files = { '/var/lib/dpkg/status.d/pve-manager': 'Package: pve-manager\nVersion: 9.0.3\n' };
    expect((await detectFacts(fakeHost({ files }))).pve?.version).toBe('9.0.3');
  });

  test('a tool that hangs does not hold up detection for longer than its time limit', async () => {
    const host = fakeHost({ files: withPackages(pvePackage), commands: { pveversion: 'sleep 600' } });
    expect((await detectFacts(host)).pve?.version).toBe('8.4.1');
  });
});

describe('the cluster', () => {
  test('name and number of nodes come from corosync.conf', async () => {
    const files = { ...withPackages(pvePackage), '/etc/pve/corosync.conf': corosync };
    expect((await detectFacts(fakeHost({ files }))).cluster).toEqual({ name: 'lab', nodeCount: 2 });
  });

  test('the copy of corosync serves while the cluster file system is not mounted', async () => {
    const files = { ...withPackages(pvePackage), '/etc/corosync/corosync.conf': corosync };
    expect((await detectFacts(fakeHost({ files }))).cluster?.name).toBe('lab');
  });

  test('a stand-alone node has none, and neither has a host without PVE', async () => {
    expect((await detectFacts(fakeHost({ files: withPackages(pvePackage) }))).cluster).toBeUndefined();
    const leftover = { '/etc/corosync/corosync.conf': corosync };
    expect((await detectFacts(fakeHost({ files: leftover }))).cluster).toBeUndefined();
  });

  test('a node block outside of the node list does not count', () => {
    expect(parseCorosync(`${corosync}\nlogging { node { name: x } }\n`)).toEqual({
      name: 'lab',
      nodeCount: 2,
    });
  });
});

describe('the platform', () => {
  test('a plain Debian root gives distribution, kernel, architecture, boot mode and root file system', async () => {
    const host = fakeHost({
      files: {
        ...withPackages(packageStanza('dpkg', '1.22.6')),
        '/usr/lib/os-release': 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_CODENAME=trixie\n',
        '/etc/os-release': '-> /usr/lib/os-release',
        '/proc/version': 'Linux version 6.12.48-amd64 (x@y) #1 SMP\n',
        '/proc/self/mounts': 'rootfs / rootfs rw 0 0\n/dev/sda2 / ext4 rw 0 0\nproc /proc proc rw 0 0\n',
        '/sys/firmware/efi/': '',
      },
    });
    expect(await detectFacts(host)).toEqual({
      hostname: 'unknown',
      nodeName: 'unknown',
      leftovers: [],
      operatingSystem: 'Debian GNU/Linux 13 (trixie)',
      codename: 'trixie',
      kernel: '6.12.48-amd64',
      architecture: 'amd64',
      bootMode: 'efi',
      rootFilesystem: 'ext4',
      isContainer: false,
      usesZfs: false,
      usesCeph: false,
    });
  });

  test('the root file system comes from fstab when nothing is mounted there', async () => {
    const files = { '/etc/fstab': '# <file system> <mount point>\nUUID=1-2 / xfs defaults 0 1\n' };
    expect((await detectFacts(fakeHost({ files }))).rootFilesystem).toBe('xfs');
  });

  test.each([
    ['a mounted dataset', { '/proc/self/mounts': 'rpool/ROOT/pve-1 / zfs rw 0 0\n' }],
    ['a pool cache', { '/etc/zfs/zpool.cache': 'x' }],
    ['an imported pool', { '/proc/spl/kstat/zfs/tank/state': 'ONLINE\n' }],
    ['a storage of type zfspool', { '/etc/pve/storage.cfg': 'zfspool: tank\n\tpool tank\n' }],
    ['a line in fstab', { '/etc/fstab': 'tank/data /data zfs defaults 0 0\n' }],
  ])('%s means that ZFS is used', async (_what, files) => {
    expect((await detectFacts(fakeHost({ files }))).usesZfs).toBe(true);
  });

  test('the settings directory that the ZFS package brings does not mean that ZFS is used', async () => {
    const files = { '/etc/zfs/zed.d/zed.rc': '', '/etc/fstab': '# tank /data zfs defaults 0 0\n' };
    expect((await detectFacts(fakeHost({ files }))).usesZfs).toBe(false);
  });

  test('a container manager leaves its mark', async () => {
    const files = { '/run/systemd/container': 'lxc\n' };
    expect((await detectFacts(fakeHost({ files }))).isContainer).toBe(true);
  });

  test(
    'directories, FIFOs, link loops and binary junk in place of the files are survived',
    { timeout: 10_000 },
    async () => {
      const host = fakeHost({
        files: {
          '/var/lib/dpkg/status/': '',
          '/etc/os-release': '-> os-release',
          '/etc/hosts': '\u0000\u0001\n127.0.0.1\n',
          '/proc/self/mounts': '\n\u0000 x\n',
        },
      });
      mkdirSync(`${host.root}/etc/pve`, { recursive: true });
      for (const fifo of ['/etc/hostname', '/etc/fstab', '/etc/pve/storage.cfg']) {
        execFileSync('mkfifo', [host.root + fifo]);
      }
      const facts = await detectFacts(host);
      expect(facts.hostname).toBe('unknown');
      expect(facts.operatingSystem).toBe('unknown');
    },
  );
});
