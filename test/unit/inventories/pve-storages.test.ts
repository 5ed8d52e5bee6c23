import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { directoriesOf, parsePveStorages } from '../../../src/collector/inventories/pve-storages-config.ts';
import { inventoryPveStorages } from '../../../src/collector/inventories/pve-storages.ts';
import type { Host } from '../../../src/host/host.ts';
import { fakeHost } from '../host/fake-root.ts';
import { pveFacts, valuesOf } from './pve-hosts.ts';

const storageCfg = `dir: local
\tpath /var/lib/vz
\tcontent iso,backup,vztmpl

# an own layout
dir: tank
\tpath /tank/my*data
\tcontent backup,snippets,images
\tcontent-dirs backup=guests/backups
\tis_mountpoint 1

nfs: nas
\tserver 192.0.2.9
\texport /srv
\tcontent backup
\tnodes pve1,pve3

cifs: elsewhere
\tserver 192.0.2.9
\tshare x
\tcontent backup
\tnodes pve2

dir: off
\tpath /mnt/off
\tcontent backup
\tdisable

zfspool: local-zfs
\tpool rpool/data
\tcontent images,rootdir
`;

const backupFiles = {
  '/etc/pve/storage.cfg': storageCfg,
  '/var/lib/vz/dump/vzdump-qemu-100-2026_01_02-03_00_00.vma.zst': '12345',
  '/var/lib/vz/dump/vzdump-qemu-100-2026_01_03-03_00_00.vma.zst': '123456',
  '/var/lib/vz/dump/vzdump-qemu-100-2026_01_03-03_00_00.log': 'done',
  '/var/lib/vz/dump/vzdump-lxc-200-2026_01_02-03_00_00.tar.zst': '1',
  '/var/lib/vz/dump/deeper/not-a-backup.vma.zst': 'x',
  '/var/lib/vz/template/iso/debian.iso': 'iso',
  '/var/lib/vz/template/cache/debian.tar.zst': 'template',
  '/var/lib/vz/images/100/vm-100-disk-0.raw': 'a disk',
  '/tank/my*data/guests/backups/vzdump-qemu-7-2026_01_02-03_00_00.vma.gz': '1234567',
  '/tank/my*data/guests/other/secret.txt': 'x',
  '/tank/my*data/images/7/vm-7-disk-0.raw': 'a disk',
  '/tank/my*data/snippets/hook.pl': '#!',
  '/tank/myXdata/guests/backups/wrong.vma': 'x',
  '/mnt/pve/nas/dump/': '',
};

function tank(host: Host): string {
  return join(host.root, 'tank/my*data');
}

async function inventory(host: Host, config: Record<string, string> = {}) {
  return inventoryPveStorages(host, pveFacts, valuesOf(host, config));
}

describe('storage.cfg', () => {
  const storages = parsePveStorages(storageCfg);

  test('tells which storages have a directory on this node and are switched on', () => {
    expect(directoriesOf(storages, pveFacts).map(({ id, path }) => [id, path])).toEqual([
      ['local', '/var/lib/vz'],
      ['tank', '/tank/my*data'],
      ['nas', '/mnt/pve/nas'],
    ]);
  });

  test('may give content a directory of its own', () => {
    expect(storages[1]?.contentDirectories.backup).toBe('guests/backups');
    expect(storages[1]?.contentDirectories.iso).toBe('template/iso');
    const escaping = parsePveStorages('dir: x\n\tpath /x\n\tcontent-dirs backup=../../etc\n');
    expect(escaping[0]?.contentDirectories.backup).toBe('etc');
  });
});

describe('the inventory of storages', () => {
  test('lists the backups of each storage and stays out of disk images and foreign directories', async () => {
    const { files, findings } = await inventory(fakeHost({ files: backupFiles }));
    expect(findings).toEqual([]);
    expect([...files.keys()].sort()).toEqual([
      'detected_datastores.txt',
      'local/backup_analysis/local_backup_summary.txt',
      'local/backup_analysis/local_log_list.txt',
      'local/backup_analysis/local_tar_zst_list.txt',
      'local/backup_analysis/local_vma_zst_list.txt',
      'local/metadata.json',
      'local/metadata.txt',
      'nas/backup_analysis/nas_backup_summary.txt',
      'nas/metadata.json',
      'nas/metadata.txt',
      'tank/backup_analysis/tank_backup_summary.txt',
      'tank/backup_analysis/tank_vma_gz_list.txt',
      'tank/metadata.json',
      'tank/metadata.txt',
    ]);
    const everything = [...files.values()].join('\n');
    expect(everything).toContain('guests/backups/vzdump-qemu-7-2026_01_02-03_00_00.vma.gz');
    expect(everything).not.toMatch(/vm-\d+-disk-0\.raw|secret\.txt|wrong\.vma|not-a-backup/);
    expect(files.get('detected_datastores.txt')).toBe(
      [
        'dir|local|/var/lib/vz|iso,backup,vztmpl',
        'dir|tank|/tank/my*data|backup,snippets,images',
        'nfs|nas|/mnt/pve/nas|backup',
        'cifs|elsewhere|/mnt/pve/elsewhere|backup',
        'dir|off|/mnt/off|backup',
        'zfspool|local-zfs||images,rootdir',
        '',
      ].join('\n'),
    );
  });

  test('says how old and how large the newest backup of each guest is', async () => {
    const host = fakeHost({ files: backupFiles });
    const dump = join(host.root, 'var/lib/vz/dump');
    const at = (name: string, time: string) => {
      utimesSync(join(dump, name), new Date(time), new Date(time));
    };
    at('vzdump-qemu-100-2026_01_02-03_00_00.vma.zst', '2026-01-02T03:00:00Z');
    at('vzdump-qemu-100-2026_01_03-03_00_00.vma.zst', '2026-01-03T03:00:00Z');
    at('vzdump-lxc-200-2026_01_02-03_00_00.tar.zst', '2026-01-02T03:30:00Z');
    const { files } = await inventory(host);
    const summary = files.get('local/backup_analysis/local_backup_summary.txt');
    expect(summary).toContain('*.vma.zst    2 files, 11 B');
    expect(summary).toContain(
      'qemu 100     2 backups, newest 2026-01-03T03:00:00.000Z, 6 B, vzdump-qemu-100-2026_01_03-03_00_00.vma.zst',
    );
    expect(summary).toContain('lxc 200      1 backup, newest 2026-01-02T03:30:00.000Z, 1 B');
    const lines = files.get('local/backup_analysis/local_vma_zst_list.txt')?.trim().split('\n');
    expect(lines?.[1]).toMatch(
      /^-rw-\S+ 6 2026-01-03T03:00:00\.000Z dump\/vzdump-qemu-100-2026_01_03-03_00_00\.vma\.zst$/,
    );
  });

  test('describes a storage with what lies in it, for programs', async () => {
    const { files } = await inventory(fakeHost({ files: backupFiles }));
    const metadata = JSON.parse(files.get('tank/metadata.json') ?? '') as Record<string, unknown>;
    expect(metadata).toMatchObject({
      name: 'tank',
      path: '/tank/my*data',
      type: 'dir',
      content: 'backup,snippets,images',
      sample_directories: ['guests', 'guests/backups', 'guests/other', 'images', 'snippets'],
      sample_files: [
        {
          relative_path: 'guests/backups/vzdump-qemu-7-2026_01_02-03_00_00.vma.gz',
          size_bytes: 7,
          size_human: '7 B',
        },
        { relative_path: 'snippets/hook.pl', size_bytes: 2 },
      ],
    });
    expect(Object.values(metadata.disk_usage as object).every((bytes) => Number(bytes) > 0)).toBe(true);
  });

  test('takes the patterns of PXAR_FILE_INCLUDE_PATTERN instead of its own', async () => {
    const { files } = await inventory(fakeHost({ files: backupFiles }), {
      PXAR_FILE_INCLUDE_PATTERN: '*-200-*',
    });
    expect([...files.keys()].filter((name) => name.endsWith('_list.txt'))).toEqual([
      'local/backup_analysis/local_200_list.txt',
    ]);
  });

  test('of a host without storage.cfg looks at the storage that Proxmox VE always has', async () => {
    const { files, findings } = await inventory(fakeHost({ files: { '/var/lib/vz/dump/x.vma': '1' } }));
    expect(findings).toEqual([]);
    expect(files.get('local/backup_analysis/local_vma_list.txt')).toContain('dump/x.vma');
  });

  test('a storage that is not there is told, without an alarm, and costs the others nothing', async () => {
    const { files, findings } = await inventory(
      fakeHost({
        files: {
          '/etc/pve/storage.cfg': 'dir: gone\n\tpath /mnt/gone\n\tcontent backup\n',
          '/var/lib/vz/': '',
        },
      }),
    );
    expect(findings).toMatchObject([{ severity: 'info', code: 'storage-not-read', path: '/mnt/gone' }]);
    expect(files.has('local/metadata.json')).toBe(true);
  });

  test('follows no link out of the root that is saved', async () => {
    const host = fakeHost({ files: backupFiles });
    const outside = join(host.root, '../outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'stolen.vma'), 'x');
    symlinkSync(outside, join(tank(host), 'guests/backups/linked'));
    symlinkSync(outside, join(host.root, 'mnt/pve/nas/snippets'));
    const { files } = await inventory(host);
    expect([...files.values()].join('\n')).not.toContain('stolen');
  });

  test('a name with a line break stays on its line', async () => {
    const host = fakeHost({ files: backupFiles });
    writeFileSync(join(tank(host), 'guests/backups/a\nb.vma'), 'x');
    const { files } = await inventory(host);
    expect(files.get('tank/backup_analysis/tank_vma_list.txt')).toMatch(/ guests\/backups\/a\\nb\.vma\n$/);
  });
});

describe('a storage that hangs', () => {
  test('is a warning when its time is up, and the others are listed', { timeout: 20_000 }, async () => {
    const host = fakeHost({ files: backupFiles });
    // A stub before the real program: what a dead mount does to whoever asks about it.
    const stubs = join(host.root, '../tools');
    mkdirSync(stubs);
    writeFileSync(
      join(stubs, 'stat'),
      '#!/bin/sh\ncase "$*" in */mnt/pve/nas) exec sleep 60 ;; esac\nexec /usr/bin/stat "$@"\n',
    );
    chmodSync(join(stubs, 'stat'), 0o755);
    const hanging = { ...host, tools: { ...host.tools, run: runWith(host, stubs) } };
    const { files, findings } = await inventory(hanging, { FS_IO_TIMEOUT: '1' });
    expect(findings).toMatchObject([{ severity: 'warning', code: 'storage-hung', path: '/mnt/pve/nas' }]);
    expect(findings[0]?.message).toBe('storage nas gave no answer within 1 s; its backups are not listed');
    expect(files.has('nas/metadata.json')).toBe(false);
    expect(files.has('local/metadata.json')).toBe(true);
    expect(files.has('tank/metadata.json')).toBe(true);
  });
});

function runWith(host: Host, stubs: string): Host['tools']['run'] {
  return (request) => {
    const [program, ...parameters] = request.argv;
    const file = program === 'stat' ? join(stubs, 'stat') : program;
    return host.tools.run({ ...request, argv: [file, ...parameters] });
  };
}
