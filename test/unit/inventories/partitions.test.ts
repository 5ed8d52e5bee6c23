import { expect, test } from 'vitest';
import { inventoryPartitions } from '../../../src/collector/inventories/partitions.ts';
import { fakeHost } from '../host/fake-root.ts';

const files = {
  '/sys/block/sda/size': '2048\n',
  '/sys/block/sda/device/model': 'Disk Model  \n',
  '/sys/block/sdb/size': '4096\n',
  '/sys/block/cciss!c0d0/size': '8\n',
  '/sys/block/sdc/size': '0\n',
  '/sys/block/loop0/size': '2048\n',
  '/sys/block/zd0/size': '2048\n',
  '/sys/block/dm-0/size': '2048\n',
};

test('the table of each real disk is saved in the form that sfdisk reads back', async () => {
  const sfdisk = `case "$2" in
  /dev/sda) printf 'label: gpt\\ndevice: /dev/sda\\n\\n/dev/sda1 : start=34, size=2014\\n' ;;
  /dev/cciss/c0d0) echo 'label: dos' ;;
  *) echo "sfdisk: $2: does not contain a recognized partition table" >&2; exit 1 ;;
esac`;
  const { files: documents, findings } = await inventoryPartitions(fakeHost({ files, commands: { sfdisk } }));
  expect(findings).toEqual([]);
  expect(documents.get('')).toBe(
    [
      '# /dev/cciss/c0d0, 4096 bytes',
      'label: dos',
      '',
      '# /dev/sda, 1048576 bytes, Disk Model',
      'label: gpt',
      'device: /dev/sda',
      '',
      '/dev/sda1 : start=34, size=2014',
      '',
      '# /dev/sdb, 2097152 bytes',
      '# no partition table read: sfdisk: /dev/sdb: does not contain a recognized partition table',
      '',
    ].join('\n'),
  );
});

test('without sfdisk the disks are listed all the same', async () => {
  const { files: documents } = await inventoryPartitions(
    fakeHost({ files: { '/sys/block/sda/size': '2048\n' } }),
  );
  expect(documents.get('')).toBe(
    '# /dev/sda, 1048576 bytes\n# no partition table read: sfdisk is not available\n',
  );
});
