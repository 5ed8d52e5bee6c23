// How the host sends mail: relay, credentials, aliases.

import { files, globs, mayFail, replaceSafe, systemCommand, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const withSecrets = { ...replaceSafe, secret: true } as const satisfies ItemBase;

export const mailArea: Area = {
  id: 'mail',
  title: 'Mail',
  about: 'Relay, credentials and aliases: without them the alarms of the host reach nobody.',
  product: 'host',
  toggles: ['BACKUP_MAIL_CONFIG'],
  items: [
    ...globs(withSecrets, '/etc/postfix/sasl_*', '/etc/postfix/*passwd*'),
    ...trees(withSecrets, '/etc/postfix/sasl'),
    ...trees(replaceSafe, '/etc/postfix'),
    ...files(replaceSafe, '/etc/aliases', '/etc/email-addresses', '/etc/mail.rc', '/etc/s-nail.rc'),
    {
      kind: 'file',
      path: '/etc/aliases.db',
      category: 'services',
      restore: { how: 'never', reason: 'newaliases makes it from /etc/aliases' },
      across: 'review',
    },
    // Their one file, or one of their files, holds the password of the relay.
    ...trees(
      withSecrets,
      '/etc/dma',
      '/etc/ssmtp',
      '/etc/exim4',
      '/etc/nullmailer',
      '/etc/opendkim',
      '/etc/mail',
      '/etc/dovecot',
    ),
    ...files(withSecrets, '/etc/msmtprc', '/etc/msmtp-password', '/etc/opendkim.conf', '/etc/fetchmailrc'),
    systemCommand('postconf -n', 'postconf.txt', mayFail),
  ],
};
