// What every part of a running relay works with.

import type { Host } from '../host/host.ts';
import type { Throttle } from './throttle.ts';
import type { RelayKey } from './relay-key.ts';
import type { RelayConfig, RelaySettings } from './relay-settings.ts';
import type { RelayStore } from './relay-store.ts';

export interface RelayEvent {
  level: 'info' | 'warning' | 'error';
  /** One line for the log, redacted. Never the text of a message. */
  message: string;
}

export interface RelayContext {
  host: Host;
  config: RelayConfig;
  settings: RelaySettings;
  store: RelayStore;
  key: RelayKey;
  throttle: Throttle;
  telegramApi: string;
  report: (event: RelayEvent) => void;
  /** Aborts when the relay stops. */
  signal: AbortSignal;
}
