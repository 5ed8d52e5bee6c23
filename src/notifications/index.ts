// The list of channels, and what a configuration makes of them.

import type { LoadedConfig } from '../config/load-config.ts';
import { emailChannel } from './email/index.ts';
import { gotifyChannel } from './gotify.ts';
import type { Channel, ChannelSetup } from './notifier.ts';
import { telegramChannel } from './telegram/index.ts';
import { webhookChannel } from './webhook/index.ts';

/** In the order in which they are reported. */
export const channels: readonly Channel[] = [emailChannel, telegramChannel, gotifyChannel, webhookChannel];

/** All channels that are switched on; those that cannot work are told apart and stop nothing. */
export function createNotifiers(config: LoadedConfig): ChannelSetup {
  const setups = channels.map((channel) => channel.create(config));
  return {
    notifiers: setups.flatMap(({ notifiers }) => notifiers),
    misconfigured: setups.flatMap(({ misconfigured }) => misconfigured),
  };
}
