// Which system this was: what to compare a new host with before anything is put back.

import { files, information, mayFail, systemCommand } from '../items.ts';
import type { Area } from '../types.ts';

export const systemInformationArea: Area = {
  id: 'system-information',
  title: 'System information',
  about: 'Distribution, kernel, virtualisation and machine id of the host that was saved.',
  product: 'host',
  toggles: [],
  items: [
    ...files(information, '/etc/machine-id', '/etc/os-release', '/usr/lib/os-release', '/etc/debian_version'),
    systemCommand('cat /etc/os-release', 'os_release.txt'),
    systemCommand('uname -a', 'uname.txt'),
    systemCommand('cat /proc/version', 'kernel_version.txt', mayFail),
    systemCommand('hostnamectl', 'hostnamectl.txt', mayFail),
    // Ends with 1 on bare metal.
    systemCommand('systemd-detect-virt', 'virtualization.txt', { ...mayFail, acceptExitCodes: [1] }),
  ],
};
