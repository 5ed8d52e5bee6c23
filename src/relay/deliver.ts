// Sends a message of a host to the outside: Telegram's Bot API, or the mail server. Bounded in time as a whole, because the
// host waits for the outcome: the relay says "sent" only when the other side has taken the message.

import { z } from 'zod';
import { mailRedactor, senderOf, smtpServerOf } from '../config/mail-account.ts';
import { AppError, InterruptedError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { HttpError, sendHttp, type HttpResponse } from '../host/http.ts';
import { sendBySmtp } from '../host/smtp.ts';
import { backOffMs } from '../util/back-off.ts';
import { composeMail } from '../util/compose-mail.ts';
import { printable } from '../util/printable.ts';
import type { RelayMailMessage, RelayTelegramMessage } from '../util/relay-messages.ts';
import type { RelayConfig } from './relay-settings.ts';

export interface Outcome {
  isSent: boolean;
  /** For the host and the log; redacted. */
  detail: string;
}

export interface Delivering {
  host: Host;
  config: RelayConfig;
  /** Address of the Bot API. */
  telegramApi: string;
  /** Aborts when the relay stops. */
  signal: AbortSignal;
}

const deliveryTimeoutMs = 45_000;
const maxAttempts = 3;

export function deliverTelegram(
  delivering: Delivering,
  chatId: string,
  message: RelayTelegramMessage,
): Promise<Outcome> {
  const { host, config, telegramApi } = delivering;
  return bounded(delivering, config.redact, async (signal) => {
    const body = JSON.stringify({
      chat_id: chatId,
      text: message.text,
      ...(message.format === 'html' ? { parse_mode: 'HTML' } : {}),
      link_preview_options: { is_disabled: true },
      disable_notification: message.is_silent,
    });
    const url = `${telegramApi}/bot${config.values.TELEGRAM_BOT_TOKEN.trim()}/sendMessage`;
    for (let attempt = 1; ; attempt++) {
      const outcome = await askTelegram(host, url, body, signal);
      if (outcome.retryAfterMs === undefined || attempt === maxAttempts) return outcome;
      await host.clock.sleep(Math.max(outcome.retryAfterMs, backOffMs(attempt, Math.random())), signal);
    }
  });
}

const answerSchema = z.object({
  ok: z.boolean(),
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().optional() }).optional(),
  result: z.object({ message_id: z.number() }).optional(),
});

/** `retryAfterMs`: another attempt may help, after at least this time. */
type TelegramOutcome = Outcome & { retryAfterMs?: number };

async function askTelegram(
  host: Host,
  url: string,
  body: string,
  signal: AbortSignal,
): Promise<TelegramOutcome> {
  try {
    const headers = { 'content-type': 'application/json' };
    const request = { url, method: 'POST', headers, body, timeoutMs: 20_000, signal };
    return judgeTelegram(await sendHttp(host, request));
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const isFinal = ['aborted', 'invalid', 'tls'].includes(error.failure);
    return { isSent: false, detail: `Telegram: ${error.message}`, ...(isFinal ? {} : { retryAfterMs: 0 }) };
  }
}

function judgeTelegram({ status, body }: HttpResponse): TelegramOutcome {
  const answer = answerSchema.safeParse(parseJson(body.toString('utf8'))).data;
  if (status === 200 && answer?.ok === true) {
    return { isSent: true, detail: `Telegram message ${answer.result?.message_id ?? ''}`.trim() };
  }
  const words = printable(answer?.description ?? 'an answer that is not one of Telegram').slice(0, 300);
  const detail = `Telegram (HTTP ${status}): ${words}`;
  if (status !== 429 && status < 500) return { isSent: false, detail };
  return { isSent: false, detail, retryAfterMs: (answer?.parameters?.retry_after ?? 0) * 1000 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema then says that it is no answer of Telegram.
    return undefined;
  }
}

export function deliverMail(delivering: Delivering, message: RelayMailMessage): Promise<Outcome> {
  const { host, config } = delivering;
  const redact = mailRedactor(config.values, config.redact);
  return bounded(delivering, redact, async (signal) => {
    const from = await senderOf(host, config.values, true);
    const mail = await composeMail({ ...message, from, date: host.clock.now() });
    const server = smtpServerOf(host, config.values, from);
    const outcome = await sendBySmtp(host, server, { envelope: { from, to: message.to }, mail }, signal);
    if (outcome.status === 'failed')
      return { isSent: false, detail: `mail server: ${printable(outcome.message)}` };
    if (outcome.refused.length === 0)
      return { isSent: true, detail: `mail server: ${printable(outcome.answer)}` };
    const refused = printable(outcome.refused.join('; '));
    return { isSent: false, detail: `the mail server refused some recipients: ${refused}` };
  });
}

async function bounded(
  { signal }: Delivering,
  redact: (text: string) => string,
  deliver: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const deadline = AbortSignal.timeout(deliveryTimeoutMs);
  try {
    const { isSent, detail } = await deliver(AbortSignal.any([signal, deadline]));
    return { isSent, detail: redact(detail).slice(0, 1000) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!(error instanceof InterruptedError)) return { isSent: false, detail: redact(error.message) };
    const seconds = deliveryTimeoutMs / 1000;
    return {
      isSent: false,
      detail: deadline.aborted ? `not sent within ${seconds} seconds` : 'the relay was stopped',
    };
  }
}
