// A host whose runs are told by every kind of channel at once, to real receivers on loopback, and what each of them heard.

import { startReceiver, type Answer, type HttpReceiver } from './http-receiver.ts';
import { startSmtpReceiver, type SmtpReceiver } from './smtp-receiver.ts';

export interface Channels {
  env: Record<string, string>;
  webhook: HttpReceiver;
  gotify: HttpReceiver;
  smtp: SmtpReceiver;
  /** Outcomes in the order in which they were told, by channel. */
  told: () => { webhook: string[]; gotify: string[]; email: string[] };
}

const gotifyAnswer: Answer = { body: '{"id":7}' };

export async function startChannels(webhookAnswers: readonly Answer[] = [{}]): Promise<Channels> {
  const [webhook, gotify, smtp] = await Promise.all([
    startReceiver(webhookAnswers),
    startReceiver([gotifyAnswer]),
    startSmtpReceiver(),
  ]);
  const env = {
    WEBHOOK_ENABLED: 'true',
    WEBHOOK_ENDPOINTS: 'chat',
    WEBHOOK_CHAT_URL: `${webhook.origin}/hook`,
    GOTIFY_ENABLED: 'true',
    GOTIFY_SERVER_URL: gotify.origin,
    GOTIFY_TOKEN: 'gotify-token',
    EMAIL_ENABLED: 'true',
    EMAIL_DELIVERY_METHOD: 'smtp',
    EMAIL_FALLBACK_SENDMAIL: 'false',
    EMAIL_RECIPIENT: 'admin@example.net',
    EMAIL_FROM: 'proxsave@example.net',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtp.port),
    SMTP_TLS: 'none',
  };
  const titleOf = (body: string) => (JSON.parse(body) as { title: string }).title;
  return {
    env,
    webhook,
    gotify,
    smtp,
    told: () => ({
      webhook: outcomesAt(webhook, '/hook'),
      gotify: gotify.requests.map(({ body }) => titleOf(body)),
      email: smtp.mails.map(({ raw }) => /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1] ?? ''),
    }),
  };
}

/** Of generic webhook messages at one path. */
export function outcomesAt({ requests }: HttpReceiver, path: string): string[] {
  return requests
    .filter(({ url }) => url === path)
    .map(({ body }) => (JSON.parse(body) as { outcome: string }).outcome);
}
