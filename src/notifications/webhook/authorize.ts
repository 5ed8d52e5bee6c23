// How a request proves who sent it.

import { createHmac } from 'node:crypto';
import type { WebhookEndpointValues } from '../../config/options.ts';

/**
 * Headers of a request with this body, sent at `now`. For hmac:
 *   X-ProxSave-Timestamp   seconds since 1970
 *   X-ProxSave-Signature   `sha256=` and the HMAC-SHA256 in hex over `<timestamp>.<body>`; a receiver that compares the time
 *                          with its own clock cannot be sent an old message again
 *   X-Signature, X-Signature-Algorithm   over the body alone, as the existing edition has it
 */
export function authorizationHeaders(
  endpoint: WebhookEndpointValues,
  body: string,
  now: Date,
): Record<string, string> {
  const { AUTH_TYPE, AUTH_TOKEN, AUTH_USER, AUTH_PASS, AUTH_SECRET } = endpoint;
  switch (AUTH_TYPE) {
    case 'none':
      return {};
    case 'bearer':
      return { authorization: `Bearer ${AUTH_TOKEN}` };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${AUTH_USER}:${AUTH_PASS}`).toString('base64')}` };
    case 'hmac': {
      const timestamp = String(Math.floor(now.getTime() / 1000));
      return {
        'x-proxsave-timestamp': timestamp,
        'x-proxsave-signature': `sha256=${sign(AUTH_SECRET, `${timestamp}.${body}`)}`,
        'x-signature': sign(AUTH_SECRET, body),
        'x-signature-algorithm': 'hmac-sha256',
      };
    }
  }
}

function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** Which key is missing for the way that was chosen; without its prefix. */
export function missingCredential(endpoint: WebhookEndpointValues): string | undefined {
  const needed = {
    none: [],
    bearer: ['AUTH_TOKEN'],
    basic: ['AUTH_USER', 'AUTH_PASS'],
    hmac: ['AUTH_SECRET'],
  } as const;
  return needed[endpoint.AUTH_TYPE].find((key) => endpoint[key] === '');
}
