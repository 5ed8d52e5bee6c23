// Loads the configuration for a command. `--root` and `--config` came in through the context.

import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import type { CommandContext } from './command.ts';

/** @throws UsageError naming every wrong value */
export function readConfig(context: CommandContext): LoadedConfig {
  const { configPath } = context.global;
  return loadConfig(context.host, configPath === undefined ? {} : { configPath });
}
