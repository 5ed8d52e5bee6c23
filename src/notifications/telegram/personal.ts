// Telegram with a bot of the user's own: the message goes to Telegram itself.
// https://core.telegram.org/bots/api#sendmessage

import { z } from 'zod';
import type { LoadedConfig } from '../../config/load-config.ts';
import type { HttpResponse } from '../../host/http.ts';
import type { Redact } from '../../ui/redact.ts';
import { jsonBody, judgeService, sendPersistently, type Verdict } from '../http.ts';
import type { ChannelSetup, Notifier } from '../notifier.ts';
import { defaultRetryPolicy } from '../retry-policy.ts';
import { redactSpellings } from '../secret-spellings.ts';
import type { Notice } from '../notice.ts';
import { previewRequest } from '../preview-request.ts';
import { renderTelegramMessage } from './message.ts';

const telegramApi = 'https://api.telegram.org';
const timeoutMs = 30_000;

export interface PersonalBot {
  token: string;
  chatId: string;
  /** Another server of the Bot API; for tests and for those who run their own. */
  api?: string;
}

export function createPersonalTelegram(config: LoadedConfig): ChannelSetup {
  const { TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID } = config.values;
  const bot = { token: TELEGRAM_BOT_TOKEN.trim(), chatId: TELEGRAM_CHAT_ID.trim() };
  const wrong = findMistake(bot);
  if (wrong !== undefined) {
    return { notifiers: [], misconfigured: [{ channel: 'telegram', name: 'telegram', ...wrong }] };
  }
  return { notifiers: [personalNotifier(config, bot)], misconfigured: [] };
}

function findMistake({ token, chatId }: PersonalBot): { message: string; hint: string } | undefined {
  if (!/^\d+:[\w-]{30,}$/.test(token)) {
    const message = token === '' ? 'TELEGRAM_BOT_TOKEN is empty' : 'TELEGRAM_BOT_TOKEN is no token of a bot';
    return { message, hint: 'set the token that @BotFather gave you, like 123456789:AAE...' };
  }
  if (!/^(-?\d+|@\w+)$/.test(chatId)) {
    const message = chatId === '' ? 'TELEGRAM_CHAT_ID is empty' : 'TELEGRAM_CHAT_ID is no id of a chat';
    return { message, hint: 'set the number of the chat, or @name of a public channel' };
  }
  return undefined;
}

export function personalNotifier(
  config: Pick<LoadedConfig, 'values' | 'redact'>,
  bot: PersonalBot,
): Notifier {
  const redact = redactSpellings(config.redact, [bot.token]);
  return {
    channel: 'telegram',
    name: 'telegram',
    notifyOn: config.values.TELEGRAM_NOTIFY_ON,
    preview: (notice) =>
      previewRequest({ method: 'POST', address: telegramApi, body: bodyFor(bot, notice), redact }),
    send: (host, notice, signal) => {
      return sendPersistently(host, {
        service: 'Telegram',
        request: () => ({
          url: `${bot.api ?? telegramApi}/bot${bot.token}/sendMessage`,
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(bodyFor(bot, notice)),
          timeoutMs,
        }),
        retry: defaultRetryPolicy,
        signal,
        redact,
        judge: (response, now) => judgeAnswer(response, now, redact),
      });
    },
  };
}

function bodyFor({ chatId }: PersonalBot, notice: Notice): object {
  return {
    chat_id: chatId,
    text: renderTelegramMessage(notice),
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    // Good news arrives without a sound.
    disable_notification: notice.status === 'success',
  };
}

const answerSchema = z.object({
  ok: z.boolean(),
  description: z.string().optional(),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() })
    .optional(),
  result: z.object({ message_id: z.number() }).optional(),
});

function judgeAnswer(response: HttpResponse, now: Date, redact: Redact): Verdict {
  const verdict = judgeService(response, now, { service: 'Telegram', redact });
  const answer = answerSchema.safeParse(jsonBody(response)).data;
  if (verdict.kind === 'accepted') {
    const id = answer?.result?.message_id;
    return id === undefined ? verdict : { ...verdict, detail: `message ${id}` };
  }
  const said = answer?.description;
  const problem = said === undefined ? verdict.problem : `Telegram answered ${response.status}: ${said}`;
  if (verdict.kind === 'refused') {
    const hint = hintFor(response.status, answer?.parameters?.migrate_to_chat_id) ?? verdict.hint;
    return { kind: 'refused', problem, ...(hint === undefined ? {} : { hint }) };
  }
  const seconds = answer?.parameters?.retry_after;
  return { ...verdict, problem, ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1000 }) };
}

function hintFor(status: number, newChatId: number | undefined): string | undefined {
  if (newChatId !== undefined) return `the group has become a supergroup: set TELEGRAM_CHAT_ID=${newChatId}`;
  switch (status) {
    case 400:
      return 'check TELEGRAM_CHAT_ID; write to the bot once, so that it may write to you';
    case 401:
    case 404:
      return 'check TELEGRAM_BOT_TOKEN';
    case 403:
      return 'unblock the bot, or add it to the group';
    default:
      return undefined;
  }
}
