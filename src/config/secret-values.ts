// All secrets of a configuration, for redaction.

import type { LoadedConfig } from './load-config.ts';
import { rowOf } from './options.ts';

/** Texts that must not be shown anywhere. */
export function secretValues(config: LoadedConfig): string[] {
  return [...config.details].flatMap(([name, { value }]) => {
    if (rowOf(name)?.secret !== true) return [];
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items.filter((item): item is string => typeof item === 'string' && item !== '');
  });
}
