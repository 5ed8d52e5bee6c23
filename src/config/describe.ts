// Values as text, for `proxsave config show`, and names for completion and for hints.

import { canonicalNameOf, isOptionName, knownKeys, optionNames, rowOf } from './options.ts';
import { nearest } from './nearest.ts';
import type { LoadedConfig } from './load-config.ts';
import type { Origin } from './given.ts';
import type { Resolved } from './resolve-option.ts';
import { maskFlags } from './secret-flags.ts';
import type { Option } from './types.ts';
import { secretMask } from '../ui/redact.ts';

export interface ConfigRow {
  name: string;
  /** Secrets are masked, unless empty; also those inside of other values. */
  value: string;
  origin: Origin;
  /** `FILE:LINE`, `environment`, ...; absent for a default. */
  where?: string;
  line?: number;
}

/** All keys in the order of the template, then those of webhook endpoints; or only `names`, in their order. */
export function describeConfig(config: LoadedConfig, names?: readonly string[]): ConfigRow[] {
  const wanted = names ?? [
    ...optionNames,
    ...[...config.details.keys()].filter((name) => !isOptionName(name)),
  ];
  return wanted.flatMap((name) => {
    const resolved = config.details.get(name);
    const row = rowOf(name);
    if (resolved === undefined || row === undefined) return [];
    const { origin, where, line } = resolved;
    // Behind a =, so that a short secret is known as a whole value.
    const shown = config.redact(`=${valueText(row, resolved)}`).slice(1);
    return [
      {
        name,
        value: shown,
        origin,
        ...(where === undefined ? {} : { where }),
        ...(line === undefined ? {} : { line }),
      },
    ];
  });
}

/** In the grammar of the file where that is possible. */
export function valueText(row: Option, { value, text }: Pick<Resolved, 'value' | 'text'>): string {
  if (row.secret === true) return text === '' ? '' : secretMask;
  if (Array.isArray(value)) return (row.kind === 'words' ? maskFlags(value.map(String)) : value).join(', ');
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  // Sizes and durations read better as they were written.
  return text.trim();
}

/** Today's name of the key that is nearest to a wrong one, or that an older name stands for; or undefined. */
export function nearestName(name: string): string | undefined {
  const meant = nearest(name.toUpperCase(), knownKeys);
  return meant === undefined ? undefined : (canonicalNameOf(meant) ?? meant);
}
