// The users of this backup server, as name@realm. root@pam exists without being written down.

import type { ConfigValues } from '../../config/options.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { pbsSectionIds } from './pbs-sections.ts';

export function listPbsUsers(host: Host, _facts: HostFacts, values: ConfigValues): string[] {
  return [...new Set(['root@pam', ...pbsSectionIds(host, values, 'user.cfg', ['user'])])];
}
