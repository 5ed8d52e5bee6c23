import { enumeration, optionalInt, optionalOwnPath, section, string } from '../kinds.ts';

export const mailServer = section(
  'mail-server',
  'Mail server',
  'An account on a mail server, for EMAIL_DELIVERY_METHOD=smtp and for the mail that `proxsave relay` sends.',
  {
    SMTP_HOST: string({
      default: '',
      doc: 'Name or address of the mail server.',
    }),
    SMTP_PORT: optionalInt({
      min: 1,
      max: 65535,
      doc: 'Its port. Empty: 465 with SMTP_TLS=tls, 25 with none, else 587.',
    }),
    SMTP_TLS: enumeration({
      default: 'auto',
      values: ['auto', 'starttls', 'tls', 'none'],
      valueAliases: { ssl: 'tls', smtps: 'tls' },
      doc: 'tls encrypts from the first byte, starttls after the greeting, none never. auto takes tls on port 465, else starttls where the server offers it; a password is then sent only over an encrypted connection.',
    }),
    SMTP_USER: string({
      default: '',
      doc: 'User of the account. Empty: no login.',
    }),
    SMTP_PASSWORD: string({
      default: '',
      secret: true,
      doc: 'Password of the account.',
    }),
    SMTP_CA_FILE: optionalOwnPath({
      doc: 'Certificates (PEM) to trust besides those of the system, for a server with a certificate of its own.',
    }),
  },
);
