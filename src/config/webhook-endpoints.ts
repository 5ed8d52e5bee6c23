// The keys of each webhook endpoint, WEBHOOK_<NAME>_URL and so on: a family that WEBHOOK_ENDPOINTS opens.

import {
  webhookEndpointKeyOf,
  webhookEndpointOptions,
  type WebhookEndpointKey,
  type WebhookEndpointValues,
} from './options.ts';
import { resolveOption, type Resolved, type Resolver } from './resolve-option.ts';

export interface WebhookEndpoint {
  /** As listed in WEBHOOK_ENDPOINTS. */
  name: string;
  /** What its keys start with: `WEBHOOK_<NAME>_`. */
  prefix: string;
  values: WebhookEndpointValues;
}

/** Adds the details of each key to `details`; a wrong value has been noted and makes the whole unusable. */
export function resolveEndpoints(
  names: readonly string[],
  resolver: Resolver,
  details: Map<string, Resolved>,
): WebhookEndpoint[] {
  return names.map((name) => {
    const prefix = `WEBHOOK_${endpointInKeys(name)}_`;
    const keys = Object.keys(webhookEndpointOptions) as WebhookEndpointKey[];
    const values = keys.map((key) => {
      const resolved = resolveOption(`${prefix}${key}`, webhookEndpointOptions[key], resolver);
      if (resolved !== undefined) details.set(`${prefix}${key}`, resolved);
      return [key, resolved?.value] as const;
    });
    return { name, prefix, values: Object.fromEntries(values) as unknown as WebhookEndpointValues };
  });
}

function endpointInKeys(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** Does this key of the file belong to one of the endpoints? `undefined`: it is no key of any endpoint. */
export function isKeyOfEndpoint(key: string, names: readonly string[]): boolean | undefined {
  const parts = webhookEndpointKeyOf(key) ?? webhookEndpointKeyOf(key.replace(/_FILE$/, ''));
  return parts === undefined ? undefined : names.some((name) => endpointInKeys(name) === parts.endpoint);
}
