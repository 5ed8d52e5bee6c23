// All secrets of a configuration, for redaction.

import type { LoadedConfig } from './load-config.ts';
import { isOptionName, options, webhookEndpointKeyOf, webhookEndpointOptions } from './options.ts';

/** Texts that must not be shown anywhere. */
export function secretValues(config: LoadedConfig): string[] {
  return [...config.details].flatMap(([name, { value }]) => {
    if (!isSecret(name)) return [];
    return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string' && item !== '');
  }) as string[];
}

function isSecret(name: string): boolean {
  if (isOptionName(name)) return options[name].secret === true;
  const ofEndpoint = webhookEndpointKeyOf(name);
  return ofEndpoint !== undefined && webhookEndpointOptions[ofEndpoint.key].secret === true;
}
