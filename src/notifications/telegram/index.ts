// Telegram, by a bot of your own or by a relay that holds one for many hosts.

import type { LoadedConfig } from '../../config/load-config.ts';
import { channelIsOff, type Channel, type ChannelSetup } from '../notifier.ts';
import { createCentralizedTelegram } from '../relay-client/centralized-telegram.ts';
import { createPersonalTelegram } from './personal.ts';

const kinds: Readonly<
  Record<LoadedConfig['values']['BOT_TELEGRAM_TYPE'], (config: LoadedConfig) => ChannelSetup>
> = {
  personal: createPersonalTelegram,
  centralized: createCentralizedTelegram,
};

export const telegramChannel: Channel = {
  id: 'telegram',
  create: (config) =>
    config.values.TELEGRAM_ENABLED ? kinds[config.values.BOT_TELEGRAM_TYPE](config) : channelIsOff,
};
