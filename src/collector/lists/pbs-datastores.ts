// The datastores of this backup server, by name.

import type { ConfigValues } from '../../config/options.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { pbsSectionIds } from './pbs-sections.ts';

export function listPbsDatastores(host: Host, _facts: HostFacts, values: ConfigValues): string[] {
  return pbsSectionIds(host, values, 'datastore.cfg', ['datastore']);
}
