// Hook scripts that vzdump.conf (`script: PATH`) and backup jobs (`script PATH`) name.

import { posix } from 'node:path';
import type { ConfigValues } from '../../config/options.ts';
import { readHostText } from '../../host/detect-text.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';

export function referencedBackupScripts(host: Host, _facts: HostFacts, values: ConfigValues): string[] {
  const tables = [values.VZDUMP_CONFIG_PATH, posix.join(values.PVE_CONFIG_PATH, 'jobs.cfg')];
  const scripts = tables.flatMap((path) =>
    [...(readHostText(host, path) ?? '').matchAll(/^\s*script(?::|\s)\s*(\/\S.*?)\s*$/gm)].map(
      ([, script = '']) => script,
    ),
  );
  return [...new Set(scripts)].sort();
}
