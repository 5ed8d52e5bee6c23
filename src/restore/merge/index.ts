// Every way of merging a file, by the kind which the catalogue names.

import { accountStrategy } from './accounts.ts';
import { mergeCrypttab } from './crypttab.ts';
import { mergeFstab } from './fstab.ts';
import type { MergeStrategies } from './merge-types.ts';
import { mergeSubid } from './subid.ts';
import { mergeSudoers } from './sudoers.ts';

export const mergeStrategies: MergeStrategies = {
  fstab: mergeFstab,
  crypttab: mergeCrypttab,
  passwd: accountStrategy('passwd'),
  group: accountStrategy('group'),
  shadow: accountStrategy('shadow'),
  gshadow: accountStrategy('gshadow'),
  subid: mergeSubid,
  sudoers: mergeSudoers,
};
