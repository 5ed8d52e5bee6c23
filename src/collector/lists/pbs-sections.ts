// The sections of a configuration file of Proxmox Backup Server.

import { posix } from 'node:path';
import type { ConfigValues } from '../../config/options.ts';
import { readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { parseSectionConfig, type ConfigSection } from '../../host/section-config.ts';

export function pbsConfigPath(values: ConfigValues, name: string): string {
  return posix.resolve('/', values.PBS_CONFIG_PATH, name);
}

/** None when there is no such file; one that cannot be read is reported where it is saved. */
export function readPbsSections(host: Host, values: ConfigValues, fileName: string): ConfigSection[] {
  return parseSectionConfig(readHostText(host, pbsConfigPath(values, fileName)) ?? '');
}

/** The ids of all sections of one of these types. */
export function pbsSectionIds(
  host: Host,
  values: ConfigValues,
  fileName: string,
  types: readonly string[],
): string[] {
  const sections = readPbsSections(host, values, fileName).filter(({ type }) => types.includes(type));
  return [...new Set(sections.map(({ id }) => id))].filter((id) => isName(id));
}

/** Names become arguments of commands: one that could pass for an option is none. */
function isName(id: string): boolean {
  return /^[A-Za-z0-9_][^\s/]*$/.test(id);
}
