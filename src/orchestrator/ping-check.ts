// Pings of checks that are no runs: `verify` (is an archive good?) and `status` (are the copies young enough?).

import type { LoadedConfig } from '../config/load-config.ts';
import type { Finding } from '../findings.ts';
import type { Host } from '../host/host.ts';

/** What went wrong with the ping; never throws for it, and never changes what the check found. */
export async function pingCheck(
  host: Host,
  config: LoadedConfig,
  check: 'verify' | 'age',
  outcome: { isGood: boolean; text: string },
): Promise<readonly Finding[]> {
  if (!config.values.HEALTHCHECK_ENABLED) return [];
  const { createHealthcheck } = await import('../notifications/healthcheck/index.ts');
  return (await createHealthcheck(config)?.report(host, check, outcome, host.signal)) ?? [];
}
