import { expect, test } from 'vitest';
import { canonicalDevice, judgeDevice, parseBlkid } from '../../../src/restore/merge/devices.ts';
import { readDevicesPresent } from '../../../src/restore/merge/read-devices.ts';
import { readShells } from '../../../src/restore/merge/read-shells.ts';
import { fakeHost } from '../host/fake-root.ts';

test('reads every name of a device that udev and device-mapper gave it, and the datasets of imported pools', async () => {
  const host = fakeHost({
    files: {
      '/dev/disk/by-uuid/4B1D-0E03': 'x',
      '/dev/disk/by-label/my\\x20caf\\xc3\\xa9': 'x',
      '/dev/disk/by-partuuid/abcd-01': 'x',
      '/dev/disk/by-id/ata-DISK_1-part1': 'x',
      '/dev/mapper/pve-data': 'x',
      '/dev/pve/data': 'x',
      '/dev/nvme0n1p1': 'x',
    },
    commands: { zfs: 'test "$*" = "list -H -o name" && printf "tank\\ntank/a\\n"' },
  });
  const devices = await readDevicesPresent(host);
  for (const name of [
    'UUID=4b1d-0e03',
    'uuid="4B1D-0E03"',
    'LABEL=my café',
    'PARTUUID=ABCD-01',
    '/dev/disk/by-id/ata-DISK_1-part1',
    '/dev/mapper/pve-data',
    '/dev/pve/data',
  ])
    expect(judgeDevice(name, devices), name).toBe('present');
  expect(judgeDevice('LABEL=MY CAFÉ', devices)).toBe('missing');
  expect(judgeDevice('/dev/nvme0n1p1', devices)).toBe('unstable');
  expect(devices?.zfsDatasets).toEqual(new Set(['tank', 'tank/a']));
});

test('does not claim to know the devices of a host of which only the files are here', async () => {
  expect(await readDevicesPresent(fakeHost({ files: { '/dev/null': 'x' } }))).toBeUndefined();
  expect(judgeDevice('UUID=x', undefined)).toBe('unknown');
});

test('takes the UUID of blkid, not that of a part of it', () => {
  const text = [
    '/dev/sda1: PARTUUID="p-1"',
    '/dev/sda2: UUID_SUB="s" LABEL="UUID=x" UUID="u-2" TYPE="btrfs"',
    'nonsense',
  ].join('\n');
  expect(parseBlkid(text)).toEqual(new Map([['/dev/sda2', 'UUID=u-2']]));
  expect(canonicalDevice('Label="A b"')).toBe('LABEL=A b');
});

test('a shell counts as installed when its file is there, links followed', () => {
  const host = fakeHost({ files: { '/bin/bash': 'x', '/bin/sh': '-> bash' } });
  const passwd = 'a:x:1:1::/:/bin/sh\nb:x:2:2::/:/bin/zsh\nc:x:3:3::/:\n';
  expect(readShells(host, passwd, 'd:x:4:4::/:/bin/bash\r\n')).toEqual(new Set(['/bin/sh', '/bin/bash']));
});
