// What the machine is made of, to compare with the one that a backup comes back to.

import { mayFail, systemCommand } from '../items.ts';
import type { Area } from '../types.ts';

export const hardwareArea: Area = {
  id: 'hardware',
  title: 'Hardware inventory',
  about:
    'Processor, memory, cards, firmware and sensors of the machine: what passthrough and network names depend on.',
  product: 'host',
  toggles: ['BACKUP_HARDWARE_INFO'],
  items: [
    systemCommand('free -h', 'free.txt', mayFail),
    systemCommand('lscpu', 'lscpu.txt', mayFail),
    systemCommand('lspci -v', 'lspci.txt', mayFail),
    systemCommand('lspci -nnk', 'lspci_nnk.txt', mayFail),
    systemCommand('lsusb', 'lsusb.txt', mayFail),
    systemCommand('lsusb -t', 'lsusb_tree.txt', mayFail),
    systemCommand('dmidecode', 'dmidecode.txt', mayFail),
    systemCommand('sensors', 'sensors.txt', mayFail),
    systemCommand('smartctl --scan', 'smartctl_scan.txt', mayFail),
    systemCommand('nvme list', 'nvme_list.txt', mayFail),
  ],
};
