import { describe, expect, test } from 'vitest';
import { listPveNodes } from '../../../src/collector/lists/pve-nodes.ts';
import type { ReferenceName } from '../../../src/catalogue/types.ts';
import { referencedPaths } from '../../../src/collector/references/index.ts';
import { fakeHost } from '../host/fake-root.ts';
import { pveFacts, valuesOf, webServer } from './pve-hosts.ts';

function named(
  references: ReferenceName,
  files: Record<string, string>,
  config: Record<string, string> = {},
): Promise<string[]> {
  const host = fakeHost({ files });
  return referencedPaths(host, pveFacts, valuesOf(host, config), references);
}

describe('files that guests need outside of /etc/pve', () => {
  const storage = (more = '') => `dir: local\n\tpath /var/lib/vz\n\tcontent snippets,iso\n${more}`;

  test('are the snippets of storages that are directories of this node', async () => {
    const others =
      '\ndir: tank\n\tpath /tank\n\tcontent snippets\n\tcontent-dirs snippets=own/hooks\n' +
      '\ndir: no-snippets\n\tpath /mnt/iso\n\tcontent iso\n' +
      '\nnfs: nas\n\tserver a\n\texport /b\n\tcontent snippets\n' +
      '\ndir: foreign\n\tpath /mnt/foreign\n\tcontent snippets\n\tnodes pve2\n';
    expect(await named('pve-guest-files', { '/etc/pve/storage.cfg': storage(others) })).toEqual([
      '/tank/own/hooks',
      '/var/lib/vz/snippets',
    ]);
  });

  test.each(['nfs4', 'cifs', 'ceph', 'fuse.sshfs'])(
    'on a directory that is a mount of type %s are left to their server, which may be away',
    async (type) => {
      const more = '\ndir: share\n\tpath /mnt/share/pve\n\tcontent snippets\n';
      const files = {
        '/etc/pve/storage.cfg': storage(more),
        '/proc/self/mounts': `/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt/share ${type} rw 0 0\n`,
      };
      expect(await named('pve-guest-files', files)).toEqual(['/var/lib/vz/snippets']);
    },
  );

  test('are the video BIOS images that machines of any node name', async () => {
    const files = {
      '/etc/pve/storage.cfg': 'dir: local\n\tpath /var/lib/vz\n\tcontent iso\n',
      '/etc/pve/nodes/pve1/qemu-server/100.conf': webServer,
      '/etc/pve/nodes/pve2/qemu-server/101.conf':
        'hostpci0: host=0000:02:00,romfile=/root/card.rom,x-vga=1\nhostpci1: 03:00,romfile=../../etc/shadow\n',
      '/etc/pve/nodes/pve2/qemu-server/102.conf': '#hostpci0: 1,romfile=note.bin\nname: romfile\n',
    };
    expect(await named('pve-guest-files', files)).toEqual(['/root/card.rom', '/usr/share/kvm/gpu.bin']);
  });

  test('of a host without any configuration are none', async () => {
    expect(await named('pve-guest-files', {})).toEqual([]);
  });
});

describe('hook scripts of backups', () => {
  test('are those that vzdump.conf and the jobs name', async () => {
    const files = {
      '/etc/vzdump.conf':
        '# script: /usr/local/bin/example\nscript: /usr/local/bin/hook.pl\nstorage: local\n',
      '/etc/pve/jobs.cfg':
        'vzdump: a\n\tschedule daily\n\tscript /opt/my hook\n\nvzdump: b\n\tscript /usr/local/bin/hook.pl\n',
    };
    expect(await named('pve-backup-scripts', files)).toEqual(['/opt/my hook', '/usr/local/bin/hook.pl']);
  });

  test('are looked for where VZDUMP_CONFIG_PATH leads', async () => {
    const files = { '/srv/vzdump.conf': 'script: /srv/hook\n', '/etc/vzdump.conf': 'script: /old\n' };
    expect(await named('pve-backup-scripts', files, { VZDUMP_CONFIG_PATH: '/srv/vzdump.conf' })).toEqual([
      '/srv/hook',
    ]);
  });
});

describe('backups of guests that are saved themselves', () => {
  const files = {
    '/var/lib/vz/dump/vzdump-lxc-200-a.tar.zst': '1'.repeat(2000),
    '/var/lib/vz/dump/vzdump-lxc-201-a.tar.zst': 'small',
    '/var/lib/vz/dump/vzdump-lxc-201-a.log': 'log',
    '/var/lib/vz/template/iso/small.iso': 'x',
  };

  test('are those up to MAX_PVE_BACKUP_SIZE; 0 means none', async () => {
    expect(await named('pve-small-backups', files, { MAX_PVE_BACKUP_SIZE: '1K' })).toEqual([
      '/var/lib/vz/dump/vzdump-lxc-201-a.log',
      '/var/lib/vz/dump/vzdump-lxc-201-a.tar.zst',
    ]);
    expect(await named('pve-small-backups', files, { MAX_PVE_BACKUP_SIZE: '0' })).toEqual([]);
  });

  test('are those whose path contains PVE_BACKUP_INCLUDE_PATTERN, whatever their size', async () => {
    const pattern = { PVE_BACKUP_INCLUDE_PATTERN: 'lxc-200-', MAX_PVE_BACKUP_SIZE: '1K' };
    expect(await named('pve-selected-backups', files, pattern)).toEqual([
      '/var/lib/vz/dump/vzdump-lxc-200-a.tar.zst',
    ]);
    expect(await named('pve-selected-backups', files)).toEqual([]);
  });
});

describe('the nodes of a cluster', () => {
  const corosync =
    'nodelist {\n  node {\n    name: pve1\n  }\n  node { # the second\n    nodeid: 2\n    name: pve2\n  }\n}\n';
  const nodes = (files: Record<string, string>) => {
    const host = fakeHost({ files });
    return listPveNodes(host, pveFacts, valuesOf(host));
  };

  test('are its members; directories of removed nodes are not asked', () => {
    const files = {
      '/etc/pve/corosync.conf': corosync,
      '/etc/pve/nodes/pve1/': '',
      '/etc/pve/nodes/pve2/': '',
      '/etc/pve/nodes/removed/': '',
    };
    expect(nodes(files)).toEqual(['pve1', 'pve2']);
  });

  test('without a cluster are this node alone, whatever an old name left behind', () => {
    expect(nodes({ '/etc/pve/nodes/pve1/': '', '/etc/pve/nodes/oldname/': '' })).toEqual(['pve1']);
  });

  test('are none while the cluster file system is not there', () => {
    expect(nodes({ '/etc/pve/': '' })).toEqual([]);
  });
});
