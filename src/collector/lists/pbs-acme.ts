// ACME accounts, which are files, and DNS plugins, which are sections.

import type { ConfigValues } from '../../config/options.ts';
import { hostNames } from '../../host/detect-text.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { pbsConfigPath, pbsSectionIds } from './pbs-sections.ts';

export function listPbsAcmeAccounts(host: Host, _facts: HostFacts, values: ConfigValues): string[] {
  // Beside the accounts lie lock files (.NAME.lck) and what became of accounts that were removed (_deactivated_NAME_0).
  return hostNames(host, pbsConfigPath(values, 'acme/accounts')).filter(
    (name) => /^[A-Za-z0-9_][\w.-]*$/.test(name) && !name.startsWith('_deactivated_'),
  );
}

export function listPbsAcmePlugins(host: Host, _facts: HostFacts, values: ConfigValues): string[] {
  return pbsSectionIds(host, values, 'acme/plugins.cfg', ['dns', 'standalone']);
}
