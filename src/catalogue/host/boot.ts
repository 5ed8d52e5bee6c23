// Boot loader, kernel command line and the early file system.

import { files, mayFail, systemCommand, trees } from '../items.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Area, ItemBase } from '../types.ts';

const boot = {
  category: 'services',
  restore: { how: 'stage', kind: 'boot' },
  across: 'review',
} as const satisfies ItemBase;
const bootSecret = { ...boot, secret: true } as const satisfies ItemBase;

function isProxmox(facts: HostFacts): boolean {
  return facts.pve !== undefined || facts.pbs !== undefined;
}

export const bootArea: Area = {
  id: 'boot',
  title: 'Boot configuration',
  about:
    'Kernel command line, boot loader and early file system: IOMMU, console and unlocking at boot are set here.',
  product: 'host',
  toggles: ['BACKUP_BOOT_CONFIG'],
  items: [
    ...files(boot, '/etc/default/grub', '/etc/dracut.conf', '/etc/kernel-img.conf'),
    ...trees(boot, '/etc/default/grub.d', '/etc/kernel', '/etc/initramfs-tools', '/etc/dracut.conf.d'),
    // May hold the boot loader's password.
    ...trees(bootSecret, '/etc/grub.d'),
    // Keys of the small SSH server that unlocks disks at boot.
    ...trees(bootSecret, '/etc/dropbear', '/etc/dropbear-initramfs'),
    ...files(boot, '/boot/efi/loader/loader.conf'),
    // Says that it is not in use by ending with 2.
    systemCommand('proxmox-boot-tool status', 'proxmox_boot_tool.txt', {
      ...mayFail,
      when: isProxmox,
      acceptExitCodes: [2],
    }),
    systemCommand('proxmox-boot-tool kernel list', 'proxmox_boot_kernels.txt', {
      ...mayFail,
      when: isProxmox,
    }),
    systemCommand('efibootmgr -v', 'efibootmgr.txt', {
      ...mayFail,
      when: (facts) => facts.bootMode === 'efi',
    }),
    systemCommand('cat /proc/cmdline', 'kernel_cmdline.txt', mayFail),
  ],
};
