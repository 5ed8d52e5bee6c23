// ProxSave itself: without its configuration, keys, schedule and identity a restored host is not backed up again.

import { files, globs, trees } from '../items.ts';
import type { Area, Item, ItemBase, PathSource } from '../types.ts';

const own = {
  category: 'proxsave_info',
  restore: { how: 'stage', kind: 'own-config' },
  across: 'safe',
} as const satisfies ItemBase;
const ownSecret = { ...own, secret: true } as const satisfies ItemBase;

/** The hosts that were paired with a relay, and the key that their secrets are made from. */
function relayState(database: PathSource, directory: PathSource): Item[] {
  return [
    {
      kind: 'database',
      path: database,
      // Of the hour or the day: a pairing code that was used since must not be good again.
      withoutRowsOf: ['codes', 'nonces', 'messages'],
      ...own,
    },
    {
      kind: 'tree',
      path: directory,
      exclude: ['relay.db-wal', 'relay.db-shm', 'relay.db-journal', 'relay.key.*'],
      ...ownSecret,
    },
  ];
}

export const ownConfigArea: Area = {
  id: 'own-config',
  title: 'ProxSave itself',
  about:
    'Configuration, recipients, schedule and installation id of ProxSave, so that a restored host is backed up again; of a relay the hosts that joined it.',
  product: 'host',
  toggles: ['BACKUP_CONFIG_FILE'],
  items: [
    { kind: 'file', path: { known: 'config-file' }, ...ownSecret },
    ...trees(
      ownSecret,
      '/etc/proxsave',
      '/opt/proxsave/configs',
      '/opt/proxsave/identity',
      '/opt/proxsave/secure_account',
    ),
    ...files(own, '/var/lib/proxsave/install-id', '/var/lib/proxsave/retention.json'),
    // A relay that comes back without these has lost all of its hosts.
    ...relayState({ option: 'RELAY_STATE', below: 'relay.db' }, { option: 'RELAY_STATE' }),
    // Where systemd really keeps the directory of a service that has a user of its own; the other one is a link to it.
    ...relayState('/var/lib/private/proxsave-relay/relay.db', '/var/lib/private/proxsave-relay'),
    ...globs(own, '/etc/systemd/system/proxsave*', '/etc/cron.d/proxsave*'),
  ],
};
