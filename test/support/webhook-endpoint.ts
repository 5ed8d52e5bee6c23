// The values of one webhook endpoint, made from its keys as a configuration file has them.

import { loadConfig } from '../../src/config/load-config.ts';
import type { WebhookEndpointValues } from '../../src/config/options.ts';
import { hostWith } from '../unit/config/config-host.ts';

/** `keys` without their prefix: `{ URL: 'https://example.net/' }`. */
export function endpointFrom(keys: Readonly<Record<string, string>>): WebhookEndpointValues {
  const lines = Object.entries(keys).map(([key, value]) => `WEBHOOK_A_${key}=${value}`);
  const { webhookEndpoints } = loadConfig(hostWith(['WEBHOOK_ENDPOINTS=a', ...lines, ''].join('\n')));
  return webhookEndpoints[0]!.values;
}
