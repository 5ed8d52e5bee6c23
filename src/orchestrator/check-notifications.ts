// What `config check` says about notifications: channels that are switched on and cannot work. Sends nothing.

import type { LoadedConfig } from '../config/load-config.ts';
import { AppError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import type { Host } from '../host/host.ts';
import { findingsOfSetup } from '../notifications/dispatch.ts';
import { createNotifiers } from '../notifications/index.ts';
import { isRelayAddress } from '../notifications/relay-client/relay-address.ts';
import { readRelayCredentials } from '../notifications/relay-client/relay-credentials.ts';

/** Never throws. The findings went through the redactor of the configuration. */
export function checkNotifications(host: Host, config: LoadedConfig): Finding[] {
  const findings = [...findingsOfSetup(createNotifiers(config).misconfigured), ...checkPairing(host, config)];
  return findings.map((finding) => ({ ...finding, message: config.redact(finding.message) }));
}

function checkPairing(host: Host, config: LoadedConfig): Finding[] {
  const { values } = config;
  const users = [
    ...(values.EMAIL_ENABLED && values.EMAIL_DELIVERY_METHOD === 'relay' ? ['email'] : []),
    ...(values.TELEGRAM_ENABLED && values.BOT_TELEGRAM_TYPE === 'centralized' ? ['telegram'] : []),
  ];
  if (users.length === 0 || !isRelayAddress(values.RELAY_URL)) return [];
  try {
    readRelayCredentials(host, config);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message = `${users.join(', ')}: ${error.message}`;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return [{ severity: 'warning', code: 'notification-not-set-up', message, ...hint }];
  }
}
