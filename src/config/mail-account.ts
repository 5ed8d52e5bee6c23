// The mail account of a configuration: its server, and the From address. That is never one of somebody else's domain: such
// mail is refused or marked as forged.

import { describeSystemError, isSystemError, UsageError } from '../errors.ts';
import { cleanHostname, detectHostname } from '../host/detect-hostname.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { SmtpServer } from '../host/smtp.ts';
import { createRedactor, type Redact } from '../ui/redact.ts';
import { domainOf, isMailAddress } from '../util/mail-address.ts';
import type { ConfigValues } from './options.ts';

export type SmtpKeys = Pick<
  ConfigValues,
  'SMTP_HOST' | 'SMTP_PORT' | 'SMTP_TLS' | 'SMTP_USER' | 'SMTP_PASSWORD' | 'SMTP_CA_FILE'
>;

/** @throws UsageError when SMTP_CA_FILE cannot be read */
export function smtpServerOf(host: Host, values: SmtpKeys, from: string): SmtpServer {
  return {
    host: values.SMTP_HOST.trim(),
    port: values.SMTP_PORT,
    security: values.SMTP_TLS,
    user: values.SMTP_USER,
    password: values.SMTP_PASSWORD,
    clientName: domainOf(from) || 'localhost',
    ...(values.SMTP_CA_FILE === undefined ? {} : { ca: readCertificates(host, values.SMTP_CA_FILE) }),
  };
}

function readCertificates(host: Host, path: RealPath): string {
  try {
    return host.fs.readText(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`cannot read SMTP_CA_FILE=${path}: ${describeSystemError(error)}`, { cause: error });
  }
}

/** Answers of a mail server may quote what we sent: the password also as AUTH encodes it. */
export function mailRedactor(
  { SMTP_USER: user, SMTP_PASSWORD: password }: Pick<SmtpKeys, 'SMTP_USER' | 'SMTP_PASSWORD'>,
  redact: Redact,
): Redact {
  if (password === '') return redact;
  const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
  const encoded = createRedactor([password, base64(password), base64(`\u0000${user}\u0000${password}`)]);
  return (text) => redact(encoded(text));
}

/** The older edition wrote this address, of its maker's domain, into every new file; nobody chose it. */
const addressOfOlderEdition = 'no-reply@proxmox.tis24.it';

export type SenderKeys = Pick<ConfigValues, 'EMAIL_FROM' | 'SMTP_USER'>;

/** EMAIL_FROM, or undefined when it says nothing of its own. */
export function chosenSender({ EMAIL_FROM }: Pick<SenderKeys, 'EMAIL_FROM'>): string | undefined {
  const chosen = EMAIL_FROM.trim();
  return chosen === '' || chosen.toLowerCase() === addressOfOlderEdition ? undefined : chosen;
}

/**
 * EMAIL_FROM, else the account's own address with `isAccount` (most mail servers accept no other), else root at the mail
 * name of this host.
 */
export async function senderOf(host: Host, values: SenderKeys, isAccount: boolean): Promise<string> {
  const chosen = chosenSender(values);
  if (chosen !== undefined) return chosen;
  if (isAccount && isMailAddress(values.SMTP_USER)) return values.SMTP_USER;
  return `root@${mailNameOf(host) ?? (await detectHostname(host))}`;
}

/** Debian's /etc/mailname: the name that mail of this host goes out under. */
function mailNameOf(host: Host): string | undefined {
  try {
    const name = cleanHostname(host.fs.readTextIfExists(host.resolve('/etc/mailname'))?.split('\n')[0]);
    return name !== undefined && isMailAddress(`root@${name}`) ? name : undefined;
  } catch {
    // Not readable: the host name does as well.
    return undefined;
  }
}
