// The mail channel: who gets it, from whom, and the ways it is tried in, until one takes it.

import { AppError } from '../../errors.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { chosenSender, mailRedactor, senderOf } from '../../config/mail-account.ts';
import type { Host } from '../../host/host.ts';
import { isLocalMailbox, isMailAddress, isPublicMailAddress } from '../../util/mail-address.ts';
import type { Redact } from '../../ui/redact.ts';
import { printable } from '../../util/printable.ts';
import type { Notice } from '../notice.ts';
import type { Delivery, Misconfigured, Notifier } from '../notifier.ts';
import { cutText } from '../render/cut-text.ts';
import { sendMailByRelay } from '../relay-client/relay-client.ts';
import { planDelivery, type DeliveryOrder } from './delivery-order.ts';
import { findRecipient } from './find-recipient.ts';
import type { MailAttempt, MailContent, MailMethod, MailRequest, SendMail } from './mail-attempt.ts';
import { readLogFor } from './read-log.ts';
import { sendMailByProxmox } from './send-pmf.ts';
import { sendMailBySendmail } from './send-sendmail.ts';
import { sendMailBySmtp } from './send-smtp.ts';

export type EmailConfig = Pick<LoadedConfig, 'values' | 'places' | 'redact'>;

/** `render`: subject and both bodies of the mail about a run. */
export function createEmailNotifier(
  config: EmailConfig,
  render: (notice: Notice) => MailContent,
): Notifier | Misconfigured {
  const order = planDelivery(config.values);
  if ('message' in order) return order;
  return {
    channel: 'email',
    name: 'email',
    notifyOn: config.values.EMAIL_NOTIFY_ON,
    preview: (notice) => config.redact(previewMail(config, order, render(notice))),
    send: (host, notice, signal) =>
      sendMail(host, { config, order, notice, content: render(notice) }, signal),
  };
}

function previewMail({ values }: EmailConfig, { methods }: DeliveryOrder, content: MailContent): string {
  const to = values.EMAIL_RECIPIENT.join(', ') || '(the address of root@pam)';
  const from = chosenSender(values) ?? '(the mail account, or root at this host)';
  return [
    `By: ${methods.join(', then ')}`,
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${content.subject}`,
    '',
    content.text,
  ].join('\n');
}

interface Job {
  config: EmailConfig;
  order: DeliveryOrder;
  notice: Notice;
  content: MailContent;
}

async function sendMail(host: Host, job: Job, signal: AbortSignal): Promise<Delivery> {
  const { config, order, notice, content } = job;
  const redact = mailRedactor(config.values, config.redact);
  const failures: string[] = order.lack === undefined ? [] : [order.lack.message];
  let hint = order.lack?.hint;
  let attempts = 0;
  const recipients = await recipientsOf(host, config, signal);
  const attachments = config.values.EMAIL_ATTACH_LOG ? readLogFor(host, notice, redact) : [];
  for (const method of order.methods) {
    const outcome = await tryMethod(
      host,
      method,
      { ...job, recipients, request: { ...content, attachments } },
      signal,
    );
    attempts += outcome.attempts;
    if (outcome.isSent) return describeSent(method, outcome, { failures, hint, attempts, redact });
    failures.push(`${method}: ${shownWords(outcome.detail, redact)}`);
    hint ??= outcome.hint;
    if (outcome.isPartial === true || signal.aborted) break;
  }
  return {
    status: 'failed',
    via: order.methods.join(', '),
    detail: redact(failures.join('; ')),
    ...(hint === undefined ? {} : { hint: redact(hint) }),
    attempts,
  };
}

interface Past {
  failures: readonly string[];
  hint: string | undefined;
  attempts: number;
  redact: Redact;
}

function describeSent(method: MailMethod, outcome: MailAttempt, past: Past): Delivery {
  const before = past.failures.map(past.redact);
  const hint = past.hint ?? outcome.hint;
  return {
    status: 'sent',
    via: before.length === 0 ? method : `${method} (${before.join('; ')})`,
    detail: shownWords(outcome.detail, past.redact),
    ...(hint === undefined ? {} : { hint: past.redact(hint) }),
    attempts: past.attempts,
  };
}

const shownCharacters = 500;

/** Of servers and programs, which may say a lot. Redacted before they are cut: half a secret is one too. */
function shownWords(text: string, redact: Redact): string {
  return cutText(printable(redact(text).replace(/\s+/g, ' ').trim()), shownCharacters);
}

interface MethodJob extends Job {
  recipients: readonly string[];
  request: Omit<MailRequest, 'from' | 'to' | 'date'>;
}

/** What goes wrong on our side (a certificate file that cannot be read) is an outcome too: the next method is tried. */
async function tryMethod(
  host: Host,
  method: MailMethod,
  { config, recipients, request }: MethodJob,
  signal: AbortSignal,
): Promise<MailAttempt> {
  const to = recipientsFor(method, recipients);
  if ('isSent' in to) return to;
  try {
    const from = await senderOf(host, config.values, method === 'smtp');
    return await senders(config)[method](
      host,
      { ...request, from, to: to.to, date: host.clock.now() },
      signal,
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return { isSent: false, detail: error.message, ...hint, attempts: 0 };
  }
}

function senders(config: EmailConfig): Readonly<Record<MailMethod, SendMail>> {
  return {
    smtp: (host, request, signal) => sendMailBySmtp(host, config.values, request, signal),
    sendmail: sendMailBySendmail,
    pmf: sendMailByProxmox,
    relay: async (host, { to, subject, text, html, attachments }, signal) => {
      const mail = { to, subject, text, ...(html === undefined ? {} : { html }), attachments };
      const { status, detail = '', hint, attempts } = await sendMailByRelay(host, config, mail, signal);
      return { isSent: status === 'sent', detail, ...(hint === undefined ? {} : { hint }), attempts };
    },
  };
}

async function recipientsOf(
  host: Host,
  { values }: EmailConfig,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (values.EMAIL_RECIPIENT.length > 0) return values.EMAIL_RECIPIENT;
  const found = await findRecipient(host, signal);
  return found === undefined ? [] : [found];
}

const recipientHint =
  'set EMAIL_RECIPIENT, or give root@pam an address in Proxmox (Datacenter or Configuration > Users)';

/** Programs of this host know its mailboxes; servers elsewhere need an address, a relay one with a domain. */
function recipientsFor(
  method: MailMethod,
  recipients: readonly string[],
): MailAttempt | { to: readonly string[] } {
  const isLocal = method === 'sendmail' || method === 'pmf';
  if (recipients.length === 0) {
    if (isLocal) return { to: ['root'] };
    const detail = 'EMAIL_RECIPIENT is empty and root@pam has no address';
    return { isSent: false, detail, hint: recipientHint, attempts: 0 };
  }
  const isRight = (text: string) => {
    if (isLocal) return isMailAddress(text) || isLocalMailbox(text);
    return method === 'relay' ? isPublicMailAddress(text) : isMailAddress(text);
  };
  const wrong = recipients.filter((text) => !isRight(text));
  if (wrong.length === 0) return { to: recipients };
  const detail = `${wrong.join(', ')} is no address that ${method === 'relay' ? 'a relay' : 'a mail server'} can deliver to`;
  return { isSent: false, detail, hint: recipientHint, attempts: 0 };
}
