// Names for devices and directories of nodes, by which guests refer to them.

import { mayFail } from '../items.ts';
import { pveOutputs, pvesh, pveTrees, sincePve, throughPmxcfs } from '../pve-items.ts';
import type { Area, BooleanOptionName } from '../types.ts';

const toggles: readonly BooleanOptionName[] = ['BACKUP_CLUSTER_CONFIG'];

export const pveMappingsArea: Area = {
  id: 'pve-mappings',
  title: 'Resource mappings',
  about:
    'PCI and USB devices and directories that guests use by name: without them these guests do not start.',
  product: 'pve',
  toggles: [],
  items: [
    // Places of hardware are checked before use.
    ...pveTrees({ ...throughPmxcfs('pve_config_export'), across: 'review' }, 'mapping'),
    pvesh('/cluster/mapping/pci', `${pveOutputs}/mapping_pci.json`, {
      ...mayFail,
      ...sincePve(8, 0),
      toggles,
    }),
    pvesh('/cluster/mapping/usb', `${pveOutputs}/mapping_usb.json`, {
      ...mayFail,
      ...sincePve(8, 0),
      toggles,
    }),
    pvesh('/cluster/mapping/dir', `${pveOutputs}/mapping_dir.json`, {
      ...mayFail,
      ...sincePve(8, 4),
      toggles,
    }),
  ],
};
