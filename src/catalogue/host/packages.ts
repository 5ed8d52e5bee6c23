// What is installed, and what the admin chose: enough to install the same set again.

import { mayFail, systemCommand } from '../items.ts';
import type { Area } from '../types.ts';

const packageList = { restore: { how: 'stage', kind: 'packages' }, across: 'review' } as const;

export const packagesArea: Area = {
  id: 'packages',
  title: 'Installed packages',
  about:
    'Which packages are installed, which were asked for by hand, which are held, and answers given to their questions.',
  product: 'host',
  toggles: ['BACKUP_INSTALLED_PACKAGES'],
  items: [
    systemCommand('dpkg -l', 'packages/dpkg_list.txt', packageList),
    systemCommand('dpkg --get-selections', 'packages/dpkg_selections.txt', packageList),
    systemCommand(
      'dpkg --print-foreign-architectures',
      'packages/dpkg_foreign_architectures.txt',
      packageList,
    ),
    systemCommand('apt-mark showmanual', 'packages/apt_manual.txt', packageList),
    systemCommand('apt-mark showhold', 'packages/apt_hold.txt', packageList),
    // Checksums of the configuration files as shipped: tells which ones were changed by hand.
    systemCommand(
      'dpkg-query -W -f=${Package}\\t${Version}\\n${Conffiles}\\n',
      'packages/dpkg_conffiles.txt',
      mayFail,
    ),
    systemCommand('dpkg-divert --list', 'packages/dpkg_diversions.txt', mayFail),
    // Ends with 1 when there are none.
    systemCommand('dpkg-statoverride --list', 'packages/dpkg_statoverrides.txt', {
      ...mayFail,
      acceptExitCodes: [1],
    }),
    // Answers may be passwords.
    systemCommand('debconf-get-selections', 'packages/debconf_selections.txt', {
      ...mayFail,
      ...packageList,
      secret: true,
    }),
    systemCommand('dkms status', 'packages/dkms_status.txt', mayFail),
  ],
};
