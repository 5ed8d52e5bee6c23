// The configuration as a command sees it: read at most once, and only then an error when a command needs it.

import { configError } from '../config/config-problem.ts';
import {
  readConfig,
  withoutChannelProblems,
  type ConfigReading,
  type LoadedConfig,
} from '../config/load-config.ts';
import { AppError } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';
import type { Redact } from '../ui/redact.ts';
import { cutAtSecretKey } from '../config/secret-values.ts';

export interface ConfigSource {
  /** @throws UsageError naming every wrong value; PermissionError */
  load(): LoadedConfig;
  /**
   * What load() gives, or with what is wrong the part that could be read. Wrong values that only say how runs are told about
   * are no refusal: they are findings of the configuration. @throws as load() when nothing could be read
   */
  loadOrSalvage(): { config: LoadedConfig; refusal?: AppError };
  /** A value as far as it can be read: never throws for a configuration that is broken or not there. */
  peek(name: string): unknown;
  /** Takes the secrets out of a text. As long as nothing was read, there are none; never reads. */
  redact: Redact;
}

export function createConfigSource(host: Host, configPath: RealPath | undefined): ConfigSource {
  let last: { value: ConfigReading } | { error: unknown } | undefined;
  const read = () => {
    try {
      last ??= { value: readConfig(host, configPath === undefined ? {} : { configPath }) };
    } catch (error) {
      last = { error };
    }
    if ('error' in last) throw last.error;
    return last.value;
  };
  return {
    redact: (text) =>
      last !== undefined && 'value' in last ? last.value.redact(text) : cutAtSecretKey(text),
    load: () => {
      const { config, problems } = read();
      if (config === undefined) throw configError(problems);
      return config;
    },
    loadOrSalvage: () => {
      const reading = read();
      const config = reading.config ?? withoutChannelProblems(reading);
      if (config !== undefined) return { config };
      return { config: reading.salvaged(), refusal: configError(reading.problems) };
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
