// A mail as bytes (RFC 5322 and MIME), made once and given to whichever way of delivery takes it. nodemailer encodes
// headers (RFC 2047), parts and line lengths; the addresses are checked before, so nothing can add a header.

import { randomUUID } from 'node:crypto';
import { domainOf } from './mail-address.ts';

export interface MailAttachment {
  name: string;
  text: string;
}

export interface MailMessage {
  /** Checked with util/mail-address.ts by the caller, as are the recipients. */
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  html?: string;
  date: Date;
  attachments?: readonly MailAttachment[];
}

/** With CRLF line ends, as SMTP wants it. Local programs take `withUnixLines` of it. */
export async function composeMail(message: MailMessage): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const composer = new MailComposer({
    from: { name: 'ProxSave', address: message.from },
    to: message.to.map((address) => ({ name: '', address })),
    subject: oneLine(message.subject),
    date: message.date,
    messageId: `<${randomUUID()}@${domainOf(message.from) || 'localhost'}>`,
    headers: {
      // RFC 3834: holiday notices and list software leave such a message alone.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    attachments: (message.attachments ?? []).map(({ name, text }) => ({
      filename: oneLine(name),
      content: text,
      contentType: 'text/plain; charset=utf-8',
      contentTransferEncoding: 'base64',
    })),
    // Nothing in a message may make us read a file or ask a server.
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  });
  return composer.compile().build();
}

/** LF line ends, as programs that take a mail on stdin expect them. */
export function withUnixLines(mail: Buffer): Buffer {
  return Buffer.from(mail.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
