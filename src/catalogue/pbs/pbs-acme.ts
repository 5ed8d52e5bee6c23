// ACME accounts and DNS plugins: how the server gets its certificate.

import { manager, managerForEach, pbsFiles, pbsOutputs, pbsTree, staged } from '../pbs-items.ts';
import type { Area, ItemBase } from '../types.ts';

const secretStaged = { ...staged('pbs_host'), secret: true } as const satisfies ItemBase;
const accountToggles = { toggles: ['BACKUP_PBS_ACME_ACCOUNTS'] } as const;
const pluginToggles = { toggles: ['BACKUP_PBS_ACME_PLUGINS'] } as const;

export const pbsAcmeArea: Area = {
  id: 'pbs-acme',
  title: 'ACME accounts and plugins',
  about: 'Account keys and DNS credentials; without them the certificate is not renewed.',
  product: 'pbs',
  toggles: [],
  items: [
    // One JSON file an account, private key included. accounts.cfg only exists in older releases.
    pbsTree({ ...secretStaged, ...accountToggles }, 'acme/accounts'),
    ...pbsFiles({ ...secretStaged, ...accountToggles }, 'acme/accounts.cfg'),
    ...pbsFiles({ ...secretStaged, ...pluginToggles }, 'acme/plugins.cfg'),
    manager('acme account list', 'acme_accounts.json', accountToggles),
    managerForEach(
      'pbs-acme-accounts',
      'acme account info',
      (key) => `${pbsOutputs}/acme_account_${key}_info.json`,
      // Asks the certificate authority over the network.
      { ...accountToggles, onFailure: 'info' },
    ),
    manager('acme plugin list', 'acme_plugins.json', { ...pluginToggles, secret: true }),
    managerForEach(
      'pbs-acme-plugins',
      'acme plugin config',
      (key) => `${pbsOutputs}/acme_plugin_${key}_config.json`,
      { ...pluginToggles, secret: true },
    ),
  ],
};
