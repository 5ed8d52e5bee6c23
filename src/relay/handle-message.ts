// A message of a paired host: within its limits, sent once, whatever number of times the host asks.

import { domainOf } from '../util/mail-address.ts';
import type { RelayAnswer } from '../util/relay-messages.ts';
import { deliverMail, deliverTelegram, type Outcome } from './deliver.ts';
import { Refusal } from './exchange.ts';
import { mailMessageSchema, telegramMessageSchema } from './message-schema.ts';
import type { RelayContext } from './relay-context.ts';
import type { RelayChannel } from './relay-settings.ts';
import type { RelayHost } from './relay-store.ts';

const hourMs = 3_600_000;

/** @throws Refusal */
export async function handleMessage(
  context: RelayContext,
  sender: RelayHost,
  channel: RelayChannel,
  body: unknown,
): Promise<RelayAnswer> {
  if (!context.settings.channels.includes(channel)) {
    throw new Refusal(503, 'not-configured', `this relay has no account for ${channel}`);
  }
  return channel === 'telegram' ? takeTelegram(context, sender, body) : takeMail(context, sender, body);
}

function takeTelegram(context: RelayContext, sender: RelayHost, body: unknown): Promise<RelayAnswer> {
  const parsed = telegramMessageSchema.safeParse(body);
  if (!parsed.success) throw invalid(parsed.error);
  const chatId = sender.chatId ?? context.config.values.TELEGRAM_CHAT_ID.trim();
  return sendOnce(context, sender, { id: parsed.data.message_id, channel: 'telegram' }, () =>
    deliverTelegram(context, chatId, parsed.data),
  );
}

function takeMail(context: RelayContext, sender: RelayHost, body: unknown): Promise<RelayAnswer> {
  const parsed = mailMessageSchema.safeParse(body);
  if (!parsed.success) throw invalid(parsed.error);
  const allowed = context.config.values.RELAY_MAIL_RECIPIENTS.map((entry) => entry.toLowerCase());
  const refused = parsed.data.to.find((to) => !isAllowed(to.toLowerCase(), allowed));
  if (refused !== undefined) {
    throw new Refusal(403, 'recipient', `this relay sends no mail to ${refused}`);
  }
  return sendOnce(context, sender, { id: parsed.data.message_id, channel: 'mail' }, () =>
    deliverMail(context, parsed.data),
  );
}

function isAllowed(to: string, allowed: readonly string[]): boolean {
  return allowed.length === 0 || allowed.includes(to) || allowed.includes(`@${domainOf(to)}`);
}

function invalid(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): Refusal {
  const [first] = error.issues;
  const where = first === undefined ? '' : `${first.path.map(String).join('.')}: ${first.message}`;
  return new Refusal(422, 'invalid-message', `the message has a wrong form (${where})`);
}

async function sendOnce(
  context: RelayContext,
  sender: RelayHost,
  { id, channel }: { id: string; channel: RelayChannel },
  deliver: () => Promise<Outcome>,
): Promise<RelayAnswer> {
  const { store, host, report } = context;
  const message = { hostId: sender.hostId, messageId: id };
  const { state, detail } = store.findMessage(message, host.clock.now());
  // Its answer got lost: the host asks again.
  if (state === 'sent') return { status: 'sent', detail };
  checkLimits(context, sender);
  if (!store.beginMessage(message, host.clock.now())) {
    throw new Refusal(409, 'busy', 'this message is being sent right now', 5);
  }
  const outcome = await deliver();
  store.endMessage(message, outcome.isSent ? 'sent' : 'failed', outcome.detail);
  const what = `${channel} message of ${sender.hostname} (${sender.hostId})`;
  if (outcome.isSent) {
    report({ level: 'info', message: `${what}: sent, ${outcome.detail}` });
    return { status: 'sent', detail: outcome.detail };
  }
  report({ level: 'error', message: `${what}: not sent, ${outcome.detail}` });
  throw new Refusal(502, 'delivery', outcome.detail);
}

function checkLimits({ store, host, config, report }: RelayContext, { hostId, hostname }: RelayHost): void {
  const since = new Date(host.clock.now().getTime() - hourMs);
  const { RELAY_HOURLY_LIMIT_PER_HOST: perHost, RELAY_HOURLY_LIMIT: overall } = config.values;
  const isHostOver = store.countAttempts(since, hostId) >= perHost;
  if (!isHostOver && store.countAttempts(since) < overall) return;
  const whose = isHostOver ? `this host has sent its ${perHost} messages` : `${overall} messages were sent`;
  report({ level: 'warning', message: `${hostname} (${hostId}): refused, ${whose} of this hour` });
  throw new Refusal(429, 'rate-limit', `${whose} of this hour`, hourMs / 1000);
}
