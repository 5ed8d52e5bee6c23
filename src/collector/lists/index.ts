// The lists of names that commands of the catalogue are repeated for: one reader for each name it may use. Read from
// configuration files, not from tools: a hanging tool must not take the names with it.

import type { NameList } from '../../catalogue/types.ts';
import type { ConfigValues } from '../../config/options.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { listPbsAcmeAccounts, listPbsAcmePlugins } from './pbs-acme.ts';
import { listPbsDatastores } from './pbs-datastores.ts';
import { listPbsS3Endpoints } from './pbs-s3-endpoints.ts';
import { listPbsUsers } from './pbs-users.ts';
import { listPveNodes } from './pve-nodes.ts';

/** Names in a stable order; none when there is nothing to read. */
export type NameReader = (host: Host, facts: HostFacts, values: ConfigValues) => string[];

export const nameLists: Readonly<Record<NameList, NameReader>> = {
  'pve-nodes': listPveNodes,
  'pbs-datastores': listPbsDatastores,
  'pbs-users': listPbsUsers,
  'pbs-acme-accounts': listPbsAcmeAccounts,
  'pbs-acme-plugins': listPbsAcmePlugins,
  'pbs-s3-endpoints': listPbsS3Endpoints,
};
