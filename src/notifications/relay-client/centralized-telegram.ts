// Telegram by a relay of the user's own: the relay has the bot, this host has only its own secret.

import type { LoadedConfig } from '../../config/load-config.ts';
import type { ChannelSetup, Notifier } from '../notifier.ts';
import { isRelayAddress, relayHint } from './relay-address.ts';
import { sendTelegramByRelay } from './relay-client.ts';
import type { Notice } from '../notice.ts';
import { renderTelegramMessage } from '../telegram/message.ts';

export function createCentralizedTelegram(
  config: Pick<LoadedConfig, 'values' | 'places' | 'redact'>,
): ChannelSetup {
  const { RELAY_URL, TELEGRAM_NOTIFY_ON } = config.values;
  if (!isRelayAddress(RELAY_URL)) {
    const what =
      RELAY_URL.trim() === '' ? 'RELAY_URL is empty' : 'RELAY_URL is no http:// or https:// address';
    const message = `BOT_TELEGRAM_TYPE is centralized and ${what}`;
    const hint = `${relayHint}; or use a bot of your own: BOT_TELEGRAM_TYPE=personal`;
    return { notifiers: [], misconfigured: [{ channel: 'telegram', name: 'telegram', message, hint }] };
  }
  const messageFor = (notice: Notice) =>
    ({
      text: renderTelegramMessage(notice),
      format: 'html',
      is_silent: notice.status === 'success',
    }) as const;
  const notifier: Notifier = {
    channel: 'telegram',
    name: 'telegram',
    notifyOn: TELEGRAM_NOTIFY_ON,
    preview: (notice) => config.redact(`${JSON.stringify(messageFor(notice), null, 2)}\n`),
    send: async (host, notice, signal) => ({
      ...(await sendTelegramByRelay(host, config, messageFor(notice), signal)),
      via: 'relay',
    }),
  };
  return { notifiers: [notifier], misconfigured: [] };
}
