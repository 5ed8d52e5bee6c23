// What disks, partitions, volumes and mounts there are: needed to build the same again on an empty disk.

import { information, mayFail, systemCommand, systemOutputs } from '../items.ts';
import type { Area } from '../types.ts';

export const storageInventoryArea: Area = {
  id: 'storage-inventory',
  title: 'Storage inventory',
  about: 'Partition tables and the layout of disks, RAID, volume groups and mounts.',
  product: 'host',
  toggles: ['BACKUP_HARDWARE_INFO'],
  items: [
    systemCommand('lsblk -f', 'lsblk.txt', mayFail),
    systemCommand('lsblk -J -O', 'lsblk_json.json', mayFail),
    // Ends with 2 when nothing was found.
    systemCommand('blkid', 'blkid.txt', { ...mayFail, acceptExitCodes: [2] }),
    // Ends with 1 when one of many mounts is unreachable; the others are listed all the same.
    systemCommand('df -h', 'df.txt', { ...mayFail, acceptExitCodes: [1] }),
    systemCommand('mount', 'mount.txt', mayFail),
    systemCommand('findmnt -J', 'findmnt.json', mayFail),
    systemCommand('swapon --show', 'swapon.txt', mayFail),
    systemCommand('ls -l /dev/disk/by-id', 'disk_by_id.txt', mayFail),
    systemCommand('ls -l /dev/disk/by-path', 'disk_by_path.txt', mayFail),
    {
      kind: 'inventory',
      inventory: 'partitions',
      output: `${systemOutputs}/partition_tables.txt`,
      ...information,
    },
    systemCommand('pvs', 'lvm_pvs.txt', mayFail),
    systemCommand('vgs', 'lvm_vgs.txt', mayFail),
    systemCommand('lvs', 'lvm_lvs.txt', mayFail),
    systemCommand('lvs -a -o +devices,lv_uuid', 'lvm_lvs_devices.txt', mayFail),
    systemCommand('dmsetup ls --tree', 'dmsetup_tree.txt', mayFail),
    systemCommand('mdadm --detail --scan', 'mdadm_scan.txt', mayFail),
    systemCommand('cat /proc/mdstat', 'mdstat.txt', mayFail),
    systemCommand('multipath -ll', 'multipath.txt', mayFail),
    // Ends with 21 when there is none.
    systemCommand('iscsiadm -m session', 'iscsi_sessions.txt', { ...mayFail, acceptExitCodes: [21] }),
    systemCommand('iscsiadm -m node', 'iscsi_nodes.txt', { ...mayFail, acceptExitCodes: [21] }),
    systemCommand('btrfs filesystem show', 'btrfs_show.txt', mayFail),
    systemCommand('exportfs -v', 'nfs_exports.txt', mayFail),
  ],
};
