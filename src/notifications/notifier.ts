// What every notification channel can do. One file a channel implements it; one contract suite tests them all.

import type { LoadedConfig } from '../config/load-config.ts';
import type { Host } from '../host/host.ts';
import type { Notice } from './notice.ts';

export type ChannelId = 'telegram' | 'email' | 'gotify' | 'webhook';

/** From which outcome on a channel is used. `change`: whenever the outcome differs from that of the run before. */
export type NotifyOn = 'always' | 'warning' | 'failure' | 'change';

export interface Delivery {
  status: 'sent' | 'failed';
  /** How it went out when there are several ways (smtp, sendmail, pmf, relay), and the ones that failed before. */
  via?: string;
  /** Cause of a failure, redacted; what a service answered on success (a message id). */
  detail?: string;
  /** What to do about a failure. */
  hint?: string;
  attempts: number;
}

export interface Notifier {
  readonly channel: ChannelId;
  /** For people: `telegram`, `webhook my-chat`. */
  readonly name: string;
  readonly notifyOn: NotifyOn;
  /** What would be sent, as text, secrets redacted: for `notify preview`. */
  preview(notice: Notice): string;
  /** Never throws for what the other side does; every wait has a bound. */
  send(host: Host, notice: Notice, signal: AbortSignal): Promise<Delivery>;
}

/** A channel that is switched on but cannot work: says what to set. Never stops a backup. */
export interface Misconfigured {
  channel: ChannelId;
  name: string;
  message: string;
  hint: string;
}

export interface ChannelSetup {
  notifiers: readonly Notifier[];
  misconfigured: readonly Misconfigured[];
}

/** A way to tell people about runs; index.ts has the list. */
export interface Channel {
  readonly id: ChannelId;
  /** What is switched on; both lists are empty when the channel is off. Has no effects and never throws. */
  create(config: LoadedConfig): ChannelSetup;
}

export const channelIsOff: ChannelSetup = { notifiers: [], misconfigured: [] };
