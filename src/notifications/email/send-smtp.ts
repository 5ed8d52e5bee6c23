// Mail by a server that the configuration names.

import { smtpServerOf, type SmtpKeys } from '../../config/mail-account.ts';
import type { Host } from '../../host/host.ts';
import { sendBySmtp, smtpPortOf } from '../../host/smtp.ts';
import { composeMail } from '../../util/compose-mail.ts';
import type { MailAttempt, MailRequest } from './mail-attempt.ts';

const hint =
  'check SMTP_HOST, SMTP_PORT, SMTP_TLS, SMTP_USER and SMTP_PASSWORD; then: proxsave notify test email';

export async function sendMailBySmtp(
  host: Host,
  values: SmtpKeys,
  request: MailRequest,
  signal: AbortSignal,
): Promise<MailAttempt> {
  const server = smtpServerOf(host, values, request.from);
  const mail = await composeMail(request);
  const { attempts, ...outcome } = await sendBySmtp(host, server, { envelope: request, mail }, signal);
  if (outcome.status === 'failed') {
    const detail = `${server.host}:${smtpPortOf(server)}: ${outcome.message}`;
    return { isSent: false, detail, hint, attempts };
  }
  if (outcome.refused.length === 0) {
    return { isSent: true, detail: `the server accepted it: ${outcome.answer}`, attempts };
  }
  const accepted = request.to.length - outcome.refused.length;
  return {
    isSent: false,
    isPartial: true,
    detail: `the server took it for ${accepted} of ${request.to.length} recipients; refused: ${outcome.refused.join('; ')}`,
    hint: 'correct EMAIL_RECIPIENT',
    attempts,
  };
}
