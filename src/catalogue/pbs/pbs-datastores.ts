// Datastores: where the backups of all guests lie. The backups themselves are not saved, only what finds them again.

import { information } from '../items.ts';
import { manager, managerForEach, pbsFiles, pbsOutputs, staged } from '../pbs-items.ts';
import { infoDirectory, type Area } from '../types.ts';

export const pbsDatastoresArea: Area = {
  id: 'pbs-datastores',
  title: 'Datastores',
  about: 'Without it a rebuilt backup server does not know where its backups lie.',
  product: 'pbs',
  toggles: ['BACKUP_DATASTORE_CONFIGS'],
  items: [
    ...pbsFiles(
      {
        ...staged('datastore_pbs'),
        // Paths belong to the disks of this machine.
        across: 'review',
        essential: 'names each datastore and its path: the way back to all backups on its disks',
      },
      'datastore.cfg',
    ),
    manager('datastore list', 'datastore_list.json'),
    managerForEach('pbs-datastores', 'datastore show', (key) => `${pbsOutputs}/datastore_${key}_status.json`),
    {
      kind: 'inventory',
      inventory: 'pbs-namespaces',
      output: `${infoDirectory}/pbs/datastores`,
      ...information,
    },
    {
      kind: 'inventory',
      inventory: 'pbs-datastores',
      output: `${pbsOutputs}/pbs_datastore_inventory.json`,
      ...information,
    },
    {
      kind: 'inventory',
      inventory: 'pbs-pxar',
      output: `${infoDirectory}/pbs/pxar/metadata`,
      toggles: ['PXAR_SCAN_ENABLE'],
      ...information,
    },
  ],
};
