// The keys of each webhook endpoint, WEBHOOK_<NAME>_URL and so on: a family that WEBHOOK_ENDPOINTS opens.

import { note } from './config-problem.ts';
import {
  webhookEndpointKeyOf,
  webhookEndpointOptions,
  type WebhookEndpointKey,
  type WebhookEndpointValues,
} from './options.ts';
import { resolveDefault, resolveOption, type Resolved, type Resolver } from './resolve-option.ts';

export interface WebhookEndpoint {
  /** As listed in WEBHOOK_ENDPOINTS. */
  name: string;
  /** What its keys start with: `WEBHOOK_<NAME>_`. */
  prefix: string;
  values: WebhookEndpointValues;
  /** Keys whose value is wrong, which has been noted; `values` holds their defaults. */
  wrongKeys: readonly WebhookEndpointKey[];
}

/** Adds the details of each key to `details`. Names with the same keys are one endpoint, and that is noted. */
export function resolveEndpoints(
  names: readonly string[],
  resolver: Resolver,
  details: Map<string, Resolved>,
): WebhookEndpoint[] {
  const namesOf = Map.groupBy(names, endpointInKeys);
  const where = details.get('WEBHOOK_ENDPOINTS')?.where ?? 'defaults';
  return [...namesOf].map(([inKeys, [name = inKeys, ...others]]) => {
    if (others.length > 0) {
      const message = `WEBHOOK_ENDPOINTS names ${[name, ...others].join(' and ')}, which are one endpoint with the keys WEBHOOK_${inKeys}_...`;
      const hint = 'give each endpoint a name of its own';
      note(resolver.notes, 'warning', 'config-repeated-endpoint', { where, message, hint });
    }
    return resolveEndpoint(name, `WEBHOOK_${inKeys}_`, resolver, details);
  });
}

function resolveEndpoint(
  name: string,
  prefix: string,
  resolver: Resolver,
  details: Map<string, Resolved>,
): WebhookEndpoint {
  const wrongKeys: WebhookEndpointKey[] = [];
  const keys = Object.keys(webhookEndpointOptions) as WebhookEndpointKey[];
  const values = keys.map((key) => {
    const row = webhookEndpointOptions[key];
    const resolved = resolveOption(`${prefix}${key}`, row, resolver);
    if (resolved !== undefined) {
      details.set(`${prefix}${key}`, resolved);
      return [key, resolved.value] as const;
    }
    wrongKeys.push(key);
    const fallback = resolveDefault(`${prefix}${key}`, row, resolver);
    // A default that stands for a wrong WEBHOOK_FORMAT or WEBHOOK_NOTIFY_ON: the first of the allowed values.
    return [key, fallback === undefined ? row.completions[0] : fallback.value] as const;
  });
  return { name, prefix, values: Object.fromEntries(values) as unknown as WebhookEndpointValues, wrongKeys };
}

function endpointInKeys(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** Does this key of the file belong to one of the endpoints? `undefined`: it is no key of any endpoint. */
export function isKeyOfEndpoint(key: string, names: readonly string[]): boolean | undefined {
  const parts = webhookEndpointKeyOf(key) ?? webhookEndpointKeyOf(key.replace(/_FILE$/, ''));
  return parts === undefined ? undefined : names.some((name) => endpointInKeys(name) === parts.endpoint);
}
