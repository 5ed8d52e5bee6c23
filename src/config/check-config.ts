// Data for `proxsave config check`: what is wrong, what else was noticed, and which places count in effect.

import type { Finding } from '../findings.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { ConfigProblem } from './config-problem.ts';
import type { Layout } from './layout.ts';
import { readConfig, type ConfigRequest } from './load-config.ts';
import { optionNames, options } from './options.ts';
import type { Origin } from './given.ts';

export interface ConfigCheck {
  /** Undefined: no file was found, defaults apply. */
  file: RealPath | undefined;
  layout: Layout;
  errors: readonly ConfigProblem[];
  findings: readonly Finding[];
  /** ProxSave's own places, as far as they could be read; those that are not set are left out. */
  paths: readonly { name: string; path: string; origin: Origin }[];
}

/** Throws only what makes a check impossible: `configPath` does not exist, or the file cannot be read. */
export function checkConfig(host: Host, request: ConfigRequest = {}): ConfigCheck {
  const { file, places, problems, findings, details, redact } = readConfig(host, request);
  const paths = optionNames.flatMap((name) => {
    const resolved = details.get(name);
    if (options[name].kind !== 'own-path' || typeof resolved?.value !== 'string') return [];
    return [{ name, path: redact(resolved.value), origin: resolved.origin }];
  });
  return { file, layout: places.layout, errors: problems, findings, paths };
}
