// The configuration as a command sees it: read at most once, and only then an error when a command needs it.

import { configError } from '../config/config-problem.ts';
import { readConfig, type ConfigReading, type LoadedConfig } from '../config/load-config.ts';
import { AppError } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { Redact } from '../ui/redact.ts';
import { cutAtSecretKey } from '../config/secret-values.ts';

export interface ConfigSource {
  /** @throws UsageError naming every wrong value; PermissionError */
  load(): LoadedConfig;
  /** What load() gives, or with what is wrong the part that could be read. @throws as load() when nothing could be read */
  loadOrSalvage(): { config: LoadedConfig; refusal?: AppError };
  /** A value as far as it can be read: never throws for a configuration that is broken or not there. */
  peek(name: string): unknown;
  /** Takes the secrets out of a text. As long as nothing was read, there are none; never reads. */
  redact: Redact;
}

export function createConfigSource(host: Host, configPath: RealPath | undefined): ConfigSource {
  let reading: { value: ConfigReading } | { error: unknown } | undefined;
  const read = () => {
    try {
      reading ??= { value: readConfig(host, configPath === undefined ? {} : { configPath }) };
    } catch (error) {
      reading = { error };
    }
    if ('error' in reading) throw reading.error;
    return reading.value;
  };
  return {
    redact: (text) =>
      reading !== undefined && 'value' in reading ? reading.value.redact(text) : cutAtSecretKey(text),
    load: () => {
      const { config, problems } = read();
      if (config === undefined) throw configError(problems);
      return config;
    },
    loadOrSalvage: () => {
      const { config, salvaged, problems } = read();
      return config === undefined ? { config: salvaged(), refusal: configError(problems) } : { config };
    },
    peek: (name) => {
      try {
        return read().details.get(name)?.value;
      } catch (error) {
        if (error instanceof AppError) return undefined;
        throw error;
      }
    },
  };
}
