// Mail by the mail program of this host. It is asked for the truth: a full queue gets no further mail of ours (a provider
// that refuses us would otherwise fill the disk, one mail a run), and a mail that stays in the queue is not delivered.

import { isAbortedWithin } from '../../host/is-aborted-within.ts';
import type { Host } from '../../host/host.ts';
import { composeMail, withUnixLines } from '../../util/compose-mail.ts';
import type { MailAttempt, MailRequest } from './mail-attempt.ts';
import { readMailQueue, type QueuedMail } from './mail-queue.ts';

const sendTimeoutMs = 60_000;
/** How long a mail may take out of the queue before we say that it is in there. */
const queuePatienceMs = 5_000;
const queuePollMs = 500;
/** Undelivered mails to the same recipients from which on no further one is added. */
const queueLimit = 5;
const queueHint = 'look at the queue with `mailq` and correct the mail setup of this host';

export async function sendMailBySendmail(
  host: Host,
  request: MailRequest,
  signal: AbortSignal,
): Promise<MailAttempt> {
  const program = host.tools.find('sendmail');
  if (program === undefined) {
    const hint = 'install one (Proxmox brings postfix), or set EMAIL_DELIVERY_METHOD=smtp and SMTP_HOST';
    return { isSent: false, detail: 'this host has no sendmail program', hint, attempts: 0 };
  }
  const before = await readMailQueue(host, signal);
  const stuck = (before ?? []).filter((mail) => isFor(mail, request.to));
  if (stuck.length >= queueLimit) {
    const detail = `the local mail queue already holds ${stuck.length} undelivered mails to ${request.to.join(', ')}${reasonOf(stuck)}; no further one was added`;
    return { isSent: false, detail, hint: queueHint, attempts: 0 };
  }
  const result = await host.tools.run({
    argv: [program, '-t', '-oi'],
    input: withUnixLines(await composeMail(request)),
    timeoutMs: sendTimeoutMs,
    maxOutputBytes: 64 * 1024,
    signal,
  });
  if (result.status !== 'ok') {
    const words =
      result.stderr.trim() || (result.exitCode === null ? result.status : `exit code ${result.exitCode}`);
    return { isSent: false, detail: `sendmail: ${words}`, hint: queueHint, attempts: 1 };
  }
  return before === undefined
    ? { isSent: true, detail: 'handed to the local mail program; its queue could not be read', attempts: 1 }
    : followThroughQueue(host, before, request, signal);
}

async function followThroughQueue(
  host: Host,
  before: readonly QueuedMail[],
  request: MailRequest,
  signal: AbortSignal,
): Promise<MailAttempt> {
  const known = new Set(before.map(({ id }) => id));
  const end = host.clock.monotonicMs() + queuePatienceMs;
  for (;;) {
    const queue = await readMailQueue(host, signal);
    const ours = queue?.filter((mail) => !known.has(mail.id) && isFor(mail, request.to));
    if (ours === undefined) {
      return {
        isSent: true,
        detail: 'handed to the local mail program; its queue could not be read',
        attempts: 1,
      };
    }
    if (ours.length === 0)
      return {
        isSent: true,
        detail: 'the local mail program is done with it (a bounce would go to the sender)',
        attempts: 1,
      };
    if (ours.some(({ reason }) => reason !== undefined)) {
      const detail = `the mail is in the local mail queue and was not delivered${reasonOf(ours)}`;
      return { isSent: false, detail, hint: queueHint, attempts: 1 };
    }
    // A stop now changes nothing about the mail, which is on its way.
    if (host.clock.monotonicMs() >= end || (await isAbortedWithin(host, queuePollMs, signal))) {
      return {
        isSent: true,
        detail: 'the mail is still in the local mail queue',
        hint: queueHint,
        attempts: 1,
      };
    }
  }
}

/** A local mailbox stands in the queue with the host's name behind it. */
function isFor(mail: QueuedMail, recipients: readonly string[]): boolean {
  return mail.recipients.some((queued) =>
    recipients.some(
      (recipient) => queued === recipient || (!recipient.includes('@') && queued.startsWith(`${recipient}@`)),
    ),
  );
}

function reasonOf(mails: readonly QueuedMail[]): string {
  const reason = mails.find((mail) => mail.reason !== undefined)?.reason;
  return reason === undefined ? '' : ` (${reason})`;
}
