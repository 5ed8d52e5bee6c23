// Language, keyboard and the shell that users meet.

import { files, replaceSafe, trees } from '../items.ts';
import type { Area } from '../types.ts';

export const localeArea: Area = {
  id: 'locale',
  title: 'Shell and locale',
  about:
    'Language, keyboard, environment, shell start-up files, messages at login and the skeleton of new homes.',
  product: 'host',
  toggles: ['BACKUP_LOCALE_CONFIG'],
  items: [
    ...files(
      replaceSafe,
      '/etc/profile',
      '/etc/bash.bashrc',
      '/etc/inputrc',
      '/etc/locale.conf',
      '/etc/locale.gen',
      '/etc/locale.alias',
      '/etc/default/locale',
      '/etc/default/keyboard',
      '/etc/default/console-setup',
      '/etc/vconsole.conf',
      '/etc/shells',
      '/etc/motd',
      '/etc/issue',
      '/etc/issue.net',
      '/etc/screenrc',
      '/etc/tmux.conf',
      '/etc/nanorc',
    ),
    // Proxy addresses with passwords are usual here.
    ...files({ ...replaceSafe, secret: true }, '/etc/environment'),
    ...trees({ ...replaceSafe, secret: true }, '/etc/environment.d'),
    ...trees(
      replaceSafe,
      '/etc/profile.d',
      '/etc/bash_completion.d',
      '/etc/console-setup',
      '/etc/skel',
      '/etc/update-motd.d',
      '/etc/motd.d',
      '/etc/vim',
      '/etc/zsh',
      '/etc/fish',
    ),
  ],
};
